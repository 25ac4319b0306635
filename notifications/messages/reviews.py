"""What is said of reviews, to reviewers and to those who give them; and of conflicts of interest."""

from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext_lazy as _

from notifications.constants import Concern, Holds, MessageKind
from notifications.messages.content import NO_ACT, UNREAD, Content, OfFile, Wording
from work.texts import Text


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
    is_open: bool = True  # the review of the file, or it will be once the chair has reopened it
    chair_first: bool = False  # once the chair has reopened the review


@dataclass(frozen=True, kw_only=True)
class RulingAsked(Content):
    words = Wording(
        MessageKind.RULING_ASKED,
        Concern.RULERS,
        Holds.TO_RULE,
        _("A ruling is asked of you: file %(reference)s"),
        _("Read and rule"),
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
    stands: bool = True  # another of them is still in force
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
