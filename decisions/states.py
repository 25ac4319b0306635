"""The states of a decision: all that follows from each is said once, in its row."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications.states import IN_SCREENING, WITH_PANEL, ApplicationState, Outcome, TurnRow
from letters.states import LetterKind
from moves.states import Duty
from programs.roles import ProgramRole
from work.states import Hat, States, Tag


@dataclass(frozen=True)
class ChainRow(TurnRow):
    """What a step of the chain means beside: its `role` is None when it is its partners'.

    `hat`: what its person is called on their home page; `asked`: what their mail asks them to; `to_do`: what, in their
    queue.
    """

    hat: Hat
    asked: str | Promise
    to_do: str | Promise


class Turn(States):
    """The steps that a decision may wait for."""

    row: ChainRow

    ENDORSE = (
        "endorse",
        ChainRow(
            role=ProgramRole.ENDORSER,
            duty=Duty.ENDORSE,
            hat=Hat.ENDORSER,
            awaits=_("the endorser"),
            act=_("Endorse"),
            asked=_("give a favourable opinion"),
            to_do=_("to endorse"),
        ),
    )
    RECONSIDER = (
        "reconsider",
        ChainRow(
            role=ProgramRole.RECONSIDERER,
            duty=Duty.ENDORSE,
            hat=Hat.RECONSIDERER,
            awaits=_("the reconsideration officer"),
            act=_("Give an opinion"),
            asked=_("give a favourable opinion"),
            to_do=_("to endorse"),
        ),
    )
    APPROVE = (
        "approve",
        ChainRow(
            role=ProgramRole.APPROVER,
            duty=Duty.APPROVE,
            hat=Hat.APPROVER,
            awaits=_("the approver"),
            act=_("Approve"),
            asked=_("approve"),
            to_do=_("to approve"),
        ),
    )
    CONCUR = (
        "concur",
        ChainRow(
            role=None,
            duty=Duty.CONCUR,
            hat=Hat.PARTNER,
            awaits=_("the ministry"),
            act=_("Concur"),
            asked="",
            to_do="",
        ),
    )
    ISSUE = (
        "issue",
        ChainRow(
            role=ProgramRole.OFFICER,
            duty=None,
            hat=Hat.OFFICER,
            awaits=_("the programme officer"),
            act=_("Issue the decision"),
            asked=_("issue the decision"),
            to_do=_("to issue"),
        ),
    )


STEPS = tuple(turn.row.role for turn in Turn if turn.row.role)
"""The roles that take a step of the chain."""


@dataclass(frozen=True)
class DecisionRow:
    """What a decision's state means.

    `turn`: the step that it waits for, if not another by its kind or its concurrences (`DecisionQuerySet.turns`).
    `is_open`: on its way through the approval chain. `is_approved`: an approver has, and nothing undid it; from there
    its partners see it. `is_issued`: it was, even when a later decision took its place.
    """

    turn: Turn | None
    is_open: bool
    is_approved: bool
    is_issued: bool


class DecisionState(States):
    row: DecisionRow

    DRAFT = "draft", DecisionRow(Turn.ENDORSE, is_open=True, is_approved=False, is_issued=False), _("draft")
    ENDORSED = "endorsed", DecisionRow(Turn.APPROVE, is_open=True, is_approved=False, is_issued=False), _("endorsed")
    APPROVED = "approved", DecisionRow(Turn.ISSUE, is_open=True, is_approved=True, is_issued=False), _("approved")
    CONCURRED = "concurred", DecisionRow(Turn.ISSUE, is_open=True, is_approved=True, is_issued=False), _("concurred")
    ISSUED = "issued", DecisionRow(None, is_open=False, is_approved=True, is_issued=True), _("issued")
    VOID = "void", DecisionRow(None, is_open=False, is_approved=False, is_issued=False), _("void")
    SUPERSEDED = "superseded", DecisionRow(None, is_open=False, is_approved=True, is_issued=True), _("superseded")


OPEN = tuple(state for state in DecisionState if state.row.is_open)
BEFORE_APPROVAL = tuple(state for state in DecisionState if state.row.is_open and not state.row.is_approved)
RETURNABLE = tuple(state for state in OPEN if state is not DecisionState.DRAFT)
"""On its way, past its start: it can be sent back there."""
ONCE_APPROVED = tuple(state for state in DecisionState if state.row.is_approved)
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


@dataclass(frozen=True)
class ReturnRow:
    """What a return means. `title`: that it was made; `undid`: what it did, true whenever it is read. `comes`: what
    comes of it, as long as the file is in one of the states `there`; `told`: the same, in the mail that tells it."""

    title: str | Promise
    undid: str | Promise
    comes: str | Promise
    there: tuple[ApplicationState, ...]
    told: str | Promise


class ReturnTo(TextChoices):
    """Where a decision is sent back to: its start, or, void, the part of the file's life that it came from."""

    START = "start", _("the start of the approval chain")
    PANEL = "panel", _("the committee: it recommends again, and the money reserved is released")
    SCREENING = "screening", _("screening: the file is screened again, and what was found since is void")

    @property
    def row(self) -> ReturnRow:
        return RETURNS[self]


