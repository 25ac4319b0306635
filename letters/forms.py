"""Forms of the verification page."""

from django import forms
from django.utils.translation import gettext_lazy as _

from work.forms import LineField


class CodeForm(forms.Form):
    """The code printed at the end of a letter."""

    code = LineField(
        label=_("Verification code"),
        help_text=_("Twelve characters at the end of the letter, for example 7KQF-2MRX-9TDH."),
        max_length=40,
        widget=forms.TextInput({"class": "input--short reference", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Enter the code at the end of the letter.")},
    )


class FileForm(forms.Form):
    """The PDF to compare. Only its SHA-256 is ever known here (views/verification.py)."""

    file = forms.FileField(
        label=_("The PDF that you received"),
        help_text=_("We compare it, and keep nothing of it."),
        widget=forms.FileInput({"accept": "application/pdf"}),
        error_messages={"required": _("Choose the PDF of the letter."), "empty": _("This file is empty.")},
    )
