"""Numbers as people of both languages type them: `1 234,56`, `1,234.56`, `$1,234.56`, `1 234,56 $`, `12,5 %`."""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils.translation import gettext as _

_SPACES = re.compile(r"[\s\u00a0\u202f\u2009']")
_GROUPED_SPACE = re.compile(r"\d{1,3}( \d{3})+")
_GROUPED_COMMA = re.compile(r"\d{1,3}(,\d{3})+")
MAX_DIGITS = 12


class NotANumber(ValueError):
    """What was typed is not a number; the message says why, in the reader's language."""


def read_number(value: object, *, money: bool = False, whole: bool = False, sign: str = "$%") -> Decimal:
    """The number typed. One separator followed by exactly three digits is a thousands comma in money and whole
    numbers; in other
    decimals `1,234` could be read both ways, and is refused rather than guessed. Raises NotANumber."""
    if isinstance(value, bool):
        raise NotANumber(_("Enter a number."))
    if isinstance(value, int | Decimal):
        return Decimal(value)
    if isinstance(value, float):
        value = repr(value)
    text = str(value or "").strip().replace("−", "-")
    negative = text.startswith("-")
    text = text.removeprefix("-")
    for mark in sign:
        text = text.removeprefix(mark).removesuffix(mark)
    text = _SPACES.sub(" ", text).strip()
    if text.startswith("-") and not negative:
        negative, text = True, text[1:].strip()
    if not text:
        raise NotANumber(_("Enter a number."))
    if not re.fullmatch(r"[\d., ]+", text) or not text.isascii():
        raise NotANumber(_("“%(value)s” is not a number. Use digits, for example 1234.56.") % {"value": value})
    whole_part, decimals = _parts(text, money=money, whole=whole, typed=value)
    if len(whole_part.lstrip("0")) > MAX_DIGITS:
        raise NotANumber(_("This number is too large."))
    number = Decimal(f"{whole_part or '0'}.{decimals or '0'}") if decimals else Decimal(whole_part)
    return -number if negative else number


def _parts(text: str, *, money: bool, whole: bool, typed: object) -> tuple[str, str]:
    """The digits before and after the decimal mark."""
    unclear = NotANumber(_("“%(value)s” is not a number. Use digits, for example 1234.56.") % {"value": typed})
    head, mark, decimals = text, "", ""
    if "," in text and "." in text:
        if text.rindex(",") > text.rindex("."):
            raise unclear  # 1.234,56 is written neither in Québec nor in English
        head, mark, decimals = text.rpartition(".")
    elif "." in text:
        head, mark, decimals = text.rpartition(".")
    elif text.count(",") == 1:
        before, _comma, after = text.partition(",")
        if len(after) == 3 and " " not in before and 1 <= len(before) <= 3 and before[0] != "0":
            if not (money or whole):
                raise NotANumber(
                    _("“%(value)s” can be read two ways. Write %(whole)s or %(decimal)s.")
                    % {"value": typed, "whole": before + after, "decimal": f"{before}.{after}"}
                )
        else:
            head, mark, decimals = before, ",", after
    if mark and (not decimals.isdigit() or " " in decimals):
        raise unclear
    if " " in head and not _GROUPED_SPACE.fullmatch(head):
        raise unclear
    if "," in head and not _GROUPED_COMMA.fullmatch(head):
        raise unclear
    digits = head.replace(" ", "").replace(",", "")
    if (head and not digits.isdigit()) or not (digits or decimals):
        raise unclear
    return digits or "0", decimals
