"""Forms of the partner's pages."""

from datetime import date, timedelta
from ipaddress import ip_network

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.services import LONGEST_LIFE
from reports.states import Scope
from work import clock
from work.forms import DayField, LineField, TextField


def scopes() -> list[tuple[str, str]]:
    """What a key may read, as choices that begin with a capital."""
    return [(value, capfirst(str(label))) for value, label in Scope.choices]


class KeyForm(forms.Form):
    """A new key: its name, what it reads, its last day, and from where."""

    name = LineField(
        label=gettext_lazy("Name of the key"),
        help_text=gettext_lazy("What will use it, for example “Monthly dashboard”."),
        max_length=100,
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("What it reads"), choices=scopes, initial=Scope.READ, widget=forms.RadioSelect
    )
    last_day = DayField(
        label=gettext_lazy("Last day it works"), help_text=gettext_lazy("Within a year. The shorter, the safer.")
    )
    networks = TextField(
        label=gettext_lazy("Networks it may be used from"),
        help_text=gettext_lazy("One per line, for example 203.0.113.0/24. Empty: from anywhere."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    def clean_last_day(self) -> date:
        day: date = self.cleaned_data["last_day"]
        if not clock.today() <= day <= clock.today() + LONGEST_LIFE - timedelta(days=1):
            raise ValidationError(_("Choose a day from today to one year from now."))
        return day

    def clean_networks(self) -> list[str]:
        networks = []
        for line in self.cleaned_data["networks"].split():
            try:
                networks.append(str(ip_network(line)))
            except ValueError:
                sentence = _("“%(line)s” is not a network. Write it as 203.0.113.0/24, or one address alone.")
                raise ValidationError(sentence % {"line": line}) from None
        return networks
