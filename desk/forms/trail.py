"""What an auditor looks for in the trail."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from work.forms import DayField, LineField


class TrailForm(forms.Form):
    reference = LineField(
        label=_("Reference"), required=False, max_length=20, widget=forms.TextInput({"class": "input--short"})
    )
    person = LineField(label=_("Person (name or e-mail address)"), required=False, max_length=200)
    verb = forms.ChoiceField(label=_("What was done"), required=False)
    first = DayField(label=_("From"), required=False)
    last = DayField(label=_("Until"), required=False)

    def __init__(self, *args: Any, verbs: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        verb = self.fields["verb"]
        assert isinstance(verb, forms.ChoiceField)
        verb.choices = [("", _("Every act")), ("read", _("Readings only")), *verbs]

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        if data.get("first") and data.get("last") and data["first"] > data["last"]:
            self.add_error("last", _("The last day comes before the first."))
        return data
