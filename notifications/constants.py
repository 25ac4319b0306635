"""Every message there is: its subject, its button, and what its body needs. Bodies: templates/notifications/<kind>.txt.

An app that sends something new adds its kind here, the body's template, and the French of both.
"""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OPEN = _("Open in Passerelle")


class MessageKind(TextChoices):
    """The messages there are. Each has its words in `KINDS`; start fails on one that is `followed` by nobody."""

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


@dataclass(frozen=True)
class Wording:
    """What one kind of message says. `needs`: the names its subject and body take from the context.

    `subject` may hold them as %(name)s; `button` labels the link when the message has one.
    `until`: which of `needs`, an instant, ends its use: a message that has not left by then is given up.
    `of_address`: it speaks of the very address it was queued for, and leaves for no other that its user may have since.
    `secret`: whoever has the link can act by it, so the outbox forgets it once the message is sent.
    `followed`: an app above goes on once it is sent (`services.hand_over`).
    """

    subject: str | Promise
    needs: tuple[str, ...] = ()
    button: str | Promise = OPEN
    secret: bool = False
    until: str = ""
    of_address: bool = False
    followed: bool = False


KINDS: dict[MessageKind, Wording] = {
    # accounts
    MessageKind.INVITATION: Wording(
        _("Invitation to join %(name)s on Passerelle"),
        ("name", "inviter", "until"),
        _("Accept the invitation"),
        secret=True,
        until="until",
    ),
    MessageKind.ACCOUNT_CONFIRM: Wording(
        _("Confirm your e-mail address"), (), _("Confirm the address"), secret=True, of_address=True
    ),
    MessageKind.ACCOUNT_EXISTS: Wording(_("You already have an account"), (), _("Choose a new password")),
    MessageKind.PASSWORD_RESET: Wording(_("Choose a new password"), (), _("Choose a new password"), secret=True),
    MessageKind.PASSWORD_CHANGED: Wording(_("Your password was changed"), ("at",), _("Choose a new password")),
    # applications
    MessageKind.SPONSOR_ASKED: Wording(
        _("%(applicant)s asks you to sponsor its application"),
        ("applicant", "title", "call", "closes_at"),
        _("See the request"),
        secret=True,
    ),
    MessageKind.SPONSOR_ANSWERED: Wording(
        _("%(sponsor)s has answered about your application"),
        ("sponsor", "title", "confirmed"),
        _("Open the application"),
    ),
    MessageKind.APPLICATION_RECEIVED: Wording(
        _("Application %(reference)s received"), ("reference", "title", "call", "at"), _("Open the application")
    ),
    MessageKind.APPLICATION_WITHDRAWN: Wording(_("Application %(reference)s withdrawn"), ("reference", "title")),
    MessageKind.CHANGES_REQUESTED: Wording(
        _("Application %(reference)s: changes requested"),
        ("reference", "title", "count", "until"),
        _("See what is asked"),
    ),
    MessageKind.CHANGES_ANSWERED: Wording(
        _("Application %(reference)s: the applicant has answered"), ("reference", "title"), _("Open the file")
    ),
    MessageKind.CHANGES_REMINDER: Wording(
        _("Application %(reference)s: your changes are due soon"),
        ("reference", "title", "until"),
        _("See what is asked"),
        until="until",
    ),
    MessageKind.CHANGES_CANCELLED: Wording(
        _("Application %(reference)s: nothing to change any more"), ("reference", "title"), _("Open the application")
    ),
    MessageKind.CHANGES_OVERDUE: Wording(
        _("Application %(reference)s: the changes are late"), ("reference", "title", "until"), _("Open the file")
    ),
    # programs
    MessageKind.CALL_EXTENDED: Wording(_("%(call)s: later closing"), ("call", "closes_at"), _("Open your draft")),
    MessageKind.CALL_CANCELLED: Wording(_("%(call)s is cancelled"), ("call", "reason")),
    # reviews
    MessageKind.REVIEW_OFFERED: Wording(_("A file to review: %(reference)s"), ("reference", "due"), _("Open my queue")),
    MessageKind.REVIEW_CANCELLED: Wording(_("A review is no longer needed: %(reference)s"), ("reference",)),
    MessageKind.REVIEW_DECLINED: Wording(
        _("Another reviewer is needed: %(reference)s"), ("reference", "person"), _("Open the reviews")
    ),
    MessageKind.RULING_ASKED: Wording(
        _("A declaration of interests to rule on: %(reference)s"), ("reference", "person"), _("Read the declaration")
    ),
    MessageKind.DECLARATION_RULED: Wording(
        _("Your declaration of interests: %(reference)s"), ("reference", "clear"), _("Read the ruling")
    ),
    # decisions
    MessageKind.DECISION_WAITING: Wording(
        _("File %(reference)s waits for your decision"), ("reference", "title", "step"), _("Open the decision")
    ),
    MessageKind.DECISION_SENT_BACK: Wording(
        _("File %(reference)s was sent back"), ("reference", "title", "reason"), _("Open the decision")
    ),
    MessageKind.CONCURRENCE_ASKED: Wording(
        _("File %(reference)s needs your concurrence"), ("reference", "title", "amount"), _("Open the file")
    ),
    MessageKind.LETTER_FAILED: Wording(
        _("The decision letter of file %(reference)s could not be sent"), ("reference", "title"), _("Open the decision")
    ),
    MessageKind.LETTER: Wording(
        _("Decision on application %(reference)s"),
        ("reference", "title", "programme"),
        _("Read the letter"),
        followed=True,
    ),
}
