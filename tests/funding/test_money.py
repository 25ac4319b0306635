"""The government's fiscal years."""

from datetime import date

import pytest

from funding.money import fiscal_end, fiscal_label, fiscal_start, fiscal_year


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2026, 4, 1), 2026), (date(2027, 3, 31), 2026), (date(2027, 4, 1), 2027), (date(2026, 1, 1), 2025)],
)
def test_fiscal_year_begins_on_1_april(day, year):
    assert fiscal_year(day) == year
    assert fiscal_start(year) <= day <= fiscal_end(year)


def test_fiscal_year_is_written_with_both_years():
    assert fiscal_label(2026) == "2026-2027"
