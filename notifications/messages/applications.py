"""What is said of an application: to its applicant, its sponsors, and those who ask it for changes."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from notifications.constants import Concern, Holds, MessageKind
from notifications.messages.content import Content, OfFile, OfRequest, OfStay, OfUse, Wording
from work.texts import Text


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
class ScreenedAgain(OfFile):
    words = Wording(
        MessageKind.SCREENED_AGAIN,
        Concern.RETURNED,
        Holds.TO_SCREEN,
        _("File %(reference)s is back in screening"),
        _("Open the file"),
    )
    reason: str


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
