"""What the accounts say: invitations, addresses, passwords."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from notifications.constants import Concern, Holds, MessageKind
from notifications.messages.content import Content, OfUse, Wording


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
