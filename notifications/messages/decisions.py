"""What is said of the steps to a decision, of its concurrences and of its letter."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from notifications.constants import Concern, Holds, MessageKind
from notifications.messages.content import NO_ACT, UNREAD, OfFile, Wording
from work.texts import Text


@dataclass(frozen=True, kw_only=True)
class StepStuck(OfFile):
    words = Wording(
        MessageKind.STEP_STUCK,
        Concern.OFFICERS,
        Holds.STUCK,
        _("File %(reference)s: nobody can take its next step"),
        _("Open the file"),
    )


@dataclass(frozen=True, kw_only=True)
class DecisionWaiting(OfFile):
    words = Wording(
        MessageKind.DECISION_WAITING,
        Concern.TAKERS,
        Holds.WAITING,
        _("File %(reference)s is waiting for you: %(step)s"),
        _("Open the decision"),
    )
    step: Text
    reason: str = ""  # of a ruling that asks for it
    turn: str = field(default="", metadata=UNREAD)  # the step of the chain; "" of a return that is asked for
    is_stuck: bool = field(default=False, metadata=UNREAD)  # there is nobody to take it
    declaration: int | None = field(default=None, metadata=UNREAD)  # whose acts do not stand (key), of a return


@dataclass(frozen=True, kw_only=True)
class DecisionSentBack(OfFile):
    words = Wording(
        MessageKind.DECISION_SENT_BACK,
        Concern.RETURNED,
        Holds.BACK,
        _("File %(reference)s was sent back"),
        _("Open the file"),
    )
    reason: str | Text
    back_to: Text = NO_ACT  # where its file is; empty where only the chain starts over
    reopens: bool = False  # its chair reopens the review first
    had_approvals: bool = True  # which no longer count


@dataclass(frozen=True, kw_only=True)
class DecisionUndone(OfFile):
    words = Wording(
        MessageKind.DECISION_UNDONE,
        Concern.UNDONE,
        Holds.ALWAYS,
        _("File %(reference)s: the decision is void"),
        _("Open the decision"),
    )
    decision: Text
    amount: Decimal
    was_issued: bool
    with_its_call: bool


@dataclass(frozen=True, kw_only=True)
class ConcurrenceAsked(OfFile):
    words = Wording(
        MessageKind.CONCURRENCE_ASKED,
        Concern.PARTNER,
        Holds.CONCURS,
        _("File %(reference)s needs your concurrence"),
        _("Open the file"),
    )
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class ConcurrenceVoid(OfFile):
    """A partner's officers learn that it is void, and nothing of what was said of it inside."""

    words = Wording(
        MessageKind.CONCURRENCE_VOID,
        Concern.PARTNERS_PEOPLE,
        Holds.NOT_CONCURRED,
        _("File %(reference)s: the decision was sent back"),
    )
    was_given: bool


@dataclass(frozen=True, kw_only=True)
class LetterFailed(OfFile):
    words = Wording(
        MessageKind.LETTER_FAILED,
        Concern.OFFICERS,
        Holds.FAILED,
        _("The decision letter of file %(reference)s could not be sent"),
        _("Open the decision"),
    )


@dataclass(frozen=True, kw_only=True)
class Letter(OfFile):
    words = Wording(
        MessageKind.LETTER,
        Concern.MEMBERS,
        Holds.ALWAYS,
        _("Decision on application %(reference)s"),
        _("Read the letter"),
        followed=True,
    )
    programme: Text
