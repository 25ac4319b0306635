"""Interests on record, a declaration, a reason, a ruling, and whom a file is given to."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import cast

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts import identifiers
from accounts.models import User
from reviews.checks import Fitness
from reviews.rules import says_nothing_of_none
from reviews.states import Answer, InterestKind
from work import clock
from work.forms import DayField, LineField, TextField
from work.texts import is_blank


def words(rows: int = 4, **attrs: str) -> forms.Textarea:
    return forms.Textarea({"rows": rows, **attrs})


A_YEAR = timedelta(days=366)  # beyond, a day to come is a slip of the year


class InterestForm(forms.Form):
    """One interest: what joins the person to an organisation, and since when."""

    kind = forms.ChoiceField(
        label=_("Your relationship with this organisation"),
        choices=[("", "—"), *((value, capfirst(label)) for value, label in InterestKind.choices)],
        help_text=_("A competitor is an organisation that competes with the one you work for."),
    )
    organisation_name = LineField(label=_("Name of the organisation"), max_length=250)
    neq = LineField(
        label=_("NEQ"),
        required=False,
        max_length=20,
        help_text=_("10 digits. With it, the system finds the conflict even if the name is written otherwise."),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "class": "input--short"}),
    )
    starts_on = DayField(label=_("Since"))
    ends_on = DayField(label=_("Until"), required=False, help_text=_("Leave empty while it lasts."))

    def __init__(self, data: Mapping[str, object] | None = None) -> None:
        super().__init__(data, initial={"starts_on": clock.today()})

    def clean_neq(self) -> str:
        typed = self.cleaned_data["neq"]
        if not typed:
            return ""
        checked = identifiers.neq(typed)
        if checked.error:
            raise forms.ValidationError(checked.error)
        return checked.value or ""

    def clean(self) -> None:
        first, last = self.cleaned_data.get("starts_on"), self.cleaned_data.get("ends_on")
        if first and first > clock.today() + A_YEAR:
            self.add_error("starts_on", _("This day is more than a year away: check the year."))
        if first and last and last < first:
            self.add_error("ends_on", _("The last day comes before the first."))


class DeclareForm(forms.Form):
    """The declaration before any act on a file; a reviewer also signs the undertaking of the call, once."""

    answer = forms.ChoiceField(
        label=_("Do you have a conflict of interest in this file?"),
        choices=[
            (Answer.NONE, _("No, none")),
            (Answer.CONFLICT, _("Yes")),
            (Answer.UNSURE, _("I am unsure")),
        ],
        widget=forms.RadioSelect,
    )
    note = TextField(
        label=_("What the conflict or the doubt is"),
        required=False,
        depends=True,
        widget=words(),
        help_text=_("Needed unless you have none. The chair and the officer read it; it stays in the file."),
    )
    undertaking = forms.BooleanField(label=_("I sign this undertaking."), required=False)

    def __init__(self, data: Mapping[str, object] | None = None, *, to_sign: bool = False) -> None:
        super().__init__(data)
        if not to_sign:
            del self.fields["undertaking"]

    def clean(self) -> None:
        answer = self.cleaned_data.get("answer")
        if answer in (Answer.CONFLICT, Answer.UNSURE) and is_blank(self.cleaned_data.get("note", "")):
            self.add_error("note", _("Say in a few words what it is."))
        if contrary := says_nothing_of_none(answer or "", self.cleaned_data.get("note", "")):
            self.add_error("note", contrary)
        if answer == Answer.NONE and "undertaking" in self.fields and not self.cleaned_data.get("undertaking"):
            self.add_error("undertaking", _("Sign the undertaking: the file opens after that."))


class ReasonForm(forms.Form):
    """A reason, for an act that must be explained."""

    reason = TextField(label=_("Reason"), widget=words(5))

    def __init__(
        self, data: Mapping[str, object] | None = None, *, label: str | None = None, help_text: str = ""
    ) -> None:
        super().__init__(data)
        self.fields["reason"].label = label or self.fields["reason"].label
        self.fields["reason"].help_text = help_text


class RuleForm(forms.Form):
    """The chair's ruling on a declaration of *unsure*."""

    clear = forms.ChoiceField(
        label=_("Your ruling"),
        choices=[("yes", _("No conflict: this person may act on the file")), ("no", _("It is a conflict of interest"))],
        widget=forms.RadioSelect,
    )
    ruling = TextField(label=_("Your reasons"), widget=words(5), help_text=_("They stay in the file."))


class UpholdForm(forms.Form):
    """What somebody else says of the acts of a person with a conflict: that they stand."""

    why = TextField(
        label=_("Why what this person did stands"),
        widget=words(5),
        help_text=_("Say what you looked at again. If it does not stand, write nothing here: see below the form."),
    )


class AssignForm(forms.Form):
    """Whom the file is given to. Several at once; each is offered or refused for themselves."""

    reviewer = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, label=_("Reviewers"))

    def __init__(self, data: Mapping[str, object] | None = None, *, free: Iterable[Fitness] = ()) -> None:
        super().__init__(data)
        people = cast("forms.MultipleChoiceField", self.fields["reviewer"])
        people.choices = [(str(c.user.public_id), c.user.full_name) for c in free]
        people.error_messages["required"] = _("Choose at least one person.")


NOT_A_REVIEWER = _("One of the people chosen is no longer a reviewer of this programme.")


class ReplaceForm(forms.Form):
    """Who takes the file over: one of those who can. Of one who no longer can, it says why."""

    reviewer = forms.ChoiceField(widget=forms.RadioSelect, label=_("Who takes it over"))

    def __init__(self, data: Mapping[str, object] | None = None, *, people: Iterable[Fitness] = ()) -> None:
        super().__init__(data)
        known = {str(one.user.public_id): one for one in people}
        self.free = {key: one for key, one in known.items() if one.is_fit}
        asked = known.get(str(self.data.get("reviewer")))
        choice = cast("forms.ChoiceField", self.fields["reviewer"])
        choice.choices = [
            (key, f"{one.user.full_name} ({one.seat_label}, {one.load} / {one.capacity})")
            for key, one in self.free.items()
        ]
        if data is not None:
            said = " ".join(str(refusal.message) for refusal in asked.refusals) if asked else ""
            choice.error_messages["invalid_choice"] = said or NOT_A_REVIEWER

    @property
    def person(self) -> User:
        """Who was chosen, once the form is valid."""
        return self.free[self.cleaned_data["reviewer"]].user
