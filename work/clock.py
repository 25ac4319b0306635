"""The one clock. Instants are aware and in UTC; a day is a day in Québec.

Everything that decides by time asks here, so that a test (and a rehearsal) can stand at any instant with `at`.
Business days leave out Saturdays, Sundays and the public holidays of Québec, as the `holidays` library lists them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
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


def local(day: date, hour: int, minute: int = 0, zone: ZoneInfo = ZONE) -> datetime:
    """The instant when clocks in `zone` show this day, hour and minute, in UTC."""
    return datetime.combine(day, time(hour, minute), tzinfo=zone).astimezone(UTC)


@lru_cache(maxsize=64)
def holidays_of(year: int) -> frozenset[date]:
    """The public holidays of Québec in a year, with the days on which they are observed."""
    import holidays  # here: the library is read only where a business day is counted

    return frozenset(holidays.country_holidays("CA", subdiv="QC", years=year))


def is_business_day(day: date) -> bool:
    """Whether offices are open: Monday to Friday, and no public holiday."""
    return day.weekday() < 5 and day not in holidays_of(day.year)


def add_business_days(day: date, n: int) -> date:
    """The n-th business day after `day`, which itself never counts (before it, when n is negative).

    With n = 0: `day` when it is a business day, else the next one.
    """
    step = timedelta(days=-1 if n < 0 else 1)
    if n == 0:
        while not is_business_day(day):
            day += step
        return day
    for _ in range(abs(n)):
        day += step
        while not is_business_day(day):
            day += step
    return day


def business_days_between(start: date, end: date) -> int:
    """How many business days lie after `start`, up to and including `end`; negative when `end` comes first."""
    if end < start:
        return -business_days_between(end, start)
    return sum(is_business_day(start + timedelta(days=k)) for k in range(1, (end - start).days + 1))
