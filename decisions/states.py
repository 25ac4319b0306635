"""The states of a decision: all that follows from each is said once, in its row."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from work.states import States


@dataclass(frozen=True)
class DecisionRow:
    """What a decision's state means.

    `awaits`: who must act next, in words; "" for nobody, or when its concurrences say it. `to_do`: what, in their
    queue. `is_open`: on its way through the approval chain. `is_approved`: an approver has, and nothing undid it; from
    there its partners see it. `is_issued`: it was, even when a later decision took its place.
    """

    awaits: str | Promise
    to_do: str | Promise
    is_open: bool
    is_approved: bool
    is_issued: bool


class DecisionState(States):
    row: DecisionRow

    DRAFT = (
        "draft",
        DecisionRow(_("the endorser"), _("to endorse"), is_open=True, is_approved=False, is_issued=False),
        _("draft"),
    )
    ENDORSED = (
        "endorsed",
        DecisionRow(_("the approver"), _("to approve"), is_open=True, is_approved=False, is_issued=False),
        _("endorsed"),
    )
    APPROVED = (
        "approved",
        DecisionRow("", _("to issue"), is_open=True, is_approved=True, is_issued=False),
        _("approved"),
    )
    CONCURRED = (
        "concurred",
        DecisionRow("", _("to issue"), is_open=True, is_approved=True, is_issued=False),
        _("concurred"),
    )
    ISSUED = "issued", DecisionRow("", "", is_open=False, is_approved=True, is_issued=True), _("issued")
    VOID = "void", DecisionRow("", "", is_open=False, is_approved=False, is_issued=False), _("void")
    SUPERSEDED = "superseded", DecisionRow("", "", is_open=False, is_approved=True, is_issued=True), _("superseded")


OPEN = tuple(state for state in DecisionState if state.row.is_open)
BEFORE_APPROVAL = tuple(state for state in DecisionState if state.row.is_open and not state.row.is_approved)
ONCE_APPROVED = tuple(state for state in DecisionState if state.row.is_approved)
BEFORE_ISSUE = tuple(state for state in DecisionState if state.row.is_approved and state.row.is_open)
ONCE_ISSUED = tuple(state for state in DecisionState if state.row.is_issued)


@dataclass(frozen=True)
class ConcurrenceRow:
    """What a concurrence's state means. `is_awaited`: its partner has yet to give it."""

    is_awaited: bool


class ConcurrenceState(States):
    row: ConcurrenceRow

    ASKED = "asked", ConcurrenceRow(is_awaited=True), _("asked")
    GIVEN = "given", ConcurrenceRow(is_awaited=False), _("given")


AWAITED = tuple(state for state in ConcurrenceState if state.row.is_awaited)


class DecisionKind(TextChoices):
    """What a decision says."""

    APPROVED = "approved", _("approval")
    PARTIAL = "partial", _("approval in part")
    INVITED = "invited", _("invitation to the next stage")
    WAITLISTED = "waitlisted", _("waiting list")
    DECLINED = "declined", _("refusal")
    INELIGIBLE = "ineligible", _("ineligibility")
    RECONSIDERED = "reconsidered", _("reconsideration")


FUNDED = (DecisionKind.APPROVED, DecisionKind.PARTIAL)


class StepKind(TextChoices):
    """An act of the approval chain, kept even when the chain starts over."""

    ENDORSED = "endorsed", _("endorsed")
    APPROVED = "approved", _("approved")
    CONCURRED = "concurred", _("gave its concurrence")
    SENT_BACK = "sent_back", _("sent back")
    ISSUED = "issued", _("issued")
