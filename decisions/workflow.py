"""The lives of a decision and of a concurrence. Who and when are in `decisions.rules`."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from decisions import rules
from decisions.states import DecisionState
from moves.states import Duty


class DecisionLife(models.Model):
    state = FSMField(default=DecisionState.DRAFT, choices=DecisionState.choices, protected=True, editable=False)

    class Meta:
        abstract = True

    @transition(
        field=state, source=DecisionState.DRAFT, target=DecisionState.ENDORSED, permission=rules.is_endorser,
        custom={"label": _("Endorse"), "done": _("Decision endorsed"), "duty": Duty.ENDORSE,
                "when": (rules.took_no_part_before, rules.letter_is_complete)},
    )
    def endorse(self):
        """A favourable opinion, before approval."""

    @transition(
        field=state, source=DecisionState.ENDORSED, target=DecisionState.APPROVED, permission=rules.is_approver,
        custom={"label": _("Approve"), "done": _("Decision approved"), "duty": Duty.APPROVE,
                "when": (rules.took_no_part_before, rules.amount_is_within_limit)},
    )
    def approve(self):
        """Within the approver's delegated limit."""

    @transition(
        field=state, source=DecisionState.APPROVED, target=DecisionState.CONCURRED, permission=rules.nobody,
        custom={"done": _("Concurrence complete"), "fired_by": ("concurrence.give",),
                "when": (rules.every_concurrence_is_given,)},
    )
    def concur(self):
        """Every agreement whose threshold the award passes has concurred."""

    @transition(
        field=state, source=[DecisionState.ENDORSED, DecisionState.APPROVED, DecisionState.CONCURRED],
        target=DecisionState.DRAFT,
        permission=rules.may_send_back,
        custom={"label": _("Send back"), "done": _("Decision sent back"),
                "when": (rules.interests_are_declared, rules.has_a_reason)},
    )
    def send_back(self):
        """Earlier approvals are void; the chain starts over."""

    @transition(
        field=state, source=[DecisionState.APPROVED, DecisionState.CONCURRED], target=DecisionState.ISSUED,
        permission=rules.is_officer,
        custom={"label": _("Issue"), "done": _("Decision issued"),
                "when": (rules.needs_no_concurrence, rules.federal_money_is_authorised,
                         rules.letter_is_complete)},
    )
    def issue(self):
        """One transaction: envelopes commit, the file moves, the letter is queued."""

    @transition(
        field=state,
        source=[DecisionState.DRAFT, DecisionState.ENDORSED, DecisionState.APPROVED, DecisionState.CONCURRED],
        target=DecisionState.VOID,
        permission=rules.nobody,
        custom={"done": _("Decision void"),
                "fired_by": ("application.withdraw", "application.cancel", "application.return_to_panel",
                             "application.find_ineligible", "application.reopen", "application.reopen_screening"),
                "when": (rules.has_a_reason,)},
    )
    def void(self):
        """The file left: there is nothing to decide."""

    @transition(
        field=state, source=DecisionState.ISSUED, target=DecisionState.SUPERSEDED, permission=rules.nobody,
        custom={"done": _("Decision superseded"), "fired_by": ("decision.issue",)},
    )
    def supersede(self):
        """A later decision on the same file was issued. The earlier one is kept as it was."""


class ConcurrenceLife(models.Model):
    """A partner's concurrence on one agreement: asked, then given."""

    state = FSMField(default="asked", choices=[("asked", _("asked")), ("given", _("given"))], protected=True,
                     editable=False)

    class Meta:
        abstract = True

    @transition(
        field=state, source="asked", target="given", permission=rules.is_concurrence_officer,
        custom={"label": _("Concur"), "done": _("Concurrence given"), "duty": Duty.CONCUR,
                "when": (rules.decision_awaits_concurrence,)},
    )
    def give(self):
        """By that partner's officer. The last one required moves the decision."""
