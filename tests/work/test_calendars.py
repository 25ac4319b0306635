from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from work import clock
from work.calendars import BUSINESS_DAYS, EVERY_DAY, Calendar, Delay, NotADay, Pause, instant_at, within_reach
from work.clock import Holidays
from work.forms import DayField, InstantForm

FEDERAL_DAYS = Calendar(business=True, holidays=Holidays.FEDERAL)
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
    left = calendar.left(clock.end_of(due), at(paused))
    assert calendar.ends(at(resumed), left) == clock.end_of(then)


def test_delay_that_was_over_on_friday_is_late_on_saturday():
    left = BUSINESS_DAYS.left(clock.end_of(date(2026, 9, 25)), at(date(2026, 9, 26)))
    assert left == -1
    assert BUSINESS_DAYS.ends(at(date(2026, 9, 28)), left) == clock.end_of(date(2026, 9, 25))


def test_delay_is_paused_from_its_start_and_knows_no_end_meanwhile():
    start, before, day = at(date(2026, 9, 30)), at(date(2026, 9, 10)), timedelta(days=1)
    over = Pause(before, start), Pause(before, start - day)
    assert Delay(start, 45).due == Delay(start, 45, pauses=over).due == clock.end_of(date(2026, 11, 14))
    across = Delay(start, 45, pauses=(Pause(before, start + 5 * day),))
    assert (across.due, across.left) == (clock.end_of(date(2026, 11, 19)), None)
    waiting = Delay(start, 45, pauses=(*across.pauses, Pause(start + 8 * day)))
    assert (waiting.due, waiting.left) == (None, 42)
    assert Delay(start, 45, pauses=(Pause(before),)).left == 45
    assert Delay(start, 45, pauses=(Pause(start + 47 * day),)).left == -2


@given(
    start=DAYS,
    days=st.integers(5, 60),
    calendar=st.sampled_from([EVERY_DAY, BUSINESS_DAYS, FEDERAL_DAYS]),
    lengths=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 40)), max_size=4),
    first=st.integers(-30, 5),
)
def test_delay_ends_on_the_last_of_its_days_that_are_counted_one_by_one(start, days, calendar, lengths, first):
    """The days that count after the start, those of the pauses left out, as a person counts them on a wall calendar."""
    pauses, day = [], start + timedelta(days=first)
    for gap, length in lengths:
        since = day + timedelta(days=gap)
        day = since + timedelta(days=length)
        pauses.append((since, day))
    counted, last = 0, start
    while counted < days:
        last += timedelta(days=1)
        paused = any(max(since, start) < last <= until for since, until in pauses)
        counted += calendar.between(last - timedelta(days=1), last) and not paused
    if any(last <= since for since, _until in pauses if _until > start):
        return  # paused when it was over: as late as it was (above)
    delay = Delay(at(start), days, calendar, tuple(Pause(at(since), at(until)) for since, until in pauses))
    assert (delay.due, delay.left) == (clock.end_of(last), None)


def test_delay_runs_from_the_day_in_quebec():
    late = datetime(2026, 11, 21, 3, tzinfo=UTC)  # 22:00 on Friday 20
    assert EVERY_DAY.ends(late, 5) == clock.end_of(date(2026, 11, 25))
    assert BUSINESS_DAYS.ends(late, 5) == clock.end_of(date(2026, 11, 27))


def test_holidays_are_no_business_days():
    assert BUSINESS_DAYS.add(date(2026, 12, 24), 1) == date(2026, 12, 28)
    assert EVERY_DAY.add(date(2026, 12, 24), 1) == date(2026, 12, 25)


