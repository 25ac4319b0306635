"""The life of a call: draft → published → cancelled | archived. Open, in grace and closed come from the clock."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from moves.rules import has_a_reason
from moves.transitions import Reason, transition
from programs import rules
from programs.states import CallState


class CallLife(models.Model):
    state = FSMField(default=CallState.DRAFT, choices=CallState.choices, protected=True, editable=False)

    class Meta:
        abstract = True

    @transition(
        field=state, source=CallState.DRAFT, target=CallState.PUBLISHED,
        permission=rules.is_call_officer, duty=None,
        label=_("Publish"), done=_("Call published"),
        facts=rules.Publication,
        given=rules.Acknowledged,
        when=[rules.dates_are_in_order, rules.call_is_complete],
        when_given=[rules.promises_are_acknowledged],
    )
    def publish(self) -> None:
        """Opens the call to the public; its form, rubric and rules no longer change."""

    @transition(
        field=state, source=CallState.PUBLISHED, target=CallState.PUBLISHED,
        permission=rules.is_call_officer, duty=None,
        label=_("Extend"), done=_("Closing moved to a later instant"),
        facts=rules.Represented, given=rules.NewClosing,
        when=[rules.acts_for_no_applicant],
        when_given=[rules.moved_to_a_later_closing, has_a_reason],
    )
    def extend(self) -> None:
        """Moves the closing later. The applicants who gain time by it are notified."""

    @transition(
        field=state, source=CallState.PUBLISHED, target=CallState.PUBLISHED,
        permission=rules.is_call_officer, duty=None,
        label=_("Accommodate an applicant"), done=_("One applicant accommodated"),
        facts=rules.Sides, given=rules.OneApplicant,
        when=[rules.is_before_closing],
        when_given=[rules.names_one_applicant, rules.is_not_of_own_side, rules.is_later_than_the_call, has_a_reason],
    )
    def accommodate(self) -> None:
        """Gives one applicant a later closing, for a confidential reason."""

    @transition(
        field=state, source=[CallState.DRAFT, CallState.PUBLISHED], target=CallState.CANCELLED,
        permission=rules.is_call_officer, duty=None,
        label=_("Cancel the call"), done=_("Call cancelled"),
        given=Reason,
        when_given=[has_a_reason],
    )
    def cancel(self) -> None:
        """Ends the call before its time; every file of it is cancelled with a letter."""

    @transition(
        field=state, source=CallState.PUBLISHED, target=CallState.ARCHIVED,
        permission=rules.is_call_officer, duty=None,
        label=_("Archive"), done=_("Call archived"),
        facts=rules.LastClosing,
        when=[rules.is_over],
    )
    def archive(self) -> None:
        """Puts a finished call away."""
