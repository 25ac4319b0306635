from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work import clock
from work.calendars import BUSINESS_DAYS, EVERY_DAY

DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


def at(day, hour=10):
    return clock.local(day, hour)


@pytest.mark.parametrize(
    ("calendar", "due", "paused", "resumed", "then"),
    [
        # Clocks go back on 1 November.
        (EVERY_DAY, date(2026, 11, 14), date(2026, 10, 20), date(2026, 11, 5), date(2026, 11, 30)),
        # Clocks go forward on 14 March: nineteen days of pause.
        (EVERY_DAY, date(2027, 3, 30), date(2027, 3, 1), date(2027, 3, 20), date(2027, 4, 18)),
        # Two business days left on Monday; resumed on Friday: the second business day after.
        (BUSINESS_DAYS, date(2026, 9, 23), date(2026, 9, 21), date(2026, 9, 25), date(2026, 9, 29)),
        # Resumed on a Saturday with nothing left: the next day on which offices are open.
        (BUSINESS_DAYS, date(2026, 9, 21), date(2026, 9, 21), date(2026, 9, 26), date(2026, 9, 28)),
        # Three days late when it was paused: as late when it goes on.
        (EVERY_DAY, date(2026, 9, 20), date(2026, 9, 23), date(2026, 9, 30), date(2026, 9, 27)),
    ],
)
def test_delay_that_is_paused_goes_on_with_the_days_that_were_left(calendar, due, paused, resumed, then):
    with clock.at(at(paused)):
        left = calendar.left(clock.end_of(due))
    assert calendar.ends(at(resumed), left) == clock.end_of(then)


def test_delay_that_was_over_on_friday_is_late_on_saturday():
    with clock.at(at(date(2026, 9, 26))):
        left = BUSINESS_DAYS.left(clock.end_of(date(2026, 9, 25)))
    assert left == -1
    assert BUSINESS_DAYS.ends(at(date(2026, 9, 28)), left) == clock.end_of(date(2026, 9, 25))


def test_delay_runs_from_the_day_in_quebec():
    late = datetime(2026, 11, 21, 3, tzinfo=UTC)  # 22:00 on Friday 20
    assert EVERY_DAY.ends(late, 5) == clock.end_of(date(2026, 11, 25))
    assert BUSINESS_DAYS.ends(late, 5) == clock.end_of(date(2026, 11, 27))


def test_holidays_are_no_business_days():
    assert BUSINESS_DAYS.add(date(2026, 12, 24), 1) == date(2026, 12, 28)
    assert EVERY_DAY.add(date(2026, 12, 24), 1) == date(2026, 12, 25)


@given(DAYS, st.integers(-60, 60))
def test_days_added_are_the_days_between(day, n):
    assert EVERY_DAY.between(day, EVERY_DAY.add(day, n)) == n
    open_day = BUSINESS_DAYS.add(day, 0)
    assert BUSINESS_DAYS.between(open_day, BUSINESS_DAYS.add(open_day, n)) == n


@given(DAYS, DAYS)
def test_days_between_go_both_ways(one, other):
    assert EVERY_DAY.between(one, other) == -EVERY_DAY.between(other, one)
    assert EVERY_DAY.add(one, EVERY_DAY.between(one, other)) == other
    assert one + timedelta(days=EVERY_DAY.between(one, other)) == other
