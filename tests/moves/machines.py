"""A small life cycle for the turnstile's tests: a file, and a decision on it. Not an installed application."""

from django.db import models
from django_fsm import GET_STATE, RETURN_VALUE, FSMField, transition

from moves.refusals import Forbidden, Refusal
from moves.states import Duty
from work import clock
from work.models import PublicModel, state_check

STATES = ["draft", "submitted", "screened", "approved", "declined", "closed"]
LABELS = [(s, s.capitalize()) for s in STATES]


def is_person(obj, by):
    return by.actor == "person" and by.is_active


def is_owner(obj, by):
    return by.pk == obj.owner


def never_without_a_card(obj, by):
    if by.actor != "person":
        raise Forbidden("Bring your card.")
    return True


def nobody(obj, by):
    return False


def has_a_title(obj, *, by, given):
    return None if obj.title else Refusal("The title is missing.", code="title")


def has_an_amount(obj, *, by, given):
    return None if given.get("amount") else Refusal("The amount is missing.", code="amount")


def has_a_reason(obj, *, by, given):
    return None if given.get("reason") else Refusal("Give the reason.", code="reason")


class File(PublicModel):
    subject = "application"

    state = FSMField(default="draft", choices=LABELS, protected=True)
    title = models.CharField(max_length=50, blank=True)
    owner = models.BigIntegerField(null=True)
    since = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    visits = models.IntegerField(default=0)

    class Meta:
        app_label = "turnstile"
        constraints = [state_check("state", STATES)]

    def __str__(self):
        return self.title

    @transition(
        field=state,
        source="draft",
        target="submitted",
        permission=is_owner,
        custom={"label": "Submit", "when": (has_a_title, has_an_amount)},
    )
    def submit(self):
        self.visits += 1

    @transition(
        field=state,
        source="submitted",
        target="screened",
        permission=is_person,
        custom={"label": "Screen", "duty": Duty.SCREEN},
    )
    def screen(self):
        pass

    @transition(
        field=state,
        source="submitted",
        target="draft",
        permission=never_without_a_card,
        custom={"label": "Give back", "when": (has_a_reason,)},
    )
    def give_back(self):
        pass

    @transition(
        field=state,
        source=["screened", "approved"],
        target="approved",
        permission=nobody,
        custom={"label": "Approve", "duty": Duty.APPROVE, "fired_by": ("decision.issue",)},
    )
    def approve(self):
        pass

    @transition(
        field=state, source="approved", target=GET_STATE(lambda self: "draft", states=["draft"]), permission=is_person
    )
    def reset(self):
        pass

    @transition(
        field=state,
        source="*",
        target=RETURN_VALUE("closed", "declined"),
        permission=is_person,
        custom={"label": "Close"},
    )
    def close(self):
        return "closed" if self.title else "declined"


class Decision(models.Model):
    subject = "decision"

    application = models.ForeignKey(File, on_delete=models.PROTECT)
    state = FSMField(default="draft", choices=[("draft", "Draft"), ("issued", "Issued")], protected=True)

    class Meta:
        app_label = "turnstile"

    def __str__(self):
        return f"decision {self.pk}"

    @transition(
        field=state,
        source="draft",
        target="issued",
        permission=is_person,
        custom={"label": "Issue", "duty": Duty.ENDORSE},
    )
    def issue(self):
        pass
