"""What a letter says: its languages, the value of each field, and the sheet it is written on."""

from decisions.letters.fields import signatory_of, values_of
from decisions.letters.sheets import (
    LANGUAGE_NAMES,
    empty_fields,
    field_in_words,
    html_of,
    languages_of,
    letter_kind,
    preview,
    regime_of,
    subject_of,
    template_of,
)

__all__ = [
    "LANGUAGE_NAMES",
    "empty_fields",
    "field_in_words",
    "html_of",
    "languages_of",
    "letter_kind",
    "preview",
    "regime_of",
    "signatory_of",
    "subject_of",
    "template_of",
    "values_of",
]
