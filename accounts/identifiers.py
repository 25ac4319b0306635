"""Québec and Canadian identifiers, checked: NEQ, business number, postal code, NAICS.

Each function takes what a person typed and gives `Checked(value, error, warning)`: the clean value and no
error, or no value
and a sentence in the reader's language that says what is wrong. Nothing here asks a registry: a number that is
well formed may still belong to nobody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _
from stdnum import luhn

# A1A 1A1: no D, F, I, O, Q, U anywhere; W and Z never first (Canada Post, addressing guidelines).
_POSTAL = re.compile(r"[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z][0-9][ABCEGHJ-NPRSTV-Z][0-9]")
_NEVER = "DFIOQU"
# Registraire des entreprises: 11 legal persons, 22 sole proprietorships, 33 partnerships and other groups, 88
# public bodies
NEQ_PREFIXES = ("11", "22", "33", "88")
_SEPARATORS = re.compile(r"[\s\u00a0\u202f.\-]+")


@dataclass(frozen=True)
class Checked:
    """The outcome of a check. `value` is None when `error` is not empty; `warning` stops nobody."""

    value: str | None
    error: str = ""
    warning: str = ""

    def __bool__(self) -> bool:
        return self.value is not None


def _compact(value: object) -> str:
    return _SEPARATORS.sub("", str(value or "")).upper()


def neq(value: object) -> Checked:
    """A Québec enterprise number: ten digits that start with 11, 22, 33 or 88. Its check digit is not
    published, so it is
    not checked; the third digit is 4 to 9 in the numbers in use, and anything else only warns."""
    text = _compact(value)
    if not text:
        return Checked(None, _("Enter the NEQ, the 10-digit Québec enterprise number."))
    if not _digits(text):
        return Checked(None, _("The NEQ has digits only, for example 1142345678."))
    if len(text) != 10:
        return Checked(None, _("The NEQ has 10 digits; you typed %(count)s.") % {"count": len(text)})
    if not text.startswith(NEQ_PREFIXES):
        return Checked(
            None,
            _("The NEQ starts with 11, 22, 33 or 88; this one starts with %(start)s.") % {"start": text[:2]},
        )
    if text[2] not in "456789":
        return Checked(text, warning=_("This NEQ is unusual: its third digit is rarely under 4. Please check it."))
    return Checked(text)


def business_number(value: object, *, program_account: bool = False) -> Checked:
    """A federal business number: nine digits with a Luhn check digit, and the program account where there is one
    (two letters, such as RC, RM, RP, RR or RT, and four digits). `program_account` requires it."""
    text = _compact(value)
    if not text:
        return Checked(None, _("Enter the business number, the 9 digits given by the Canada Revenue Agency."))
    root, account = text[:9], text[9:]
    if len(text) < 9 or not _digits(root):
        return Checked(None, _("The business number starts with 9 digits, for example 123456782 or 123456782 RC 0001."))
    if account and not re.fullmatch(r"[A-Z]{2}[0-9]{4}", account):
        return Checked(
            None,
            _("After its 9 digits, the business number has two letters and four digits, for example RC 0001."),
        )
    if root == "000000000" or not luhn.is_valid(root):
        return Checked(
            None, _("The check digit of this business number is wrong. Please check the 9 digits one by one.")
        )
    if program_account and not account:
        return Checked(None, _("Add the program account: two letters and four digits, for example RC 0001."))
    return Checked(text)


def postal_code(value: object) -> Checked:
    """A Canadian postal code, given back as `A1A 1A1`."""
    text = _compact(value)
    if not text:
        return Checked(None, _("Enter the postal code."))
    if not re.fullmatch(r"[A-Z][0-9][A-Z][0-9][A-Z][0-9]", text):
        return Checked(None, _("A postal code has three letters and three digits, alternating: for example H3B 1A7."))
    bad = next((letter for letter in text[::2] if letter in _NEVER), None)
    if bad:
        return Checked(None, _("A postal code never has the letter %(letter)s.") % {"letter": bad})
    if text[0] in "WZ":
        return Checked(None, _("A postal code never starts with %(letter)s.") % {"letter": text[0]})
    if not _POSTAL.fullmatch(text):  # cannot happen; kept so that the pattern, not the sentences, decides
        return Checked(None, _("Enter the postal code."))
    return Checked(f"{text[:3]} {text[3:]}")


def naics(value: object, *, starts_with: str = "") -> Checked:
    """A NAICS Canada code: two to six digits, sectors 11 to 91. `starts_with` limits it to a branch (3364 is
    aerospace)."""
    text = _compact(value)
    if not text:
        return Checked(None, _("Enter the NAICS code."))
    if not _digits(text) or not 2 <= len(text) <= 6:
        return Checked(None, _("A NAICS code has 2 to 6 digits, for example 336410."))
    if text[:2] not in _SECTORS:
        return Checked(None, _("No NAICS sector starts with %(start)s.") % {"start": text[:2]})
    if starts_with and not text.startswith(str(starts_with)):
        return Checked(None, _("The NAICS code must start with %(start)s.") % {"start": starts_with})
    return Checked(text)


# Statistics Canada, NAICS 2022: two-digit sectors; 31–33, 44–45 and 48–49 are one sector each.
_SECTORS = frozenset(
    [
        "11",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "41",
        "44",
        "45",
        "48",
        "49",
        "51",
        "52",
        "53",
        "54",
        "55",
        "56",
        "61",
        "62",
        "71",
        "72",
        "81",
        "91",
    ]
)


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
