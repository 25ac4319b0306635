"""Delays, counted in the days of a calendar: they end at the end of a day, whatever clocks do meanwhile.

Every clock, pause, extension and delay counts here. Pure: no Django.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from work import clock


@dataclass(frozen=True)
class Calendar:
    """Which days count: each one, or those of business (no week-end, no public holiday of Québec)."""

    business: bool = False

    def add(self, day: date, n: int) -> date:
        """The n-th day that counts after `day`, which never counts itself; before it, when n is negative.
        With n = 0: `day`, or the next one that counts."""
        if self.business:
            return clock.add_business_days(day, n)
        return day + timedelta(days=n)

    def between(self, start: date, end: date) -> int:
        """How many days that count lie after `start`, up to and with `end`; negative when `end` comes first."""
        return clock.business_days_between(start, end) if self.business else (end - start).days

    def ends(self, start: datetime, n: int) -> datetime:
        """When a delay of n days that runs from the instant `start` ends: at the end of its last day."""
        return clock.end_of(self.add(clock.day_of(start), n))

    def left(self, due: datetime) -> int:
        """How many days that count are left today of a delay that ends at `due`; negative when it is over."""
        today, last = clock.today(), clock.day_of(due)
        left = self.between(today, last)
        return min(left, -1) if last < today else left  # over on Friday, it is late on Saturday


EVERY_DAY = Calendar()
BUSINESS_DAYS = Calendar(business=True)
