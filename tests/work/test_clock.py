from datetime import UTC, date, datetime, timedelta

import pytest

from work import clock

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_at_holds_the_clock_until_the_block_ends():
    with clock.at(NOON):
        assert clock.now() == NOON
        with clock.at(NOON + timedelta(days=1)):
            assert clock.now() == NOON + timedelta(days=1)
        assert clock.now() == NOON
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_at_refuses_an_instant_without_a_zone():
    with pytest.raises(ValueError, match="zone"), clock.at(datetime(2026, 11, 20, 12)):  # noqa: DTZ001
        pass


def test_today_is_the_day_in_quebec_not_in_utc():
    with clock.at(datetime(2026, 11, 21, 4, 59, tzinfo=UTC)):
        assert clock.today() == date(2026, 11, 20)
    with clock.at(datetime(2026, 11, 21, 5, 0, tzinfo=UTC)):
        assert clock.today() == date(2026, 11, 21)


def test_a_day_ends_at_its_last_second_in_quebec_also_when_clocks_change():
    assert clock.end_of(date(2026, 11, 20)) == datetime(2026, 11, 21, 4, 59, 59, tzinfo=UTC)
    assert clock.end_of(date(2026, 7, 20)) == datetime(2026, 7, 21, 3, 59, 59, tzinfo=UTC)
    assert clock.end_of(date(2026, 11, 1)) - clock.start_of(date(2026, 11, 1)) == timedelta(
        hours=24, minutes=59, seconds=59
    )


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # Friday: the weekend does not count
        (date(2026, 11, 21), 1, date(2026, 11, 23)),  # Saturday: the next Monday is the first
        (date(2026, 11, 21), 0, date(2026, 11, 23)),
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
        (date(2026, 12, 23), 2, date(2026, 12, 28)),  # Christmas, then a weekend
        (date(2026, 6, 23), 1, date(2026, 6, 25)),  # the national holiday
        (date(2026, 5, 15), 1, date(2026, 5, 19)),  # National Patriots' Day
        (date(2026, 6, 30), 1, date(2026, 7, 2)),
        (date(2026, 12, 31), 1, date(2027, 1, 4)),  # across the year's end
        (date(2026, 11, 23), -1, date(2026, 11, 20)),
        (date(2026, 11, 20), 20, date(2026, 12, 18)),
    ],
)
def test_business_days_leave_out_weekends_and_the_holidays_of_quebec(day, n, expected):
    assert clock.add_business_days(day, n) == expected


def test_business_days_between_counts_the_last_day_and_not_the_first():
    assert clock.business_days_between(date(2026, 11, 20), date(2026, 11, 23)) == 1
    assert clock.business_days_between(date(2026, 11, 20), date(2026, 11, 20)) == 0
    assert clock.business_days_between(date(2026, 12, 28), date(2026, 12, 23)) == -2


@pytest.mark.parametrize(
    ("day", "language", "expected"),
    [
        (date(2026, 11, 1), "fr", "1er\u00a0novembre\u00a02026"),
        (date(2026, 8, 22), "fr-ca", "22\u00a0août\u00a02026"),
        (date(2026, 11, 1), "en", "November\u00a01, 2026"),
    ],
)
def test_a_day_is_written_as_each_language_writes_it(day, language, expected):
    assert clock.format_day(day, language) == expected


@pytest.mark.parametrize(
    ("day", "n", "before"),
    [
        (date(2026, 11, 27), 2, date(2024, 11, 27)),
        (date(2028, 2, 29), 2, date(2026, 2, 28)),
        (date(2028, 2, 29), 4, date(2024, 2, 29)),
    ],
)
def test_years_before_is_the_same_day(day, n, before):
    assert clock.years_before(day, n) == before


@pytest.mark.parametrize(
    ("hour", "language", "said"),
    [
        (4, "en", "November\xa01, 2026 at 12:30\xa0am"),
        (5, "en", "November\xa01, 2026 at 1:30\xa0am (daylight saving time)"),
        (6, "en", "November\xa01, 2026 at 1:30\xa0am (standard time)"),
        (5, "fr", "1er\xa0novembre\xa02026 à 1\xa0h\xa030 (heure avancée)"),
        (6, "fr", "1er\xa0novembre\xa02026 à 1\xa0h\xa030 (heure normale)"),
        (7, "fr", "1er\xa0novembre\xa02026 à 2\xa0h\xa030"),
    ],
)
def test_an_hour_that_clocks_show_twice_says_which_one_it_is(hour, language, said):
    assert clock.format_instant(datetime(2026, 11, 1, hour, 30, tzinfo=UTC), language) == said


@pytest.mark.parametrize(
    ("hour", "shown", "seconds"),
    [
        (4, "2026-11-01 00:30", "2026-11-01 00:30:15"),
        (5, "2026-11-01 01:30 -04:00", "2026-11-01 01:30:15 -04:00"),
        (6, "2026-11-01 01:30 -05:00", "2026-11-01 01:30:15 -05:00"),
        (7, "2026-11-01 02:30", "2026-11-01 02:30:15"),
    ],
)
def test_instant_of_a_table_carries_its_offset_where_clocks_show_its_hour_twice(hour, shown, seconds):
    instant = datetime(2026, 11, 1, hour, 30, 15, tzinfo=UTC)
    assert (clock.sortable(instant), clock.sortable(instant, seconds=True)) == (shown, seconds)
