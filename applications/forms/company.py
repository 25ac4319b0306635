"""Our own questions to the company and to its sponsor."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.roles import Language
from questions.schema import Question
from work.forms import EmailField, LineField, TextField


class InviteSponsorForm(forms.Form):
    """Whom to ask. The answers about the sponsor, where the form has them, fill it in."""

    organisation_name = LineField(label=_("Name of the sponsor's company"), max_length=250)
    email = EmailField(
        label=_("E-mail of the person who will confirm"),
        help_text=_("We send this person a link to a page of their own. No account is needed."),
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    language = forms.ChoiceField(
        label=_("Language of the request"),
        choices=Language.choices,
        widget=forms.RadioSelect({"class": "choices--row"}),
    )


class ConfirmSponsorForm(forms.Form):
    """What the sponsor says when it confirms."""

    name = LineField(
        label=_("Your name and your job title"),
        max_length=200,
        help_text=_("For example: Camille Roy, director of supply."),
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    improvement = TextField(
        label=_("Which improvement do you expect from this supplier?"),
        max_length=5000,
        help_text=_("One measure and its target are worth more than a long text. The cluster's committee reads it."),
        widget=forms.Textarea({"rows": 5}),
    )


class AttestForm(forms.Form):
    """The statements that the signatory attests, one box each, and their name, typed."""

    def __init__(self, statements: Iterable[Question], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in statements:
            self.fields[f"attest.{question.key}"] = forms.BooleanField(
                label=str(question.text),
                required=question.required,
                error_messages={"required": _("Tick this box to attest: %(label)s") % {"label": question.label}},
            )
        self.fields["signed_name"] = LineField(
            label=_("Your full name, as a signature"),
            max_length=200,
            widget=forms.TextInput({"autocomplete": "name"}),
        )
        self.fields["began"] = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def agreed(self) -> set[str]:
        return {
            name.removeprefix("attest.")
            for name, value in self.cleaned_data.items()
            if name.startswith("attest.") and value
        }


class ReasonForm(forms.Form):
    """Why an application is withdrawn."""

    reason = TextField(
        label=_("Why do you withdraw this application?"),
        max_length=2000,
        help_text=_("A sentence is enough. It stays in the file."),
        widget=forms.Textarea({"rows": 4}),
    )


class SearchForm(forms.Form):
    """The filters of the public catalogue."""

    q = LineField(label=_("Words"), required=False, max_length=100)
    when = forms.ChoiceField(
        label=_("Calls"),
        required=False,
        choices=[("", _("All")), ("open", _("Open now")), ("soon", _("Opening soon")), ("closed", _("Closed"))],
    )
    group = forms.ChoiceField(label=_("Working group"), required=False)

    def __init__(self, *args: Any, groups: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        group = self.fields["group"]
        assert isinstance(group, forms.ChoiceField)
        group.choices = [("", _("All")), *groups]
