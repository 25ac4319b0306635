"""The forms of the sign-in library, in our words: visible labels instead of placeholders, one password field."""

from typing import TYPE_CHECKING, Any

from allauth.account import forms as allauth_forms
from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.roles import Language
from work.forms import EmailField, LineField

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

EMAIL = _("E-mail address")
PASSWORD = _("Password")
NEW_PASSWORD = _("New password")
PASSWORD_HINT = _("At least 12 characters. Three or four words that do not go together make a good one.")


def dress(form: forms.Form, **labels: "StrOrPromise") -> None:
    """Give fields of the library their labels, and drop placeholders and the library's own hints."""
    form.label_suffix = ""
    for name, field in form.fields.items():
        field.widget.attrs.pop("placeholder", None)
        field.help_text = ""
        if name in labels:
            field.label = labels[name]
        if isinstance(field, forms.EmailField):
            form.fields[name] = _read(field)
    form.fields.pop("password2", None)
    if "password1" in form.fields:
        form.fields["password1"].help_text = PASSWORD_HINT


def _read(field: forms.EmailField) -> EmailField:
    """The same field, read as ours are: a mark that nobody sees would keep a person, or every message, away."""
    says = field.error_messages | {"invalid": _("Enter an e-mail address, for example name@company.example.")}
    return EmailField(
        label=field.label,
        widget=field.widget,
        required=field.required,
        initial=field.initial,
        max_length=field.max_length,
        error_messages=says,
    )


class SignInForm(allauth_forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self, login=EMAIL, password=PASSWORD)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class SignUpForm(allauth_forms.SignupForm):
    """An account: names, the language of every message, e-mail and password."""

    given_name = LineField(
        label=_("Given name"), max_length=100, widget=forms.TextInput({"autocomplete": "given-name"})
    )
    family_name = LineField(
        label=_("Family name"), max_length=100, widget=forms.TextInput({"autocomplete": "family-name"})
    )
    language = forms.ChoiceField(
        label=_("In which language do we write to you?"), choices=Language.choices, widget=forms.RadioSelect
    )

    field_order = ("given_name", "family_name", "email", "password1", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self, email=EMAIL, password1=PASSWORD)
        self.fields["language"].initial = (get_language() or "fr")[:2]


class AskResetForm(allauth_forms.ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self, email=EMAIL)


class ResetForm(allauth_forms.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self, password1=NEW_PASSWORD)


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self, oldpassword=_("Current password"), password1=NEW_PASSWORD)


class SetPasswordForm(allauth_forms.SetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self, password1=NEW_PASSWORD)


class ReauthenticateForm(allauth_forms.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self, password=PASSWORD)
