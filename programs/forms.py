"""What an officer types about calls."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import neq as check_neq
from accounts.models import Organisation
from programs.models import Call
from work.forms import InstantForm, LineField, TextField


class ClosingForm(InstantForm):
    """An instant in the call's own zone, and why."""

    reason = TextField(
        label=_("Reason"), help_text=_("It is kept in the trail."), widget=forms.Textarea({"rows": 4}), max_length=2000
    )

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].label = _("New day of closing")
        self.zone = ZoneInfo(call.zone)


class AccommodationForm(ClosingForm):
    """A later closing for one applicant."""

    neq = LineField(
        label=_("NEQ of the organisation"),
        max_length=20,
        help_text=_("Ten digits. The organisation must be registered."),
        widget=forms.TextInput({"inputmode": "numeric", "class": "input--short"}),
    )
    field_order = ("neq", "day", "hour", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].label = _("Its own day of closing")
        self.fields["reason"].help_text = _("Confidential: it is kept apart and can be erased.")

    def clean_neq(self) -> str:
        checked = check_neq(self.cleaned_data["neq"])
        if checked.value is None:
            raise forms.ValidationError(checked.error)
        organisation = Organisation.objects.filter(neq=checked.value).first()
        if organisation is None:
            raise forms.ValidationError(_("No organisation is registered under this number."))
        self.organisation = organisation
        return checked.value


class CancelForm(forms.Form):
    reason = TextField(
        label=_("Reason"),
        help_text=_("The applicants will read it."),
        widget=forms.Textarea({"rows": 4}),
        max_length=2000,
    )
