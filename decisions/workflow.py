"""The lives of a decision and of a concurrence. Who and when are in `decisions.rules`."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from decisions import rules
from decisions.states import OPEN, ConcurrenceState, DecisionState
from moves.rules import earlier_acts_stand, has_a_reason, interests_are_declared
from moves.states import Duty
from moves.transitions import Reason, nobody, transition
from work import clock


class DecisionLife(models.Model):
    issued_at: datetime | None

    state = FSMField(default=DecisionState.DRAFT, choices=DecisionState.choices, protected=True, editable=False)

    class Meta:
        abstract = True

    @transition(
        field=state, source=DecisionState.DRAFT, target=DecisionState.ENDORSED,
        permission=rules.is_endorser,
        label=_("Endorse"), done=_("Decision endorsed"),
        duty=Duty.ENDORSE, facts=rules.Opinion,
        when=[
            rules.took_no_part_before, rules.reviews_are_those_recommended, earlier_acts_stand,
            rules.letter_is_complete,
        ],
    )
    def endorse(self) -> None:
        """A favourable opinion, before approval."""

    @transition(
        field=state, source=DecisionState.ENDORSED, target=DecisionState.APPROVED,
        permission=rules.is_approver,
        label=_("Approve"), done=_("Decision approved"),
        duty=Duty.APPROVE, facts=rules.Delegation,
        when=[
            rules.took_no_part_before, rules.reviews_are_those_recommended, earlier_acts_stand,
            rules.amount_is_within_limit,
        ],
    )
    def approve(self) -> None:
        """Within the approver's delegated limit."""

    @transition(
        field=state, source=DecisionState.APPROVED, target=DecisionState.CONCURRED,
        permission=nobody, duty=None,
        done=_("Concurrence complete"),
        facts=rules.Concurrences, fired=True,
        when=[rules.every_concurrence_is_given],
    )
    def concur(self) -> None:
        """Every agreement whose threshold the award passes has concurred."""

    @transition(
        field=state,
        source=list(OPEN),
        target=DecisionState.DRAFT,
        permission=rules.may_send_back, duty=None,
        label=_("Send back"), done=_("Decision sent back"),
        facts=rules.Returning, given=rules.Return,
        when=[interests_are_declared],
        when_given=[has_a_reason, rules.goes_where_it_can],
    )
    def send_back(self) -> None:
        """Earlier approvals are void; the chain starts over. A draft goes back to what came before it only."""

    @transition(
        field=state, source=[DecisionState.APPROVED, DecisionState.CONCURRED], target=DecisionState.ISSUED,
        permission=rules.is_officer, duty=None,
        label=_("Issue"), done=_("Decision issued"),
        facts=rules.Issue,
        when=[
            rules.needs_no_concurrence, rules.federal_money_is_authorised, rules.reviews_are_those_recommended,
            earlier_acts_stand, rules.letter_is_complete,
        ],
    )
    def issue(self) -> None:
        """One transaction: envelopes commit, the file moves, the letter is queued, with the instant that it bears."""
        self.issued_at = clock.now()

    @transition(
        field=state,
        source=[DecisionState.DRAFT, DecisionState.ENDORSED, DecisionState.APPROVED, DecisionState.CONCURRED],
        target=DecisionState.VOID,
        permission=nobody, duty=None,
        done=_("Decision void"),
        given=Reason, fired=True,
        when_given=[has_a_reason],
    )
    def void(self) -> None:
        """The file left: there is nothing to decide."""

    @transition(
        field=state, source=[DecisionState.ISSUED, DecisionState.SUPERSEDED], target=DecisionState.VOID,
        permission=nobody, duty=None,
        done=_("Decision void: issued, never sent"),
        given=Reason, fired=True,
        when_given=[has_a_reason],
    )
    def withhold(self) -> None:
        """The file left before the letter did: what was issued is undone, and its letter never leaves."""

    @transition(
        field=state, source=DecisionState.ISSUED, target=DecisionState.SUPERSEDED,
        permission=nobody, duty=None,
        done=_("Decision superseded"),
        fired=True,
    )
    def supersede(self) -> None:
        """A later decision on the same file was issued. The earlier one is kept as it was."""


class ConcurrenceLife(models.Model):
    """A partner's concurrence on one agreement: asked, then given."""

    state = FSMField(default=ConcurrenceState.ASKED, choices=ConcurrenceState.choices, protected=True, editable=False)

    class Meta:
        abstract = True

    @transition(
        field=state, source=ConcurrenceState.ASKED, target=ConcurrenceState.GIVEN,
        permission=rules.is_concurrence_officer,
        label=_("Concur"), done=_("Concurrence given"),
        duty=Duty.CONCUR, facts=rules.Read,
        when=[rules.decision_awaits_concurrence, rules.reviews_are_those_recommended, earlier_acts_stand],
    )
    def give(self) -> None:
        """By that partner's officer. The last one required moves the decision."""
