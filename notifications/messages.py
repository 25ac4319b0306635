"""Every message there is: its subject, its button, and what it says of the moment.

The body of a kind is in templates/notifications/<kind>.txt. An app that sends something new adds its kind, its content
here, the body's template, and the French of both.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.constants import Concern, Holds, MessageKind
from work.texts import Text

OPEN = _("Open in Passerelle")
NO_ACT = Text()
UNREAD = {"is_read": False}
"""Of a field that no reader reads: by it the app that owns the fact knows of what the message is, as it leaves."""


@dataclass(frozen=True)
class Wording:
    """The words of one kind of message, and what becomes of it.

    `to`: whom it concerns, which its sender asks at that moment. `holds`: as long as what it says holds, which is asked
    as it leaves. `subject` may hold fields of the content as %(name)s; `button` labels the link when the message has
    one.
    `of_address`: it speaks of the very address it was queued for, and leaves for no other that its user may have since.
    `secret`: whoever has the link can act by it, so the outbox forgets it once the message is sent.
    `followed`: an app above goes on once it is sent (`services.hand_over`).
    `despite_conflict`: it tells the reader of the very conflict that closes the file to them, and nothing of the file.
    """

    kind: MessageKind
    to: Concern
    holds: Holds
    subject: str | Promise
    button: str | Promise = OPEN
    secret: bool = False
    of_address: bool = False
    followed: bool = False
    despite_conflict: bool = False


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a message says of the moment: a subclass a kind, each field a name that its subject and its body read.

    Dates, instants and amounts are written, and a `Text` is read, in the reader's language when it is sent. Rows that
    wait are read by the next release: a field that is new to a kind has a default, until none is left without it.
    """

    words: ClassVar[Wording]

    def __init_subclass__(cls) -> None:
        """TypeError for a second content of one kind."""
        words = vars(cls).get("words")  # a class that several kinds share has none
        if words and KINDS.setdefault(words.kind, cls) is not cls:
            raise TypeError(f"{KINDS[words.kind].__name__} and {cls.__name__} are both of kind {words.kind}")


KINDS: dict[MessageKind, type[Content]] = {}


@dataclass(frozen=True, kw_only=True)
class OfFile(Content):
    """About a file: its number, and the title of its project."""

    reference: str
    title: str


@dataclass(frozen=True, kw_only=True)
class OfRequest(OfFile):
    """About changes that are asked until then."""

    until: datetime


@dataclass(frozen=True, kw_only=True)
class OfStay(OfRequest):
    """The same, told to whom they are asked of: until when they may come for the file to stay in its cohort, and when
    the next one closes; None where it is left there, or no longer is."""

    stays_until: datetime | None = None
    next_closing: date | None = None


@dataclass(frozen=True, kw_only=True)
class OfUse(Content):
    """It invites to what can be done before `until`: a message that has not left by then is given up."""

    until: datetime


# ------------------------------------------------------------------ accounts


@dataclass(frozen=True, kw_only=True)
class Invitation(OfUse):
    words = Wording(
        MessageKind.INVITATION,
        Concern.ADDRESS,
        Holds.INVITED,
        _("Invitation to join %(name)s on Passerelle"),
        _("Accept the invitation"),
        secret=True,
    )
    name: str
    inviter: str


@dataclass(frozen=True, kw_only=True)
class AccountConfirm(Content):
    words = Wording(
        MessageKind.ACCOUNT_CONFIRM,
        Concern.ADDRESS,
        Holds.CONFIRMS,
        _("Confirm your e-mail address"),
        _("Confirm the address"),
        secret=True,
        of_address=True,
    )


@dataclass(frozen=True, kw_only=True)
class AccountExists(Content):
    words = Wording(
        MessageKind.ACCOUNT_EXISTS,
        Concern.ONESELF,
        Holds.ALWAYS,
        _("You already have an account"),
        _("Choose a new password"),
    )


@dataclass(frozen=True, kw_only=True)
class PasswordReset(Content):
    words = Wording(
        MessageKind.PASSWORD_RESET,
        Concern.ONESELF,
        Holds.CHOOSES,
        _("Choose a new password"),
        _("Choose a new password"),
        secret=True,
    )


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Content):
    words = Wording(
        MessageKind.PASSWORD_CHANGED,
        Concern.ONESELF,
        Holds.ALWAYS,
        _("Your password was changed"),
        _("Choose a new password"),
    )
    at: datetime


