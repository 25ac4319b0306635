"""A small life cycle for the turnstile's tests: a file, and a decision on it. Not an installed application."""

from dataclasses import dataclass

from django.db import models
from django_fsm import GET_STATE, RETURN_VALUE, FSMField

from audit.states import ChangeKind
from moves.refusals import Forbidden, Refusal
from moves.registry import facts_of
from moves.rules import has_a_reason
from moves.states import Duty
from moves.transitions import Facts, Input, Reason, nobody, transition
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


@dataclass(frozen=True)
class Title(Facts):
    """What the file is called."""

    text: str

    def told(self):
        return {"letters": len(self.text)}


@dataclass(frozen=True)
class Amount(Input):
    amount: int


@dataclass(frozen=True)
class Mistake(Reason):
    count: int = 0


def has_a_title(obj, facts: Title):
    return None if facts.text else Refusal("The title is missing.", code="title")


def has_an_amount(obj, facts: Title, given: Amount):
    return None if given.amount else Refusal("The amount is missing.", code="amount")


class File(PublicModel):
    subject = "application"
    change_kind = ChangeKind.APPLICATION

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
        duty=None,
        label="Submit",
        done="Submitted",
        facts=Title,
        given=Amount,
        when=[has_a_title],
        when_given=[has_an_amount],
    )
    def submit(self):
        self.visits += 1

    @transition(
        field=state,
        source="submitted",
        target="screened",
        permission=is_person,
        label="Screen",
        done="Screened",
        duty=Duty.SCREEN,
    )
    def screen(self):
        pass

    @transition(
        field=state,
        source="submitted",
        target="draft",
        permission=never_without_a_card,
        duty=None,
        label="Give back",
        done="Given back",
        given=Mistake,
        when_given=[has_a_reason],
    )
    def give_back(self):
        pass

    @transition(
        field=state,
        source=["screened", "approved"],
        target="approved",
        permission=nobody,
        label="Approve",
        done="Approved",
        duty=Duty.APPROVE,
        fired=True,
    )
    def approve(self):
        pass

    @transition(
        field=state,
        source="approved",
        target=GET_STATE(lambda self: "draft", states=["draft"]),
        permission=is_person,
        duty=None,
        done="Reset",
    )
    def reset(self):
        pass

    @transition(
        field=state,
        source="*",
        target=RETURN_VALUE("closed", "declined"),
        permission=is_person,
        duty=None,
        label="Close",
        done="Closed",
        despite_conflict=is_owner,
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
        label="Issue",
        done="Issued",
        duty=Duty.ENDORSE,
    )
    def issue(self):
        pass

    @transition(
        field=state,
        source="+",
        target="draft",
        permission=is_person,
        duty=None,
        label="Begin again",
        done="Begun again",
    )
    def begin_again(self):
        pass


@facts_of(File.submit)
def title(file, by) -> Title:
    return Title(text=file.title)
