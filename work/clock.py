"""The one clock. Instants are aware and in UTC; a day is a day in Québec.

Everything that decides by time asks here: a test, or a rehearsal, can stand at any instant with `at`.
Business days leave out Saturdays, Sundays and public holidays: those of Québec, or those on which the federal
government is closed, as the library `holidays` lists them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Toronto")
_standing: ContextVar[datetime | None] = ContextVar("clock", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _standing.get() or datetime.now(UTC)


def today() -> date:
    """The present day in Québec."""
    return day_of(now())


def day_of(instant: datetime) -> date:
    """The day in Québec on which an aware instant falls."""
    return instant.astimezone(ZONE).date()


@contextmanager
def at(instant: datetime) -> Iterator[datetime]:
    """Stand at `instant` until the block ends: `now()` answers it. ValueError for a naive instant."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs its zone")
    token = _standing.set(instant.astimezone(UTC))
    try:
        yield instant
    finally:
        _standing.reset(token)


def start_of(day: date, zone: ZoneInfo = ZONE) -> datetime:
    """The first instant of a day, in UTC."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def end_of(day: date, zone: ZoneInfo = ZONE) -> datetime:
    """The last second of a day (23:59:59), in UTC: a deadline given as a day runs to its end."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=zone).astimezone(UTC)


SOON = 7  # days ahead, on the calendar


def soon_until(as_of: datetime) -> datetime:
    """The last instant that is soon as of this one: what is due by the end of the seventh day ahead is due soon, on the
    home, in the lists and in their filter."""
    return end_of(day_of(as_of) + timedelta(days=SOON))


def local(day: date, hour: int, minute: int = 0, zone: ZoneInfo = ZONE) -> datetime:
    """The instant when clocks in `zone` show this day, hour and minute, in UTC."""
    return datetime.combine(day, time(hour, minute), tzinfo=zone).astimezone(UTC)


class Holidays(StrEnum):
    """Whose holidays close the offices whose days are counted."""

    QUEBEC = "quebec"
    FEDERAL = "federal"


@lru_cache(maxsize=64)
def holidays_of(year: int, whose: Holidays = Holidays.QUEBEC) -> frozenset[date]:
    """The public holidays in a year, with the days on which they are observed."""
    import holidays  # here: the library is read only where a business day is counted

    if whose == Holidays.FEDERAL:
        return frozenset(holidays.country_holidays("CA", years=year, categories=("public", "government")))
    return frozenset(holidays.country_holidays("CA", subdiv="QC", years=year))


def is_business_day(day: date, whose: Holidays = Holidays.QUEBEC) -> bool:
    """Whether offices are open: Monday to Friday, and no public holiday."""
    return day.weekday() < 5 and day not in holidays_of(day.year, whose)


def add_business_days(day: date, n: int, whose: Holidays = Holidays.QUEBEC) -> date:
    """The n-th business day after `day`, which itself never counts (before it, when n is negative).

    With n = 0: `day` when it is a business day, else the next one.
    """
    step = timedelta(days=-1 if n < 0 else 1)
    if n == 0:
        while not is_business_day(day, whose):
            day += step
        return day
    for _ in range(abs(n)):
        day += step
        while not is_business_day(day, whose):
            day += step
    return day


def business_days_between(start: date, end: date, whose: Holidays = Holidays.QUEBEC) -> int:
    """How many business days lie after `start`, up to and with `end`; negative when `end` comes first."""
    if end < start:
        return -business_days_between(end, start, whose)
    return sum(is_business_day(start + timedelta(days=k), whose) for k in range(1, (end - start).days + 1))


def years_before(day: date, n: int) -> date:
    """The same day `n` years before; 28 February for a 29th that does not exist."""
    try:
        return day.replace(year=day.year - n)
    except ValueError:
        return day.replace(year=day.year - n, day=28)


MONTHS = {
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}


def format_day(day: date, language: str) -> str:
    """A day as the language writes it: « 1er novembre 2026 », "November 1, 2026". An instant: its day in Québec."""
    if isinstance(day, datetime):
        day = day_of(day)
    if language.startswith("fr"):
        number = "1er" if day.day == 1 else str(day.day)
        return f"{number}\u00a0{MONTHS['fr'][day.month - 1]}\u00a0{day.year}"
    return f"{MONTHS['en'][day.month - 1]}\u00a0{day.day}, {day.year}"


def format_hour(instant: datetime | time, language: str) -> str:
    """An hour, in Québec for an instant: « 17 h », « 14 h 05 », "5 pm", "2:05 pm", "noon", "midnight"."""
    moment = instant.astimezone(ZONE) if isinstance(instant, datetime) else instant
    hour, minute = moment.hour, moment.minute
    if language.startswith("fr"):
        return f"{hour}\u00a0h\u00a0{minute:02}" if minute else f"{hour}\u00a0h"
    if not minute and hour in (0, 12):
        return "midnight" if hour == 0 else "noon"
    half = "am" if hour < 12 else "pm"
    clock_hour = (hour - 1) % 12 + 1
    return f"{clock_hour}:{minute:02}\u00a0{half}" if minute else f"{clock_hour}\u00a0{half}"


def format_instant(instant: datetime, language: str) -> str:
    """A day and an hour in Québec: « 1er novembre 2026 à 17 h », "November 1, 2026 at 5 pm".

    An hour that clocks show twice, when they go back, says which: « 1 h 30 (heure normale) ».
    """
    french = language.startswith("fr")
    said = f"{format_day(day_of(instant), language)} {'à' if french else 'at'} {format_hour(instant, language)}"
    here = instant.astimezone(ZONE)
    if not _is_shown_twice(here):
        return said
    return f"{said} ({TWICE['fr' if french else 'en'][here.fold]})"


TWICE = {"fr": ("heure avancée", "heure normale"), "en": ("daylight saving time", "standard time")}


def sortable(instant: datetime, *, seconds: bool = False) -> str:
    """An instant for a table that is sorted and reckoned with, in Québec: "2026-11-19 21:15", or "… 21:15:30".

    An hour that clocks show twice carries the offset of its own: "2026-11-01 01:30 -05:00".
    """
    here = instant.astimezone(ZONE)
    shown = f"{here:%Y-%m-%d %H:%M{':%S' if seconds else ''}}"
    return f"{shown} {here.isoformat()[-6:]}" if _is_shown_twice(here) else shown


def _is_shown_twice(here: datetime) -> bool:
    """Whether clocks show that hour twice, as they go back."""
    return here.replace(fold=0).utcoffset() != here.replace(fold=1).utcoffset()
