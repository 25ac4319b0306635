"""Forms of the approval chain and of the concurrence."""

from collections.abc import Collection, Mapping, Sequence
from typing import cast

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.constants import LONGEST_REASONS
from decisions.states import ReturnTo
from reviews.rules import says_nothing_of_none
from reviews.states import Answer
from work.forms import TextField, VersionedForm

ACTED_OR_TAKE_UP = _("Those who had acted on the decision, and whoever takes it up again, will read it.")


class NoteForm(forms.Form):
    """A word that stays with the step; nobody has to write one."""

    note = TextField(
        label=_("Note kept with your decision"),
        help_text=_("Staff and auditors read it. The applicant does not."),
        widget=forms.Textarea({"rows": 3}),
        max_length=2000,
        required=False,
    )


class SendBackForm(forms.Form):
    """The reason, and how far back: one of `ways`, the nearest first. Only the start leaves the choice out."""

    reason = TextField(
        label=_("Reason"),
        help_text=ACTED_OR_TAKE_UP,
        widget=forms.Textarea({"rows": 4}),
        max_length=2000,
        error_messages={"required": _("Give the reason: the people concerned will read it.")},
    )
    to = forms.ChoiceField(
        label=_("Send it back to"),
        choices=ReturnTo.choices,
        widget=forms.RadioSelect,
    )

    def __init__(
        self, data: Mapping[str, object] | None = None, *, ways: Sequence[ReturnTo] = (ReturnTo.START,)
    ) -> None:
        super().__init__(data)
        if list(ways) == [ReturnTo.START]:
            del self.fields["to"]
        elif ways:
            to = cast("forms.ChoiceField", self.fields["to"])
            to.choices, to.initial = [(way.value, way.label) for way in ways], ways[0]


class SetAsideForm(forms.Form):
    """Why what a person did before their conflict does not stand. `of_decision`: one on its way goes back by it."""

    why = TextField(
        label=_("Why what this person did does not stand"),
        help_text=ACTED_OR_TAKE_UP,
        widget=forms.Textarea({"rows": 5}),
        max_length=2000,
        error_messages={"required": _("Give the reason: the people concerned will read it.")},
    )

    def __init__(self, data: Mapping[str, object] | None = None, *, of_decision: bool = True) -> None:
        super().__init__(data)
        if not of_decision:
            self.fields["why"].help_text = _("Whoever screens the file again will read it.")


class ReasonsForm(VersionedForm):
    """The reasons that the letter gives, in each of its languages."""

    reasons_fr = TextField(
        label=_("Reasons in French"),
        widget=forms.Textarea({"rows": 8, "lang": "fr-CA"}),
        max_length=LONGEST_REASONS,
        required=False,
    )
    reasons_en = TextField(
        label=_("Reasons in English"),
        widget=forms.Textarea({"rows": 8, "lang": "en-CA"}),
        max_length=LONGEST_REASONS,
        required=False,
    )

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        *,
        initial: dict[str, object] | None = None,
        languages: Collection[str] = ("fr", "en"),
    ) -> None:
        super().__init__(data, initial=initial)
        for language in ("fr", "en"):
            self.fields[f"reasons_{language}"].required = language in languages


class InterestsForm(forms.Form):
    """What a partner's officer declares before reading a file."""

    answer = forms.ChoiceField(
        label=_("Do you have an interest in this file?"),
        help_text=_("A job, shares, a family tie, a competitor: anything that could bear on your judgment."),
        choices=[
            (Answer.NONE, _("No, none")),
            (Answer.CONFLICT, _("Yes: somebody else must concur")),
            (Answer.UNSURE, _("I am not sure: the file stays closed to me until it is ruled on")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an answer.")},
    )
    note = TextField(
        label=_("What the interest or the doubt is, if you wish to say it"),
        widget=forms.Textarea({"rows": 3}),
        max_length=2000,
        required=False,
    )

    def clean(self) -> None:
        if contrary := says_nothing_of_none(self.cleaned_data.get("answer", ""), self.cleaned_data.get("note", "")):
            self.add_error("note", contrary)
