"""What an officer gives of a whole programme."""

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from builder.bundle import MAX_BYTES


class BundleForm(forms.Form):
    """A programme as one file, or as its text. The text stays in the page when it is refused."""

    file = forms.FileField(
        label=_("File of the programme"),
        required=False,
        help_text=_("A YAML file (.yaml), at most 1 MB."),
        widget=forms.ClearableFileInput({"accept": ".yaml,.yml,text/yaml"}),
    )
    text = forms.CharField(
        label=_("Or its text"),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 14, "spellcheck": "false", "class": "input--code"}),
    )

    version = forms.CharField(required=False, widget=forms.HiddenInput, max_length=16)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("file") and not (given.get("text") or "").strip() and not self.errors:
            raise forms.ValidationError(_("Choose the file, or paste its text."))
        return given

    def content(self) -> str | bytes:
        """What was given, as bytes or as text; a file comes before a text."""
        file = self.cleaned_data.get("file")
        return file.read(MAX_BYTES + 1) if file else self.cleaned_data["text"]


class PromisesForm(forms.Form):
    """That the officer knows which rules wait for a part that is not built yet: those that the page showed."""

    promised = forms.CharField(required=False, widget=forms.HiddenInput)
    known = forms.BooleanField(
        label=_("I understand that these rules are not applied yet."),
        error_messages={"required": _("Acknowledge it before you publish.")},
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, promised: Collection[str]) -> None:
        super().__init__(data, initial={"promised": ",".join(promised)})
        if not promised:
            del self.fields["known"]

    def acknowledged(self) -> list[str]:
        return self.cleaned_data["promised"].split(",")
