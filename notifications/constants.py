"""The messages there are. What each says: `notifications.messages`."""

from django.db.models import TextChoices


class MessageKind(TextChoices):
    """The messages there are. Start fails on one that no content is of, or that is `followed` by nobody."""

    # accounts
    INVITATION = "invitation"
    ACCOUNT_CONFIRM = "account_confirm"
    ACCOUNT_EXISTS = "account_exists"
    PASSWORD_RESET = "password_reset"  # noqa: S105 (names a message)
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    # applications
    SPONSOR_ASKED = "sponsor_asked"
    SPONSOR_ANSWERED = "sponsor_answered"
    APPLICATION_RECEIVED = "application_received"
    APPLICATION_COMPLETE = "application_complete"
    APPLICATION_WITHDRAWN = "application_withdrawn"
    CHANGES_REQUESTED = "changes_requested"
    CHANGES_ANSWERED = "changes_answered"
    CHANGES_REMINDER = "changes_reminder"
    CHANGES_CANCELLED = "changes_cancelled"
    CHANGES_OVERDUE = "changes_overdue"
    # programs
    CALL_EXTENDED = "call_extended"
    CALL_CANCELLED = "call_cancelled"
    # reviews
    REVIEW_OFFERED = "review_offered"
    REVIEW_CANCELLED = "review_cancelled"
    REVIEW_DECLINED = "review_declined"
    RULING_ASKED = "ruling_asked"
    DECLARATION_RULED = "declaration_ruled"
    # decisions
    DECISION_WAITING = "decision_waiting"
    DECISION_SENT_BACK = "decision_sent_back"
    CONCURRENCE_ASKED = "concurrence_asked"
    LETTER_FAILED = "letter_failed"
    LETTER = "letter"
