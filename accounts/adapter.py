"""Where the sign-in library meets the product: its writes go through our services, its mails through our outbox."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeAlias

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import UserTokenForm
from allauth.account.models import EmailConfirmationHMAC
from django.forms import Form
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts import services
from accounts.models import User
from accounts.pages import ASK_FOR_PASSWORD, CHOOSE_PASSWORD, CONFIRM_ADDRESS
from notifications import messages
from notifications.messages import Content
from notifications.services import queue_message
from work import clock
from work.pages import Link

Given: TypeAlias = Mapping[str, object]  # the library's context


def _confirm(given: Given, now: datetime) -> tuple[Content, Link]:
    return messages.AccountConfirm(), CONFIRM_ADDRESS(str(given["key"]))


def _reset(given: Given, now: datetime) -> tuple[Content, Link]:
    return messages.PasswordReset(), CHOOSE_PASSWORD(str(given["uid"]), str(given["key"]))


def _exists(given: Given, now: datetime) -> tuple[Content, Link]:
    return messages.AccountExists(), ASK_FOR_PASSWORD()


def _changed(given: Given, now: datetime) -> tuple[Content, Link]:
    return messages.PasswordChanged(at=now), ASK_FOR_PASSWORD()


# The library's mails: what ours says instead, and the page it leads to.
MAILS: dict[str, Callable[[Given, datetime], tuple[Content, Link]]] = {
    "email_confirmation_signup": _confirm,
    "email_confirmation": _confirm,
    "password_reset_key": _reset,
    "account_already_exists": _exists,
    "password_reset": _changed,
    "password_changed": _changed,
    "password_set": _changed,
}


def confirms_an_address(key: str) -> bool:
    """Whether the link of a message still proves an address: not proved yet, and the link's time not over."""
    return EmailConfirmationHMAC.from_key(key) is not None


def chooses_a_password(uid: str, key: str) -> bool:
    """Whether the link of a message still lets its reader choose a password: it works once, for a time."""
    return bool(UserTokenForm({"uidb36": uid, "key": key}).is_valid())


class AccountAdapter(DefaultAccountAdapter):
    """Our words, our services and our outbox, for django-allauth."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is closed."),
        "email_password_mismatch": _("The e-mail address or the password is not right."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_password": _("This is not your password."),
        "email_taken": _("An account already has this e-mail address."),
        "too_many_login_attempts": _("Too many failed attempts. Wait a few minutes, then try again."),
        "invalid_password_reset": _("This link no longer works. Ask for a new one."),
    }

    def save_user(self, request: HttpRequest, user: User, form: Form, commit: bool = True) -> User:
        """A person opens an account: names and language come from our form."""
        data = form.cleaned_data
        user.email, user.language = data["email"], data["language"]
        user.given_name, user.family_name = data["given_name"], data["family_name"]
        return services.open_account(user, password=data["password1"])

    def set_password(self, user: User, password: str) -> None:
        services.change_password(user, by=user, password=password)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, object]) -> None:
        """Queue the mail: in the person's language when there is an account, else in the page's."""
        name = template_prefix.rpartition("/")[2]
        user = User.objects.of_address(email)
        now = clock.now()
        content, link = MAILS[name](context, now)
        occasion = "|".join([name, email.lower(), str(context.get("key") or now.isoformat())])
        queue_message(
            content,
            to=user or email,
            language=user.language if user else (get_language() or "fr")[:2],
            link=link,
            key=f"{content.words.kind}-{hashlib.sha256(occasion.encode()).hexdigest()}",
        )

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return "/account/profile"
