"""What officers type about files: filters of the list, marks, requests for changes."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from applications.constants import DUE, ORDERS
from applications.rules import say_what_is_wrong
from applications.states import ApplicationState, ChangeWhy
from programs.models import Call
from work import clock
from work.forms import DayField, LineField, TextField, VersionedForm


class FileFilter(forms.Form):
    """The list's filters and order, read from its address. What is not understood is said, and lists nothing."""

    q = LineField(label=_("Search"), required=False, max_length=200, widget=forms.TextInput({"type": "search"}))
    call = forms.ChoiceField(label=_("Call"), required=False)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All states")),
            *[choice for choice in ApplicationState.choices if choice[0] != ApplicationState.DRAFT],
        ],
    )
    due = forms.ChoiceField(
        label=_("Time limit"),
        required=False,
        choices=list(DUE.items()),
    )
    sort = forms.ChoiceField(
        label=_("Order"), required=False, choices=[(name, order.words) for name, order in ORDERS.items()]
    )

    def __init__(self, *args: Any, calls: Iterable[Call], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        call = self.fields["call"]
        assert isinstance(call, forms.ChoiceField)
        call.choices = [("", _("All calls")), *[(str(one.public_id), one.name) for one in calls]]

    def is_understood(self) -> bool:
        """Whether every filter asked for is one of ours: else the list would be broader than what was asked."""
        return not self.is_bound or self.is_valid()

    def chosen(self) -> dict[str, str]:
        """What was asked, by name; empty ones left out. Nothing while it is not understood."""
        return {name: value for name, value in self.cleaned_data.items() if value} if self.is_valid() else {}


class MarkForm(VersionedForm):
    """One item of the checklist, which it is `about`. "Not marked yet" takes the mark back."""

    about = ""

    item = forms.CharField(widget=forms.HiddenInput)
    passed = forms.TypedChoiceField(
        label=_("Result"),
        choices=[("yes", _("Compliant")), ("no", _("Not compliant")), ("none", _("Not marked yet"))],
        coerce=lambda value: {"yes": True, "no": False}.get(value),
        empty_value=None,
        widget=forms.RadioSelect({"class": "choices--row"}),
    )
    reason = TextField(
        label=_("Reason, or what you checked"),
        required=False,
        validators=[MaxLengthValidator(4000)],
        help_text=_("For an item that is not compliant: the letter says it to the applicant."),
        widget=forms.Textarea({"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        given = self.cleaned_data
        if given.get("passed") is False and not (given.get("reason") or "").strip():
            self.add_error("reason", _("Give the reason for an item that is not compliant: the letter says it."))
        return given


class OwnItemForm(forms.Form):
    text_fr = LineField(label=_("The item in French"), max_length=250)
    text_en = LineField(label=_("The item in English"), max_length=250)


class DueForm(forms.Form):
    """Until the end of a day."""

    day = DayField(label=_("Last day to answer"))

    def clean_day(self) -> date:
        day = self.cleaned_data["day"]
        if day <= clock.today():
            raise forms.ValidationError(_("Choose a day after today."))
        return day

    def instant(self) -> datetime:
        return clock.end_of(self.cleaned_data["day"])


class ItemForm(forms.Form):
    """Whether one answer is asked again, and why: both are needed once it is ticked."""

    use_required_attribute = False  # they are hidden until then

    asked = forms.BooleanField(required=False)
    why = forms.ChoiceField(label=_("It is"), choices=ChangeWhy.choices, initial=ChangeWhy.INCOMPLETE)
    message = TextField(
        label=_("What to change"),
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["asked"].label = label
        message = self.fields["message"]
        message.error_messages["required"] = say_what_is_wrong(label)
        if self.is_bound and not self["asked"].value():
            self.fields["why"].required = self.fields["message"].required = False


class ExtendForm(DueForm):
    reason = TextField(label=_("Reason"), max_length=2000, widget=forms.Textarea({"rows": 3}))


class CancelRequestForm(forms.Form):
    reason = TextField(label=_("Reason"), max_length=2000, widget=forms.Textarea({"rows": 3}))
