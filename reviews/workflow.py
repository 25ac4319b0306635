"""The life of an assignment: offered → accepted → submitted, or declined, recused, cancelled."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from moves.states import Duty
from reviews import rules
from reviews.states import AssignmentState


class AssignmentLife(models.Model):
    state = FSMField(default=AssignmentState.OFFERED, choices=AssignmentState.choices, protected=True, editable=False)

    class Meta:
        abstract = True

    @transition(
        field=state, source=AssignmentState.OFFERED, target=AssignmentState.ACCEPTED, permission=rules.is_reviewer,
        custom={"label": _("Accept"), "done": _("Review accepted"),
                "when": (rules.has_declared_no_conflict, rules.has_signed_the_undertaking)},
    )
    def accept(self):
        """The reviewer declared no conflict: the file opens."""

    @transition(
        field=state, source=[AssignmentState.OFFERED, AssignmentState.ACCEPTED],
        target=AssignmentState.DECLINED, permission=rules.is_reviewer,
        custom={"label": _("Decline"), "done": _("Review declined"), "when": (rules.has_a_reason,)},
    )
    def decline(self):
        """The reviewer cannot do it: the officer is told."""

    @transition(
        field=state, source=[AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.SUBMITTED],
        target=AssignmentState.RECUSED,
        permission=rules.is_reviewer_or_officer,
        custom={"label": _("Recuse"), "done": _("Reviewer recused"), "when": (rules.has_a_conflict,)},
    )
    def recuse(self):
        """A conflict. A score already given is kept and no longer counted."""

    @transition(
        field=state, source=AssignmentState.ACCEPTED, target=AssignmentState.SUBMITTED, permission=rules.is_reviewer,
        custom={"label": _("Submit the review"), "done": _("Review submitted"), "duty": Duty.SCORE,
                "when": (rules.file_is_in_review, rules.every_criterion_is_scored)},
    )
    def submit(self):
        """Scores no longer change."""

    @transition(
        field=state, source=AssignmentState.SUBMITTED, target=AssignmentState.ACCEPTED, permission=rules.is_chair,
        custom={"label": _("Reopen"), "done": _("Review reopened"),
                "when": (rules.has_a_reason, rules.file_is_in_review)},
    )
    def reopen(self):
        """A recorded act of the chair."""

    @transition(
        field=state, source=[AssignmentState.OFFERED, AssignmentState.ACCEPTED],
        target=AssignmentState.CANCELLED, permission=rules.is_officer,
        custom={"label": _("Cancel"), "done": _("Assignment cancelled"),
                "fired_by": ("application.withdraw", "application.cancel", "application.find_ineligible",
                             "application.complete_review")},
    )
    def cancel(self):
        """The reviewer is replaced, or the file has left the review."""
