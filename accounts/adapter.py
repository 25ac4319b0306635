"""Where the sign-in library meets the product: its writes go through our services, its mails through our outbox."""

import hashlib

from allauth.account.adapter import DefaultAccountAdapter
from django.forms import Form
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts import services
from accounts.models import User
from notifications.constants import MessageKind
from notifications.services import queue_message
from work import clock

# The library's mails: our kind, the address it leads to, and what of the library's context is in that address.
MAILS = {
    "email_confirmation_signup": (MessageKind.ACCOUNT_CONFIRM, "account_confirm_email", ("key",)),
    "email_confirmation": (MessageKind.ACCOUNT_CONFIRM, "account_confirm_email", ("key",)),
    "password_reset_key": (MessageKind.PASSWORD_RESET, "account_reset_password_from_key", ("uid", "key")),
    "account_already_exists": (MessageKind.ACCOUNT_EXISTS, "account_reset_password", ()),
    "password_reset": (MessageKind.PASSWORD_CHANGED, "account_reset_password", ()),
    "password_changed": (MessageKind.PASSWORD_CHANGED, "account_reset_password", ()),
    "password_set": (MessageKind.PASSWORD_CHANGED, "account_reset_password", ()),
}


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
        kind, url_name, parts = MAILS[name]
        user = User.objects.filter(email=email.lower()).first()
        now = clock.now()
        occasion = "|".join([name, email.lower(), str(context.get("key") or now.isoformat())])
        queue_message(
            kind,
            to=user or email,
            language=user.language if user else (get_language() or "fr")[:2],
            context={"at": now},
            url_name=url_name,
            url_args=tuple(context[part] for part in parts),
            key=f"{kind}-{hashlib.sha256(occasion.encode()).hexdigest()}",
        )

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return "/account/profile"
