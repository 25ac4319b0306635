"""The lives of a decision and of its letter. Who and when are in `decisions.rules`."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import GET_STATE, FSMField, transition

from decisions import rules
from decisions.states import DecisionState, LetterState
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


class LetterLife(models.Model):
    state = FSMField(default=LetterState.QUEUED, choices=LetterState.choices, protected=True, editable=False)
    failed_from = models.CharField(max_length=10, blank=True, editable=False)

    class Meta:
        abstract = True

    @transition(
        field=state, source=LetterState.QUEUED, target=LetterState.RENDERED, permission=rules.is_the_clock,
        custom={"done": _("Letter rendered")},
    )
    def render(self):
        """The PDF exists; the same decision always renders to the same bytes."""

    @transition(
        field=state, source=LetterState.RENDERED, target=LetterState.SIGNED, permission=rules.is_the_clock,
        custom={"done": _("Letter signed"), "when": (rules.has_a_certificate,)},
    )
    def sign(self):
        """With the cluster's certificate."""

    @transition(
        field=state, source=[LetterState.RENDERED, LetterState.SIGNED], target=LetterState.SENT,
        permission=rules.is_the_clock,
        custom={"done": _("Letter sent"), "when": (rules.goes_unsigned_only_without_certificate,)},
    )
    def send(self):
        """Stamps the outcome: from now on the applicant may know."""

    @transition(
        field=state, source=LetterState.SENT, target=LetterState.SERVED, permission=rules.is_letter_reader,
        custom={"done": _("Letter received"), "when": (rules.is_read_or_presumed,)},
    )
    def serve(self):
        """Read, or presumed received five business days after sending: delays run from here."""

    @transition(
        field=state, source=[LetterState.QUEUED, LetterState.RENDERED, LetterState.SIGNED, LetterState.SENT],
        target=LetterState.FAILED, permission=rules.is_the_clock, custom={"done": _("Letter failed")},
    )
    def fail(self):
        """Three attempts, and why in `last_error`."""
        self.failed_from = self.state

    @transition(
        field=state, source=LetterState.FAILED,
        target=GET_STATE(
            lambda self: self.failed_from,
            states=[LetterState.QUEUED, LetterState.RENDERED, LetterState.SIGNED, LetterState.SENT],
        ),
        permission=rules.is_letter_officer, custom={"label": _("Try again"), "done": _("Letter retried")},
    )
    def retry(self):
        """Back to where it was."""
