"""Inviting people and giving them roles: in the cluster, on its programmes, for a government partner."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.roles import ClusterRole, Language
from funding.roles import PartnerRole
from programs.roles import ProgramRole, Seat
from work.forms import DayField, LineField, MoneyField


def capitalised(choices):
    """Choices whose labels begin a line."""
    return [(value, capfirst(label)) for value, label in choices]


class InviteStaffForm(forms.Form):
    email = forms.CharField(label=_("E-mail address"), max_length=254, widget=forms.EmailInput({"autocomplete": "off"}))
    role = forms.ChoiceField(
        label=_("Role in the cluster"),
        required=False,
        choices=[("", _("None: programme roles are given later")), *capitalised(ClusterRole.choices)],
        widget=forms.RadioSelect,
    )
    language = forms.ChoiceField(
        label=_("Language of the invitation"), choices=Language.choices, widget=forms.RadioSelect
    )

    def __init__(self, *args, **kwargs):
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
    program = forms.ModelChoiceField(
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
        label=_("Files in one call, at most"), min_value=1, max_value=500, initial=20, required=False
    )
    ends_on = DayField(label=_("Last day"), required=False)

    def __init__(self, *args, programs, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["program"].queryset = programs
        self.fields["program"].label_from_instance = lambda program: program.name

    def clean_capacity(self):
        return self.cleaned_data["capacity"] or 20


class PartnerSeatForm(forms.Form):
    partner = forms.ModelChoiceField(label=_("Government partner"), queryset=None, empty_label=None)
    role = forms.ChoiceField(label=_("Role"), choices=capitalised(PartnerRole.choices), widget=forms.RadioSelect)
    ends_on = DayField(label=_("Last day"), required=False)

    def __init__(self, *args, partners, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["partner"].queryset = partners
        self.fields["partner"].label_from_instance = lambda partner: partner.name


class FindPersonForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address of the account"))


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
        label=_("Your function, in French"),
        max_length=200,
        required=False,
        help_text=_("As it appears under your signature."),
    )
    title_en = LineField(label=_("Your function, in English"), max_length=200, required=False)