@pytest.mark.parametrize(
    ("calendar", "day", "n", "then"),
    [
        (BUSINESS_DAYS, date(2026, 11, 10), 1, date(2026, 11, 11)),  # Remembrance Day
        (FEDERAL_DAYS, date(2026, 11, 10), 1, date(2026, 11, 12)),
        (BUSINESS_DAYS, date(2026, 6, 23), 1, date(2026, 6, 25)),  # the national holiday of Québec
        (FEDERAL_DAYS, date(2026, 6, 23), 1, date(2026, 6, 24)),
        (FEDERAL_DAYS, date(2026, 9, 30), 0, date(2026, 10, 1)),  # Truth and Reconciliation
        (FEDERAL_DAYS, date(2026, 12, 24), 1, date(2026, 12, 29)),  # Boxing Day, observed
        (FEDERAL_DAYS, date(2026, 12, 29), -1, date(2026, 12, 24)),
    ],
)
def test_business_days_are_those_of_whose_holidays_they_leave_out(calendar, day, n, then):
    assert calendar.add(day, n) == then
    assert n == 0 or calendar.between(day, then) == n


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


# ------------------------------------------------------------------ as typed


def typed(text, zone=clock.ZONE):
    return instant_at(datetime.fromisoformat(text), zone)


@pytest.mark.parametrize(
    ("shown", "instant"),
    [
        ("2026-11-27T17:00", datetime(2026, 11, 27, 22, tzinfo=UTC)),
        ("2026-07-01T17:00", datetime(2026, 7, 1, 21, tzinfo=UTC)),
        ("2026-11-01T01:30", datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),  # twice: at 5:30 UTC too
        ("2027-03-14T01:59:59", datetime(2027, 3, 14, 6, 59, 59, tzinfo=UTC)),
        ("2027-03-14T03:00", datetime(2027, 3, 14, 7, tzinfo=UTC)),
    ],
)
def test_hour_is_read_on_the_clocks_and_the_second_one_where_they_show_it_twice(shown, instant):
    assert typed(shown) == instant


@pytest.mark.parametrize("shown", ["2027-03-14T02:00", "2027-03-14T02:30", "2027-03-14T02:59:59"])
def test_hour_that_clocks_jump_over_is_refused_with_the_two_instants_beside_it(shown):
    hour = {"00": "2\xa0am", "30": "2:30\xa0am", "59": "2:59\xa0am"}[shown[14:16]]
    with override("en"), pytest.raises(NotADay) as refused:
        typed(shown)
    assert str(refused.value) == (
        f"On March\xa014, 2027, clocks go from 1:59\xa0am to 3\xa0am: {hour} does not exist. "
        "Choose 1:59\xa0am or 3\xa0am."
    )


def test_hour_that_clocks_jump_over_is_that_of_the_zone():
    vancouver = ZoneInfo("America/Vancouver")
    with override("fr"), pytest.raises(NotADay, match="1\xa0h\xa059 ou 3\xa0h"):
        typed("2027-03-14T02:30", vancouver)
    assert typed("2027-03-14T02:30", ZoneInfo("America/Regina")) == datetime(2027, 3, 14, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(("year", "is_read"), [(1899, False), (1900, True), (2199, True), (2200, False), (9999, False)])
def test_year_that_cannot_be_meant_is_refused_wherever_a_day_is_typed(year, is_read):
    day, sentence = date(year, 12, 31), "Enter a year from 1900 to 2199."
    reads = (
        lambda: within_reach(day),
        lambda: instant_at(datetime.combine(day, time(17))),
        lambda: DayField().clean(day.isoformat()),
    )
    for read in reads:
        if is_read:
            read()
            continue
        with override("en"), pytest.raises((NotADay, ValidationError)) as refused:
            read()
        assert sentence in str(refused.value)


@pytest.mark.parametrize("hour", ["", "25:00", "02:30"])
def test_form_of_an_instant_says_what_is_wrong_with_its_hour_beside_it(hour):
    form = InstantForm({"day": "2027-03-14", "hour": hour})
    assert not form.is_valid()
    assert list(form.errors) == ["hour"]


def test_form_of_an_instant_reads_midnight():
    form = InstantForm({"day": "2026-11-27", "hour": "00:00"})
    assert form.is_valid()
    assert form.instant() == datetime(2026, 11, 27, 5, tzinfo=UTC)