RETURNS = {
    ReturnTo.START: ReturnRow(
        title=_("Sent back to its start"),
        undid=_("earlier approvals no longer count."),
        comes="",
        there=(),
        told="",
    ),
    ReturnTo.PANEL: ReturnRow(
        title=_("Sent back to the committee"),
        undid=_("this decision became void, and the file went back to its committee."),
        comes=_("The committee recommends again."),
        there=WITH_PANEL,
        told=_("The file is back at its committee, which recommends again."),
    ),
    ReturnTo.SCREENING: ReturnRow(
        title=_("Sent back to screening"),
        undid=_("this decision became void, and the file went back to screening."),
        comes=_("Each item of the checklist is looked at again."),
        there=IN_SCREENING,
        told=_("The file is back in screening: each item of its checklist is looked at again."),
    ),
}

PANEL_FIRST = (ReturnTo.PANEL, ReturnTo.SCREENING)


@dataclass(frozen=True)
class KindRow:
    """What a decision of a kind means.

    `recommended`: the committee's outcome that it comes of; None where no committee gave one. `follows`: what came
    before it, to which its file can be sent back, the nearest first: nothing before the request of its applicant.
    `opinion`: whose comes before approval. `becomes`: the state of its file once it is issued, which its letter tells;
    None: the one that was contested, which it upholds. `letter`: the letter that tells it.
    """

    tag: Tag
    recommended: Outcome | None
    follows: tuple[ReturnTo, ...]
    opinion: Turn
    becomes: ApplicationState | None
    letter: LetterKind
    is_funded: bool


class DecisionKind(States):
    """What a decision says."""

    row: KindRow

    APPROVED = "approved", KindRow(
        tag=Tag.GOOD, recommended=Outcome.APPROVED, follows=PANEL_FIRST, opinion=Turn.ENDORSE,
        becomes=ApplicationState.APPROVED, letter=LetterKind.APPROVED, is_funded=True,
    ), _("approval")  # fmt: skip
    PARTIAL = "partial", KindRow(  # an approval with its own amount
        tag=Tag.GOOD, recommended=Outcome.PARTIAL, follows=PANEL_FIRST, opinion=Turn.ENDORSE,
        becomes=ApplicationState.APPROVED, letter=LetterKind.APPROVED, is_funded=True,
    ), _("approval in part")  # fmt: skip
    INVITED = "invited", KindRow(
        tag=Tag.GOOD, recommended=Outcome.INVITED, follows=PANEL_FIRST, opinion=Turn.ENDORSE,
        becomes=ApplicationState.INVITED, letter=LetterKind.INVITED, is_funded=False,
    ), _("invitation to the next stage")  # fmt: skip
    WAITLISTED = "waitlisted", KindRow(
        tag=Tag.WAIT, recommended=Outcome.WAITLISTED, follows=PANEL_FIRST, opinion=Turn.ENDORSE,
        becomes=ApplicationState.WAITLISTED, letter=LetterKind.WAITLISTED, is_funded=False,
    ), _("waiting list")  # fmt: skip
    DECLINED = "declined", KindRow(
        tag=Tag.BAD, recommended=Outcome.DECLINED, follows=PANEL_FIRST, opinion=Turn.ENDORSE,
        becomes=ApplicationState.DECLINED, letter=LetterKind.DECLINED, is_funded=False,
    ), _("refusal")  # fmt: skip
    INELIGIBLE = "ineligible", KindRow(
        tag=Tag.BAD, recommended=None, follows=(ReturnTo.SCREENING,), opinion=Turn.ENDORSE,
        becomes=ApplicationState.DECLINED, letter=LetterKind.INELIGIBLE, is_funded=False,
    ), _("ineligibility")  # fmt: skip
    RECONSIDERED = "reconsidered", KindRow(
        tag=Tag.INFO, recommended=None, follows=(), opinion=Turn.RECONSIDER,
        becomes=None, letter=LetterKind.RECONSIDERED, is_funded=False,
    ), _("reconsideration")  # fmt: skip


FUNDED = tuple(kind for kind in DecisionKind if kind.row.is_funded)


def _recommended_as(outcome: Outcome) -> DecisionKind:
    (kind,) = (one for one in DecisionKind if one.row.recommended is outcome)
    return kind


RECOMMENDED_AS = {outcome: _recommended_as(outcome) for outcome in Outcome}
"""The decision that each outcome of a committee becomes: exactly one."""


class StepKind(TextChoices):
    """An act of the approval chain, kept even when the chain starts over."""

    ENDORSED = "endorsed", _("endorsed")
    APPROVED = "approved", _("approved")
    CONCURRED = "concurred", _("gave its concurrence")
    SENT_BACK = "sent_back", _("sent back")
    ISSUED = "issued", _("issued")
