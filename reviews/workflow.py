"""The life of an assignment: offered → accepted → submitted, or declined, recused, cancelled."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from moves.rules import has_a_reason
from moves.states import Duty
from moves.transitions import Reason, transition
from reviews import rules
from reviews.states import AssignmentState


class AssignmentLife(models.Model):
    state = FSMField(default=AssignmentState.OFFERED, choices=AssignmentState.choices, protected=True, editable=False)

    class Meta:
        abstract = True

    @transition(
        field=state, source=AssignmentState.OFFERED, target=AssignmentState.ACCEPTED,
        permission=rules.is_reviewer, duty=None,
        label=_("Accept"), done=_("Review accepted"),
        facts=rules.Undertaken, given=rules.Declared,
        when=[rules.has_signed_the_undertaking],
        when_given=[rules.has_declared_no_conflict],
    )
    def accept(self) -> None:
        """The reviewer declared no conflict: the file opens."""

    @transition(
        field=state, source=[AssignmentState.OFFERED, AssignmentState.ACCEPTED], target=AssignmentState.DECLINED,
        permission=rules.is_reviewer, duty=None,
        label=_("Decline"), done=_("Review declined"),
        given=Reason,
        when_given=[has_a_reason],
    )
    def decline(self) -> None:
        """The reviewer cannot do it: the officer is told."""

    @transition(
        field=state,
        source=[AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.SUBMITTED],
        target=AssignmentState.RECUSED,
        permission=rules.is_reviewer_or_officer, duty=None, despite_conflict=rules.is_the_one_assigned,
        label=_("Recuse"), done=_("Reviewer recused"),
        facts=rules.Recusal, given=rules.Declared,
        when_given=[rules.has_a_conflict, rules.others_say_why],
    )
    def recuse(self) -> None:
        """A conflict. A score already given is kept and no longer counted."""

    @transition(
        field=state, source=AssignmentState.ACCEPTED, target=AssignmentState.SUBMITTED,
        permission=rules.is_reviewer,
        label=_("Submit the review"), done=_("Review submitted"),
        duty=Duty.SCORE, facts=rules.Review,
        when=[rules.file_is_in_review, rules.every_criterion_is_scored],
    )
    def submit(self) -> None:
        """Scores no longer change."""

    @transition(
        field=state, source=AssignmentState.SUBMITTED, target=AssignmentState.ACCEPTED,
        permission=rules.is_chair, duty=None,
        label=_("Reopen"), done=_("Review reopened"),
        given=Reason,
        when=[rules.is_of_the_panel_that_has_the_file, rules.file_is_in_review],
        when_given=[has_a_reason],
    )
    def reopen(self) -> None:
        """A recorded act of the chair."""

    @transition(
        field=state, source=[AssignmentState.OFFERED, AssignmentState.ACCEPTED], target=AssignmentState.CANCELLED,
        permission=rules.is_officer, duty=None,
        label=_("Cancel"), done=_("Assignment cancelled"),
        fired=True,
    )
    def cancel(self) -> None:
        """The reviewer is replaced, or the file has left the review."""
