"""An organisation's facts, and its people. What is wrong is said beside the field by the service that checks it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts import identifiers
from accounts.constants import Province, Region
from accounts.models import Organisation
from accounts.roles import Language, OrganisationRole, Ownership
from work.forms import LineField, UrlField, VersionedForm

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

CHECKS = {
    "neq": identifiers.neq,
    "business_number": identifiers.business_number,
    "postal_code": identifiers.postal_code,
    "naics": identifiers.naics,
}


def capitalised(choices: "Iterable[tuple[str, StrOrPromise]]") -> "list[tuple[str, StrOrPromise]]":
    """Choices whose labels begin a line."""
    return [(value, capfirst(label)) for value, label in choices]


def add_errors(form: forms.BaseForm, problem: ValidationError) -> None:
    """Put what a service refused (a ValidationError by field) beside the fields."""
    errors: dict[str | None, Any] = (
        dict(problem.error_dict.items()) if hasattr(problem, "error_dict") else {None: problem}
    )
    for name in sorted(errors, key=[*form.fields, *errors].index):
        form.add_error(name if name in form.fields else None, errors[name])


class OrganisationForm(forms.ModelForm):
    """Everything an organisation says of itself, asked once."""

    region = forms.ChoiceField(label=_("Administrative region"), choices=[("", "—"), *Region.choices])
    province = forms.ChoiceField(label=_("Province or territory"), choices=Province.choices)
    language = forms.ChoiceField(label=_("Language of our letters"), choices=Language.choices, widget=forms.RadioSelect)
    # Numbers are typed as people write them, with spaces or dashes: the service cleans them.
    neq = LineField(
        label=_("NEQ"),
        max_length=20,
        help_text=_("The Québec enterprise number: 10 digits that start with 11, 22, 33 or 88."),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "class": "input--short"}),
    )
    business_number = LineField(
        label=_("Business number"),
        max_length=25,
        help_text=_("The 9 digits given by the Canada Revenue Agency, for example 123456782."),
        widget=forms.TextInput({"autocomplete": "off", "class": "input--short"}),
    )
    postal_code = LineField(
        label=_("Postal code"),
        max_length=10,
        help_text=_("For example H3B 1A7."),
        widget=forms.TextInput({"autocomplete": "postal-code", "class": "input--short"}),
    )
    naics = LineField(
        label=_("NAICS code"),
        max_length=10,
        help_text=_("The industry code of your main activity, 2 to 6 digits. For example 336410: aerospace products."),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "class": "input--short"}),
    )
    employees = forms.IntegerField(
        label=_("Number of employees"),
        min_value=0,
        max_value=1_000_000,
        help_text=_("In Québec, at the end of your last fiscal year."),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "class": "input--short"}),
    )

    website = UrlField(
        label=_("Website"), required=False, assume_scheme="https", widget=forms.URLInput({"autocomplete": "url"})
    )

    field_order = (
        "legal_name",
        "neq",
        "business_number",
        "street",
        "city",
        "province",
        "postal_code",
        "region",
        "employees",
        "naics",
        "ownership",
        "language",
        "website",
    )

    class Meta:
        model = Organisation
        fields = ("legal_name", "street", "city", "ownership")
        labels = {
            "legal_name": _("Legal name"),
            "street": _("Street address"),
            "city": _("City"),
            "ownership": _("Ownership"),
        }
        field_classes = dict.fromkeys(("legal_name", "street", "city"), LineField)
        help_texts = {"legal_name": _("As it is written in the Registraire des entreprises.")}
        widgets = {
            "street": forms.TextInput({"autocomplete": "street-address"}),
            "city": forms.TextInput({"autocomplete": "address-level2"}),
            "ownership": forms.RadioSelect,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        organisation = kwargs.get("instance")
        initial = kwargs.setdefault("initial", {})
        for name in set(self.base_fields) - set(self._meta.fields or ()):
            initial.setdefault(name, getattr(organisation, name, None))
        if organisation is None:
            initial |= {"province": "QC", "language": (get_language() or "fr")[:2]}
        super().__init__(*args, **kwargs)
        ownership = self.fields["ownership"]
        assert isinstance(ownership, forms.ChoiceField)
        ownership.choices = capitalised(Ownership.choices)
        for name, check in CHECKS.items():
            self.fields[name].error_messages["required"] = check("").error

    def clean(self) -> dict[str, Any]:
        """The numbers are checked with the rest, so that everything wrong is said at once."""
        for name, check in CHECKS.items():
            if name in self.cleaned_data and (error := check(self.cleaned_data[name]).error):
                self.add_error(name, error)
        return self.cleaned_data

    def _post_clean(self) -> None:
        """The service checks and writes: nothing is put on the instance here, which keeps what is shown as it was."""


class OrganisationEditForm(VersionedForm, OrganisationForm):
    """What a registered organisation says of itself: its signatories may change it at once."""


class InviteMemberForm(forms.Form):
    email = LineField(label=_("E-mail address"), max_length=254, widget=forms.EmailInput({"autocomplete": "off"}))
    role = forms.ChoiceField(
        label=_("Role"),
        choices=capitalised(OrganisationRole.choices),
        initial=OrganisationRole.MEMBER,
        widget=forms.RadioSelect,
        help_text=_("Members write applications. An authorised signatory also attests, submits and manages members."),
    )
    language = forms.ChoiceField(
        label=_("Language of the invitation"), choices=Language.choices, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].initial = (get_language() or "fr")[:2]


class MemberRoleForm(forms.Form):
    role = forms.ChoiceField(
        label=_("Role"),
        choices=capitalised(OrganisationRole.choices),
        widget=forms.RadioSelect,
        help_text=_("Members write applications. An authorised signatory also attests, submits and manages members."),
    )