# ------------------------------------------------------------------ applications


@dataclass(frozen=True, kw_only=True)
class SponsorAsked(Content):
    words = Wording(
        MessageKind.SPONSOR_ASKED,
        Concern.ADDRESS,
        Holds.SPONSORS,
        _("%(applicant)s asks you to sponsor its application"),
        _("See the request"),
        secret=True,
    )
    applicant: str
    title: str
    call: Text
    closes_at: datetime


@dataclass(frozen=True, kw_only=True)
class SponsorAnswered(Content):
    words = Wording(
        MessageKind.SPONSOR_ANSWERED,
        Concern.MEMBERS,
        Holds.ALWAYS,
        _("%(sponsor)s has answered about your application"),
        _("Open the application"),
    )
    sponsor: str
    title: str
    confirmed: bool


@dataclass(frozen=True, kw_only=True)
class ApplicationReceived(OfFile):
    words = Wording(
        MessageKind.APPLICATION_RECEIVED,
        Concern.APPLICANT,
        Holds.ALWAYS,
        _("Application %(reference)s received"),
        _("Open the application"),
    )
    call: Text
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ApplicationComplete(OfFile):
    words = Wording(
        MessageKind.APPLICATION_COMPLETE,
        Concern.APPLICANT,
        Holds.COMPLETE,
        _("Application %(reference)s is complete"),
        _("Open the application"),
    )
    day: date


@dataclass(frozen=True, kw_only=True)
class ApplicationWithdrawn(OfFile):
    words = Wording(
        MessageKind.APPLICATION_WITHDRAWN, Concern.APPLICANT, Holds.ALWAYS, _("Application %(reference)s withdrawn")
    )


@dataclass(frozen=True, kw_only=True)
class FileWithdrawn(OfFile):
    words = Wording(
        MessageKind.FILE_WITHDRAWN,
        Concern.OFFICERS,
        Holds.ALWAYS,
        _("File %(reference)s was withdrawn"),
        _("Open the file"),
    )
    issued: Text = field(default_factory=Text)  # what was decided and not sent, and is undone
    is_freed: bool = False  # an amount was reserved for it, or committed, and is free again
    in_review: bool = False


@dataclass(frozen=True, kw_only=True)
class ChangesRequested(OfStay):
    words = Wording(
        MessageKind.CHANGES_REQUESTED,
        Concern.APPLICANT,
        Holds.ASKED,
        _("Application %(reference)s: changes requested"),
        _("See what is asked"),
    )
    count: int


@dataclass(frozen=True, kw_only=True)
class ChangesAnswered(OfFile):
    words = Wording(
        MessageKind.CHANGES_ANSWERED,
        Concern.ASKER,
        Holds.ALWAYS,
        _("Application %(reference)s: the applicant has answered"),
        _("Open the file"),
    )


@dataclass(frozen=True, kw_only=True)
class ChangesReminder(OfUse, OfStay):
    words = Wording(
        MessageKind.CHANGES_REMINDER,
        Concern.APPLICANT,
        Holds.ASKED,
        _("Application %(reference)s: your changes are due soon"),
        _("See what is asked"),
    )


@dataclass(frozen=True, kw_only=True)
class ChangesCancelled(OfFile):
    words = Wording(
        MessageKind.CHANGES_CANCELLED,
        Concern.APPLICANT,
        Holds.NOT_ASKED,
        _("Application %(reference)s: nothing to change any more"),
        _("Open the application"),
    )


@dataclass(frozen=True, kw_only=True)
class NextCohort(OfFile):
    """It tells of a closing and of what is still asked, both of which its reader knows of: of no outcome."""

    words = Wording(
        MessageKind.NEXT_COHORT,
        Concern.APPLICANT,
        Holds.COHORT,
        _("Application %(reference)s moves to the next cohort"),
        _("See what is asked"),
    )
    closed: date
    closing: date


@dataclass(frozen=True, kw_only=True)
class ChangesOverdue(OfRequest):
    words = Wording(
        MessageKind.CHANGES_OVERDUE,
        Concern.ASKER,
        Holds.LATE,
        _("Application %(reference)s: the changes are late"),
        _("Open the file"),
    )


