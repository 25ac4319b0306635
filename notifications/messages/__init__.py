"""Every message there is: its subject, its button, and what it says of the moment. One module an app that sends.

The body of a kind is in templates/notifications/<kind>.txt. An app that sends something new adds its kind, its content
in its module, the body's template, and the French of both.
"""

from notifications.messages.accounts import AccountConfirm, AccountExists, Invitation, PasswordChanged, PasswordReset
from notifications.messages.applications import (
    ApplicationComplete,
    ApplicationReceived,
    ApplicationWithdrawn,
    ChangesAnswered,
    ChangesCancelled,
    ChangesOverdue,
    ChangesReminder,
    ChangesRequested,
    ChangesUnanswered,
    FileWithdrawn,
    NextCohort,
    SponsorAnswered,
    SponsorAsked,
)
from notifications.messages.content import KINDS, NO_ACT, UNREAD, Content, OfFile, OfRequest, OfStay, OfUse, Wording
from notifications.messages.decisions import (
    ConcurrenceAsked,
    ConcurrenceVoid,
    DecisionSentBack,
    DecisionUndone,
    DecisionWaiting,
    Letter,
    LetterFailed,
    StepStuck,
)
from notifications.messages.programs import CallCancelled, CallExtended
from notifications.messages.reviews import (
    DeclarationRuled,
    InterestsTouch,
    OfReview,
    ReviewCancelled,
    ReviewDeclined,
    ReviewOffered,
    ReviewOpened,
    ReviewReopened,
    RulingAsked,
)

__all__ = [
    "KINDS",
    "NO_ACT",
    "UNREAD",
    "AccountConfirm",
    "AccountExists",
    "ApplicationComplete",
    "ApplicationReceived",
    "ApplicationWithdrawn",
    "CallCancelled",
    "CallExtended",
    "ChangesAnswered",
    "ChangesCancelled",
    "ChangesOverdue",
    "ChangesReminder",
    "ChangesRequested",
    "ChangesUnanswered",
    "ConcurrenceAsked",
    "ConcurrenceVoid",
    "Content",
    "DecisionSentBack",
    "DecisionUndone",
    "DecisionWaiting",
    "DeclarationRuled",
    "FileWithdrawn",
    "InterestsTouch",
    "Invitation",
    "Letter",
    "LetterFailed",
    "NextCohort",
    "OfFile",
    "OfRequest",
    "OfReview",
    "OfStay",
    "OfUse",
    "PasswordChanged",
    "PasswordReset",
    "ReviewCancelled",
    "ReviewDeclined",
    "ReviewOffered",
    "ReviewOpened",
    "ReviewReopened",
    "RulingAsked",
    "SponsorAnswered",
    "SponsorAsked",
    "StepStuck",
    "Wording",
]
