"""Delays, counted in the days of a calendar: they end at the end of a day, whatever clocks do meanwhile.

Every clock, pause, extension and delay counts here; and a day and an hour as people type them are read here, at every
door. Pure: no Django beyond translation.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from work import clock
from work.clock import Holidays

FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)
"""The days that can be typed: beyond them, instants cannot be reckoned in every zone."""


class NotADay(ValueError):
    """What was typed is no day or no instant that can be; the message says why, in the reader's language."""


def within_reach(day: date) -> date:
    """`day` itself. NotADay when its year cannot be meant."""
    if not FIRST <= day <= LAST:
        raise NotADay(_("Enter a year from %(first)s to %(last)s.") % {"first": FIRST.year, "last": LAST.year})
    return day


def instant_at(shown: datetime, zone: ZoneInfo = clock.ZONE) -> datetime:
    """The instant when clocks in `zone` show this day and hour (naive), in UTC.

    An hour that they show twice, when they go back, is the second one: nobody has less time than they were told.
    NotADay for an hour that they jump over, with the two instants beside it, and for a year that cannot be meant.
    """
    within_reach(shown.date())
    first, second = (shown.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:
        return second
    after = second  # where clocks jump, the offset of afterwards is the one that counts back
    while after.astimezone(zone).replace(tzinfo=None) < shown:
        after += timedelta(minutes=1)
    language = get_language() or "fr"
    hours = [at.astimezone(zone).time() for at in (after - timedelta(minutes=1), after)]
    before, then, hour = (clock.format_hour(time, language) for time in (*hours, shown.time()))
    raise NotADay(
        _("On %(day)s, clocks go from %(before)s to %(then)s: %(hour)s does not exist. Choose %(before)s or %(then)s.")
        % {"day": clock.format_day(shown.date(), language), "before": before, "then": then, "hour": hour}
    )


@dataclass(frozen=True)
class Calendar:
    """Which days count: each one, or those of business (no week-end, no public holiday of `holidays`)."""

    business: bool = False
    holidays: Holidays = Holidays.QUEBEC

    def add(self, day: date, n: int) -> date:
        """The n-th day that counts after `day`, which never counts itself; before it, when n is negative.
        With n = 0: `day`, or the next one that counts."""
        if self.business:
            return clock.add_business_days(day, n, self.holidays)
        return day + timedelta(days=n)

    def between(self, start: date, end: date) -> int:
        """How many days that count lie after `start`, up to and with `end`; negative when `end` comes first."""
        return clock.business_days_between(start, end, self.holidays) if self.business else (end - start).days

    def ends(self, start: datetime, n: int) -> datetime:
        """When a delay of n days that runs from the instant `start` ends: at the end of its last day."""
        return clock.end_of(self.add(clock.day_of(start), n))

    def left(self, due: datetime, at: datetime) -> int:
        """How many days that count are left, on the day of `at`, of a delay that ends at `due`; negative when it is
        over."""
        day, last = clock.day_of(at), clock.day_of(due)
        left = self.between(day, last)
        return min(left, -1) if last < day else left  # over on Friday, it is late on Saturday


EVERY_DAY = Calendar()
BUSINESS_DAYS = Calendar(business=True)


@dataclass(frozen=True)
class Pause:
    """A time whose days are not counted: from `since` to `until`, None while it lasts."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class Delay:
    """So many days of a calendar from the instant `start`, but for those of the pauses: one after the other, the
    oldest first. Nothing is paused before it starts."""

    start: datetime
    days: int
    calendar: Calendar = EVERY_DAY
    pauses: tuple[Pause, ...] = ()

    @property
    def due(self) -> datetime | None:
        """When it ends: at the end of a day. None while it is paused: nobody knows."""
        due, left = self._reckoned
        return due if left is None else None

    @property
    def left(self) -> int | None:
        """The days that were left when it was paused, below zero if it was over; None while it runs."""
        return self._reckoned[1]

    @property
    def _reckoned(self) -> tuple[datetime, int | None]:
        due = self.calendar.ends(self.start, self.days)
        for pause in self.pauses:
            if pause.until is not None and pause.until <= self.start:
                continue
            left = self.calendar.left(due, max(pause.since, self.start))
            if pause.until is None:
                return due, left
            due = self.calendar.ends(pause.until, left)
        return due, None