@dataclass(frozen=True, kw_only=True)
class ChangesUnanswered(OfRequest):
    words = Wording(
        MessageKind.CHANGES_UNANSWERED,
        Concern.SCREENERS,
        Holds.LATE,
        _("Application %(reference)s: the changes that were asked have not come"),
        _("Open the screening"),
    )


# ------------------------------------------------------------------ programs


@dataclass(frozen=True, kw_only=True)
class CallExtended(Content):
    words = Wording(MessageKind.CALL_EXTENDED, Concern.HOLDERS, Holds.CLOSING, _("%(call)s: new closing"))
    call: Text
    closes_at: datetime
    has_draft: bool = True  # those that wait from before were for whoever had one
    is_sooner: bool = False  # than this applicant was told before


@dataclass(frozen=True, kw_only=True)
class CallCancelled(Content):
    words = Wording(MessageKind.CALL_CANCELLED, Concern.APPLICANT, Holds.ALWAYS, _("The call “%(call)s” is cancelled"))
    call: Text
    reason: str


# ------------------------------------------------------------------ reviews


@dataclass(frozen=True, kw_only=True)
class OfReview(Content):
    """About a review that its reader has to give by then."""

    reference: str
    due: date


@dataclass(frozen=True, kw_only=True)
class ReviewOffered(OfReview):
    words = Wording(
        MessageKind.REVIEW_OFFERED,
        Concern.REVIEWER,
        Holds.OFFERED,
        _("A file to review: %(reference)s"),
        _("Open my queue"),
    )


@dataclass(frozen=True, kw_only=True)
class ReviewOpened(OfReview):
    words = Wording(
        MessageKind.REVIEW_OPENED,
        Concern.REVIEWER,
        Holds.TO_SUBMIT,
        _("The review of the file %(reference)s begins"),
        _("Open my review"),
    )


@dataclass(frozen=True, kw_only=True)
class ReviewReopened(OfReview):
    words = Wording(
        MessageKind.REVIEW_REOPENED,
        Concern.REVIEWER,
        Holds.TO_SUBMIT,
        _("Your review of the file %(reference)s is reopened"),
        _("Open my review"),
    )
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReviewCancelled(Content):
    words = Wording(
        MessageKind.REVIEW_CANCELLED,
        Concern.REVIEWER,
        Holds.NOT_REVIEWED,
        _("A review is no longer needed: %(reference)s"),
    )
    reference: str


@dataclass(frozen=True, kw_only=True)
class ReviewDeclined(Content):
    words = Wording(
        MessageKind.REVIEW_DECLINED,
        Concern.ASKER,
        Holds.REPLACED,
        _("A reviewer has left the file %(reference)s"),
        _("Open the reviews"),
    )
    reference: str
    person: str
    is_needed: bool = True  # another one is to be assigned
    chair_first: bool = False  # once the chair has reopened the review


@dataclass(frozen=True, kw_only=True)
class RulingAsked(Content):
    words = Wording(
        MessageKind.RULING_ASKED,
        Concern.RULERS,
        Holds.TO_RULE,
        _("A declaration of interests to rule on: %(reference)s"),
        _("Read the declaration"),
    )
    reference: str
    person: str
    acts: Text = NO_ACT  # before the conflict, or the doubt
    doubt: bool = False  # the chair rules on it first


@dataclass(frozen=True, kw_only=True)
class InterestsTouch(OfFile):
    words = Wording(
        MessageKind.INTERESTS_TOUCH,
        Concern.OFFICERS,
        Holds.DECLARED,
        _("Interests declared in file %(reference)s"),
        _("Open the file"),
    )
    person: str
    doubt: bool
    acts: Text
    scored: bool = False  # one of these acts is a review
    to_uphold: bool = False  # another of them is to be ruled on before anything more is decided
    has_ruler: bool = True
    declaration: int | None = field(default=None, metadata=UNREAD)  # its key


@dataclass(frozen=True, kw_only=True)
class DeclarationRuled(Content):
    words = Wording(
        MessageKind.DECLARATION_RULED,
        Concern.ONESELF,
        Holds.ALWAYS,
        _("Your declaration of interests: %(reference)s"),
        _("Read the ruling"),
        despite_conflict=True,
    )
    reference: str
    clear: bool


# ------------------------------------------------------------------ decisions


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
    to_panel: bool = False  # and not only to the start of the chain
    to_screening: bool = False  # the same, of a finding of ineligibility
    reopens: bool = False  # its chair reopens the review first


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
