"""Numbers as people of both languages type them, read in one way for applicant and staff, and written back.

`1 234,56`, `1,234.56`, `1.234,56`, `1’234.56`, `$1,234.56`, `1 234,56 $`, `1 234,56 $ CA`, `CA$1,234.56`, `12,5 %`.
What can be read two ways is refused, not guessed; so are two cells of a sheet that were pasted as one number. Pure: no
Django beyond translation.
"""

import re
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from work.money import NBSP
from work.texts import UNSEEN

# What may stand between thousands: no tab and no end of line, which part the cells of a sheet.
SPACES = re.compile(r"(?:[^\S\t\n\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]|['\u2019])+")
UNIT = r"(?:\$ ?(?:CAD?)?|CA ?\$|CAD ?\$?|%)"
UNITS = re.compile(rf"\A{UNIT}|{UNIT}\Z", re.IGNORECASE)
GROUPED = {mark: re.compile(rf"\d{{1,3}}({re.escape(mark)}\d{{3}})+") for mark in (" ", ",", ".")}
TWO_READINGS = re.compile(r"[1-9]\d{0,2},\d{3}")  # thousands in English, thousandths in French
POINT_BY_THREE = re.compile(r"[1-9]\d{0,2}\.\d{3}")  # thousands in much of Europe, a decimal mark in English
MOST_DIGITS = 12  # before the decimal mark


class NotANumber(ValueError):
    """What was typed is not a number; the message says why, in the reader's language."""


def is_french() -> bool:
    """Whether the language that is on writes numbers the French way."""
    return (get_language() or "fr").startswith("fr")


def read_number(value: object, *, money: bool = False, whole: bool = False) -> Decimal:
    """The number that was typed, or that JSON holds. NotANumber for anything else.

    The mark that comes last is the decimal one, and what stands before it may be grouped by three, in one way. Alone,
    one comma before exactly three digits parts thousands in `money` and in `whole` numbers, where thousandths have no
    sense; anywhere else `1,234` could be read both ways, and is refused. One point there parts thousands in `whole`
    numbers; in `money`, `12.500` is twelve thousand to some and twelve and a half to others, and is refused.
    """
    if isinstance(value, bool):
        raise NotANumber(_("Enter a number."))
    if isinstance(value, int | Decimal):
        return Decimal(value)
    typed = repr(value) if isinstance(value, float) else str(value or "")
    sign, text = _unsigned(typed)
    if not text:
        raise NotANumber(_("Enter a number."))
    if TWO_READINGS.fullmatch(text) and not (money or whole):
        raise _two_ways(typed, text.replace(",", ""), text.replace(",", "."))
    if POINT_BY_THREE.fullmatch(text) and isinstance(value, str):
        if money:
            raise _two_ways(typed, text.replace(".", ""), write_number(Decimal(text), 2))
        text = text.replace(".", "") if whole else text
    head, decimals = _parts(text, grouped=money or whole)
    grouping = {mark for mark in GROUPED if mark in head}
    if not all(GROUPED[mark].fullmatch(head) for mark in grouping):
        raise _unclear(typed)
    digits = re.sub(r"[ ,.]", "", head)
    if not re.fullmatch(r"[0-9]*", digits + decimals) or not digits + decimals:
        raise _unclear(typed)
    if len(digits.lstrip("0")) > MOST_DIGITS:
        raise NotANumber(_("This number is too large."))
    return Decimal(f"{sign}{digits or '0'}.{decimals}" if decimals else f"{sign}{digits}")


def _two_ways(typed: str, whole: str, decimal: str) -> NotANumber:
    sentence = _("“%(value)s” can be read two ways. Write %(whole)s or %(decimal)s.")
    return NotANumber(sentence % {"value": typed.strip(), "whole": whole, "decimal": decimal})


def _unclear(typed: str) -> NotANumber:
    return NotANumber(_("“%(value)s” is not a number. Use digits, for example 1234.56.") % {"value": typed.strip()})


def _unsigned(typed: str) -> tuple[str, str]:
    """("-" or "", the rest without its unit), with one plain space for every kind of space."""
    text = UNSEEN.sub("", typed).replace("\u2212", "-").strip()
    sign = "-" if text.startswith("-") else ""
    text = SPACES.sub(" ", text.removeprefix("-")).strip()
    text = UNITS.sub("", text).strip()
    if not sign and text.startswith("-"):  # $-5
        sign, text = "-", text[1:].strip()
    return sign, text


def _parts(text: str, *, grouped: bool) -> tuple[str, str]:
    """What stands before and after the decimal mark. `grouped`: one comma before three digits parts thousands."""
    marks = [mark for mark in ",." if mark in text]
    if not marks:
        return text, ""
    last = max(marks, key=text.rindex)
    if text.count(last) > 1 and len(marks) == 1:  # 1,234,567: only thousands come more than once
        return text, ""
    if last == "," and grouped and TWO_READINGS.fullmatch(text):
        return text, ""
    head, _mark, decimals = text.rpartition(last)
    return head, decimals


def write_number(x: Decimal, places: int | None = None) -> str:
    """A number to put back in a field, as the language writes it: `places` decimals, or as many as it has.

    It is always read back: « 1,250 », which could be read two ways, is written « 1,2500 », and "1,250" is "1250".
    """
    text = f"{x:,.{places}f}" if places is not None else f"{x:,f}"
    if not is_french():
        return text.replace(",", "") if TWO_READINGS.fullmatch(text.removeprefix("-")) else text
    text = text.replace(",", NBSP).replace(".", ",")
    return f"{text}0" if TWO_READINGS.fullmatch(text.removeprefix("-")) else text
