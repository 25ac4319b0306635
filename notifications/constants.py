"""Every message there is: its subject, its button, and what its body needs. Bodies: templates/notifications/<kind>.txt.

An app that sends something new adds its kind here, the body's template, and the French of both.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OPEN = _("Open in Passerelle")


@dataclass(frozen=True)
class MessageKind:
    """One kind of message. `needs`: the names its subject and body take from the context.

    `subject` may hold them as %(name)s; `button` labels the link when the message has one.
    `until`: which of `needs`, an instant, ends its use: a message that has not left by then is given up.
    `of_address`: it speaks of the very address it was queued for, and leaves for no other that its user may have since.
    `secret`: whoever has the link can act by it, so the outbox forgets it once the message is sent.
    """

    subject: str | Promise
    needs: tuple[str, ...] = ()
    button: str | Promise = OPEN
    secret: bool = False
    until: str = ""
    of_address: bool = False


KINDS: dict[str, MessageKind] = {
    # accounts
    "invitation": MessageKind(
        _("Invitation to join %(name)s on Passerelle"),
        ("name", "inviter", "until"),
        _("Accept the invitation"),
        secret=True,
        until="until",
    ),
    "account_confirm": MessageKind(
        _("Confirm your e-mail address"), (), _("Confirm the address"), secret=True, of_address=True
    ),
    "account_exists": MessageKind(_("You already have an account"), (), _("Choose a new password")),
    "password_reset": MessageKind(_("Choose a new password"), (), _("Choose a new password"), secret=True),
    "password_changed": MessageKind(_("Your password was changed"), ("at",), _("Choose a new password")),
    # applications
    "sponsor_asked": MessageKind(
        _("%(applicant)s asks you to sponsor its application"),
        ("applicant", "title", "call", "closes_at"),
        _("See the request"),
        secret=True,
    ),
    "sponsor_answered": MessageKind(
        _("%(sponsor)s has answered about your application"),
        ("sponsor", "title", "confirmed"),
        _("Open the application"),
    ),
    "application_received": MessageKind(
        _("Application %(reference)s received"), ("reference", "title", "call", "at"), _("Open the application")
    ),
    "application_withdrawn": MessageKind(_("Application %(reference)s withdrawn"), ("reference", "title")),
    "changes_requested": MessageKind(
        _("Application %(reference)s: changes requested"),
        ("reference", "title", "count", "until"),
        _("See what is asked"),
    ),
    "changes_answered": MessageKind(
        _("Application %(reference)s: the applicant has answered"), ("reference", "title"), _("Open the file")
    ),
    "changes_reminder": MessageKind(
        _("Application %(reference)s: your changes are due soon"),
        ("reference", "title", "until"),
        _("See what is asked"),
        until="until",
    ),
    "changes_cancelled": MessageKind(
        _("Application %(reference)s: nothing to change any more"), ("reference", "title"), _("Open the application")
    ),
    "changes_overdue": MessageKind(
        _("Application %(reference)s: the changes are late"), ("reference", "title", "until"), _("Open the file")
    ),
    # programs
    "call_extended": MessageKind(_("%(call)s: later closing"), ("call", "closes_at"), _("Open your draft")),
    "call_cancelled": MessageKind(_("%(call)s is cancelled"), ("call", "reason")),
    # reviews
    "review_offered": MessageKind(_("A file to review: %(reference)s"), ("reference", "due"), _("Open my queue")),
    "review_cancelled": MessageKind(_("A review is no longer needed: %(reference)s"), ("reference",)),
    "review_declined": MessageKind(
        _("Another reviewer is needed: %(reference)s"), ("reference", "person"), _("Open the reviews")
    ),
    "ruling_asked": MessageKind(
        _("A declaration of interests to rule on: %(reference)s"), ("reference", "person"), _("Read the declaration")
    ),
    "declaration_ruled": MessageKind(
        _("Your declaration of interests: %(reference)s"), ("reference", "clear"), _("Read the ruling")
    ),
    # decisions
    "decision_waiting": MessageKind(
        _("File %(reference)s waits for your decision"), ("reference", "title", "step"), _("Open the decision")
    ),
    "decision_sent_back": MessageKind(
        _("File %(reference)s was sent back"), ("reference", "title", "reason"), _("Open the decision")
    ),
    "concurrence_asked": MessageKind(
        _("File %(reference)s needs your concurrence"), ("reference", "title", "amount"), _("Open the file")
    ),
    "letter_failed": MessageKind(
        _("The decision letter of file %(reference)s could not be sent"), ("reference", "title"), _("Open the decision")
    ),
    "letter": MessageKind(
        _("Decision on application %(reference)s"), ("reference", "title", "programme"), _("Read the letter")
    ),
}
