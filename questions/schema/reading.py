"""Reading a plain mapping strictly: each value asked for by name and kind, each surprise noted with its path.

Used for forms, rubrics, aid rules and whole bundles, so that all of them refuse the same things in the same words.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from questions.constants import LANGUAGES, Path, Problem
from work.calendars import NotADay, instant_at, within_reach
from work.texts import Text, Unshowable, read_text

KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\s+([A-Za-z_]+/[A-Za-z_/]+|UTC))?")
MISSING = object()


class Reader:
    """One mapping being read. Ask for each key it may hold, then `done()`, which names the keys nobody asked for.

    `problems` is shared by a whole tree of readers. A value that is wrong is noted and read as None (or empty).
    """

    def __init__(self, node: object, path: Path = (), problems: list[Problem] | None = None) -> None:
        self.path = tuple(path)
        self.problems: list[Problem] = [] if problems is None else problems
        self.asked: set[str] | None = set()
        if not isinstance(node, dict):
            self.problem(_("A mapping of keys and values was expected here."))
            node = {}
            self.asked = None
        self.node: dict[str, object] = node

    def problem(self, message: str, *steps: str | int) -> None:
        self.problems.append(Problem(self.path + steps, str(message)))

    def take(self, key: str, *, required: bool = False) -> object:
        """The raw value, or MISSING; notes a required one that is absent or null."""
        if self.asked is not None:
            self.asked.add(key)
        value = self.node.get(key, MISSING)
        if value is None or value is MISSING:
            if required and self.asked is not None:
                self.problem(_("“%(key)s” is missing.") % {"key": key}, key)
            return MISSING
        return value

    def done(self, refused: Mapping[str, str] | None = None) -> None:
        """Notes every key that was never asked for, with those that are known here. `refused`: why, by name."""
        if self.asked is None:
            return
        known = ", ".join(sorted(self.asked))
        for key in self.node:
            if key in self.asked:
                continue
            if refused and key in refused:
                said = _("The key “%(key)s” is refused: %(why)s. Known here: %(known)s.")
                self.problem(said % {"key": key, "why": refused[key], "known": known}, key)
            else:
                said = _("The key “%(key)s” is not known here. Known here: %(known)s.")
                self.problem(said % {"key": key, "known": known}, key)

    def string(
        self,
        key: str,
        *,
        required: bool = True,
        max_length: int = 500,
        pattern: str | re.Pattern[str] | None = None,
        says: str = "",
    ) -> str:
        value = self.take(key, required=required)
        if value is MISSING:
            return ""
        if not isinstance(value, str):
            self.problem(_("A text was expected here."), key)
            return ""
        try:
            value = read_text(value)
        except Unshowable as refused:
            self.problem(str(refused), key)
            return ""
        if required and not value:
            self.problem(_("“%(key)s” is missing.") % {"key": key}, key)
        elif len(value) > max_length:
            self.problem(_("This text is longer than %(max)s characters.") % {"max": max_length}, key)
        elif value and pattern and not re.fullmatch(pattern, value):
            self.problem(says or _("“%(value)s” is not written as expected.") % {"value": value}, key)
            return ""
        return value

    def key(self, key: str = "key") -> str:
        """A key of ours: small letters, digits and underscores, a letter first."""
        says = _("A key has small letters without accents, digits and underscores, and starts with a letter.")
        return self.string(key, pattern=KEY, says=says)

    def text(self, key: str, *, required: bool = True, max_length: int = 20000) -> Text:
        """A text in both languages, `{fr: …, en: …}`. One language alone is always refused."""
        value = self.take(key, required=required)
        if value is MISSING:
            return Text()
        if isinstance(value, str):
            self.problem(_("Give this text in both languages: fr and en."), key)
            return Text()
        if not isinstance(value, dict):
            self.problem(_("A text in both languages, fr and en, was expected here."), key)
            return Text()
        out = {}
        for language in LANGUAGES:
            part = value.get(language)
            if part is not None and not isinstance(part, str):
                self.problem(_("A text was expected here."), key, language)
            elif not part or not part.strip():
                said = _("The French text is missing.") if language == "fr" else _("The English text is missing.")
                self.problem(said, key, language)
            elif len(part) > max_length:
                self.problem(_("This text is longer than %(max)s characters.") % {"max": max_length}, key, language)
            else:
                try:
                    out[language] = read_text(part)
                except Unshowable as refused:
                    self.problem(str(refused), key, language)
        for extra in value:
            if extra not in LANGUAGES:
                said = _("The key “%(key)s” is not known here. Known here: %(known)s.")
                self.problem(said % {"key": extra, "known": ", ".join(LANGUAGES)}, key, extra)
        return Text(**out)

    def number(
        self,
        key: str,
        *,
        required: bool = True,
        at_least: Decimal | int | None = None,
        at_most: Decimal | int | None = None,
        places: int | None = None,
    ) -> Decimal | None:
        """A number, written as a number or as text with a decimal point."""
        value = self.take(key, required=required)
        if value is MISSING:
            return None
        if isinstance(value, bool) or not isinstance(value, int | str | Decimal | float):
            self.problem(_("A number was expected here."), key)
            return None
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or not re.fullmatch(r"-?\d+(\.\d+)?", str(value)):
            self.problem(
                _("“%(value)s” is not a number; write digits with a decimal point, for example 1234.56.")
                % {"value": value},
                key,
            )
            return None
        if at_least is not None and number < at_least:
            self.problem(_("This must be at least %(min)s.") % {"min": at_least}, key)
        elif at_most is not None and number > at_most:
            self.problem(_("This must be at most %(max)s.") % {"max": at_most}, key)
        elif places is not None and -int(number.as_tuple().exponent) > places:
            self.problem(_("Decimals that this may have: %(places)s, at most.") % {"places": places}, key)
        else:
            return number
        return None

    def money(self, key: str, *, required: bool = True) -> Decimal | None:
        """Dollars and cents, never negative, under 10¹² (the columns are numeric(14,2))."""
        value = self.number(key, required=required, at_least=0, at_most=Decimal("999999999999.99"), places=2)
        return None if value is None else value.quantize(Decimal("0.01"))

    def percent(self, key: str, *, required: bool = True, at_most: Decimal | int = 100) -> Decimal | None:
        """A number of percent, 0 to 100, four decimals at most in all."""
        return self.number(key, required=required, at_least=0, at_most=at_most, places=4)

    def integer(
        self,
        key: str,
        *,
        required: bool = True,
        at_least: Decimal | int | None = None,
        at_most: Decimal | int | None = None,
    ) -> int | None:
        number = self.number(key, required=required, at_least=at_least, at_most=at_most)
        if number is None:
            return None
        if number != int(number):
            self.problem(_("A whole number was expected here."), key)
            return None
        return int(number)

    def boolean(self, key: str, *, default: bool = False, refused: Mapping[str, str] | None = None) -> bool:
        """`refused`: why, by the value that is refused by name (`true`)."""
        value = self.take(key)
        if value is MISSING:
            return default
        if not isinstance(value, bool):
            self.problem(_("true or false was expected here."), key)
            return default
        if self._is_refused(str(value).lower(), refused, ("false", "true"), key):
            return default
        return value

    def _is_refused(
        self, value: str, refused: Mapping[str, str] | None, values: Iterable[str], *steps: str | int
    ) -> bool:
        """Whether a value is refused by name: noted with why, and with the values that are known here."""
        if not refused or value not in refused:
            return False
        known = ", ".join(one for one in values if one not in refused)
        said = _("“%(value)s” is refused: %(why)s. Known here: %(known)s.")
        self.problem(said % {"value": value, "why": refused[value], "known": known}, *steps)
        return True

    def choice(
        self,
        key: str,
        choices: Iterable[str],
        *,
        required: bool = True,
        default: str = "",
        refused: Mapping[str, str] | None = None,
    ) -> str:
        """One of a closed list (a TextChoices, or any iterable of strings). `refused`: why, by the value that is
        refused by name."""
        value = self.take(key, required=required)
        if value is MISSING:
            return default
        values = [str(choice) for choice in getattr(choices, "values", choices)]
        if isinstance(value, str) and self._is_refused(value, refused, values, key):
            return default
        if not isinstance(value, str) or value not in values:
            self.problem(
                _("“%(value)s” is not one of: %(choices)s.") % {"value": value, "choices": ", ".join(values)}, key
            )
            return default
        return value

    def day(self, key: str, *, required: bool = True) -> datetime.date | None:
        """A date, YYYY-MM-DD."""
        value = self.take(key, required=required)
        if value is MISSING:
            return None
        try:
            if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
                return within_reach(datetime.date.fromisoformat(value))
        except NotADay as beyond:
            self.problem(str(beyond), key)
            return None
        except ValueError:
            pass
        self.problem(
            _("“%(value)s” is not a date; write it year-month-day, for example 2027-01-31.") % {"value": value}, key
        )
        return None

    def instant(self, key: str, *, required: bool = True) -> tuple[datetime.datetime, str] | None:
        """An instant with the name of its zone, `2027-01-31T17:00 America/Toronto`: (aware datetime, zone name).

        Without a zone it is refused, and so is an hour that clocks jump over; one that they show twice is the second.
        """
        value = self.take(key, required=required)
        if value is MISSING:
            return None
        return self.read_instant(value, key)

    def read_instant(self, value: object, *steps: str | int) -> tuple[datetime.datetime, str] | None:
        found = _INSTANT.fullmatch(value.strip()) if isinstance(value, str) else None
        if not found:
            self.problem(
                _("“%(value)s” is not an instant; write for example 2027-01-31T17:00 America/Toronto.")
                % {"value": value},
                *steps,
            )
            return None
        day, hour, zone = found.groups()
        if not zone:
            self.problem(_("This instant has no time zone; add its name, for example America/Toronto."), *steps)
            return None
        try:
            place = ZoneInfo(zone)
            instant = instant_at(datetime.datetime.fromisoformat(f"{day}T{hour}"), place)
        except NotADay as refused:
            self.problem(str(refused), *steps)
            return None
        except (ValueError, KeyError, OSError):
            self.problem(_("“%(value)s” is not an instant that exists.") % {"value": value}, *steps)
            return None
        return instant.astimezone(place), zone

    def items(self, key: str, *, required: bool = True, at_least: int = 0, at_most: int = 500) -> list[object]:
        """The raw values of a list."""
        value = self.take(key, required=required)
        if value is MISSING:
            return []
        if not isinstance(value, list):
            self.problem(_("A list was expected here."), key)
            return []
        if len(value) < at_least:
            self.problem(_("Items that this list needs: %(min)s, at least.") % {"min": at_least}, key)
        if len(value) > at_most:
            self.problem(_("Items that this list may have: %(max)s, at most.") % {"max": at_most}, key)
            return value[:at_most]
        return value

    def children(self, key: str, *, required: bool = True, at_least: int = 0, at_most: int = 500) -> list[Reader]:
        """A list of mappings, each as a reader of its own."""
        raw = self.items(key, required=required, at_least=at_least, at_most=at_most)
        return [Reader(item, (*self.path, key, index), self.problems) for index, item in enumerate(raw)]

    def child(self, key: str, *, required: bool = True) -> Reader | None:
        value = self.take(key, required=required)
        return None if value is MISSING else Reader(value, (*self.path, key), self.problems)

    def strings(
        self,
        key: str,
        *,
        required: bool = False,
        choices: Collection[str] | None = None,
        refused: Mapping[str, str] | None = None,
    ) -> tuple[str, ...]:
        """`refused`: why, by the text that is refused by name."""
        out = []
        for index, item in enumerate(self.items(key, required=required)):
            if not isinstance(item, str) or not item.strip():
                self.problem(_("A text was expected here."), key, index)
            elif self._is_refused(item, refused, choices or (), key, index):
                continue
            elif choices is not None and item not in choices:
                self.problem(
                    _("“%(value)s” is not one of: %(choices)s.") % {"value": item, "choices": ", ".join(choices)},
                    key,
                    index,
                )
            elif item in out:
                self.problem(_("“%(value)s” is written twice.") % {"value": item}, key, index)
            else:
                out.append(item)
        return tuple(out)

    def unique(self, readers: Sequence[Reader], keys: Sequence[str]) -> None:
        """Notes every key already used by an earlier item of the same list."""
        seen = set()
        for reader, key in zip(readers, keys, strict=True):
            if key and key in seen:
                reader.problem(_("The key “%(key)s” is used twice.") % {"key": key}, "key")
            seen.add(key)
