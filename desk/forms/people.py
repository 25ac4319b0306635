"""Inviting people and giving them roles: in the cluster, on its programmes, for a government partner."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.roles import ClusterRole, Language
from funding.models import Partner
from funding.roles import PartnerRole
from programs.models import Program
from programs.roles import ProgramRole, Seat
from work.forms import DayField, EmailField, LineField, MoneyField


def capitalised(choices: Iterable[tuple[str, str | Promise]]) -> list[tuple[str, str | Promise]]:
    """Choices whose labels begin a line."""
    return [(value, capfirst(label)) for value, label in choices]  # type: ignore[type-var]  # text, or lazy: either


class NamedChoice(forms.ModelChoiceField):
    """A choice of rows that are called by their name in the reader's language."""

    def label_from_instance(self, obj: Model) -> str:
        assert isinstance(obj, Program | Partner)
        return obj.name


class InviteStaffForm(forms.Form):
    email = LineField(label=_("E-mail address"), max_length=254, widget=forms.EmailInput({"autocomplete": "off"}))
    role = forms.ChoiceField(
        label=_("Role in the cluster"),
        required=False,
        choices=[("", _("None: programme roles are given later")), *capitalised(ClusterRole.choices)],
        widget=forms.RadioSelect,
    )
    language = forms.ChoiceField(
        label=_("Language of the invitation"), choices=Language.choices, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].initial = ""
        self.fields["language"].initial = (get_language() or "fr")[:2]


class ClusterRoleForm(forms.Form):
    role = forms.ChoiceField(
        label=_("Role in the cluster"), choices=capitalised(ClusterRole.choices), widget=forms.RadioSelect
    )
    ends_on = DayField(label=_("Last day"), required=False)


class ProgramRoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=capitalised(ProgramRole.choices))
    program = NamedChoice(
        label=_("Programme"), queryset=None, required=False, empty_label=_("All programmes of the cluster")
    )
    seat = forms.ChoiceField(
        label=_("Side of the reviewer"),
        required=False,
        choices=[("", "—"), *capitalised(Seat.choices)],
        help_text=_("Reviewers only."),
    )
    limit = MoneyField(
        label=_("Limit of an approver"), required=False, help_text=_("Approvers only: the highest amount they approve.")
    )
    capacity = forms.IntegerField(
        label=_("Most files of one call at a time"), min_value=1, max_value=500, initial=20, required=False
    )
    ends_on = DayField(label=_("Last day"), required=False)

    def __init__(self, *args: Any, programs: QuerySet[Program], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["program"]
        assert isinstance(field, NamedChoice)
        field.queryset = programs

    def clean_capacity(self) -> int:
        return self.cleaned_data["capacity"] or 20


class PartnerSeatForm(forms.Form):
    partner = NamedChoice(label=_("Government partner"), queryset=None, empty_label=None)
    role = forms.ChoiceField(label=_("Role"), choices=capitalised(PartnerRole.choices), widget=forms.RadioSelect)
    ends_on = DayField(label=_("Last day"), required=False)

    def __init__(self, *args: Any, partners: QuerySet[Partner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["partner"]
        assert isinstance(field, NamedChoice)
        field.queryset = partners


class FindPersonForm(forms.Form):
    email = EmailField(label=_("E-mail address of the account"))


class ProfileForm(forms.Form):
    """What a person says of themselves."""

    given_name = LineField(
        label=_("Given name"), max_length=100, widget=forms.TextInput({"autocomplete": "given-name"})
    )
    family_name = LineField(
        label=_("Family name"), max_length=100, widget=forms.TextInput({"autocomplete": "family-name"})
    )
    language = forms.ChoiceField(
        label=_("In which language do we write to you?"), choices=Language.choices, widget=forms.RadioSelect
    )
    title_fr = LineField(
        label=_("Your job title, in French"),
        max_length=200,
        required=False,
        help_text=_("As it appears under your signature."),
    )
    title_en = LineField(label=_("Your job title, in English"), max_length=200, required=False)
