"""What an officer gives of a whole programme."""

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

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("file") and not (given.get("text") or "").strip() and not self.errors:
            raise forms.ValidationError(_("Choose the file, or paste its text."))
        return given

    def content(self) -> str | bytes:
        """What was given, as bytes or as text; a file comes before a text."""
        file = self.cleaned_data.get("file")
        return file.read(MAX_BYTES + 1) if file else self.cleaned_data["text"]
