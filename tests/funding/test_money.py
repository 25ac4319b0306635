"""The government's fiscal years."""

from datetime import date

import pytest

from funding.models import Envelope
from funding.money import FLOWS, Bucket, fiscal_end, fiscal_label, fiscal_start, fiscal_year


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2026, 4, 1), 2026), (date(2027, 3, 31), 2026), (date(2027, 4, 1), 2027), (date(2026, 1, 1), 2025)],
)
def test_fiscal_year_begins_on_1_april(day, year):
    assert fiscal_year(day) == year
    assert fiscal_start(year) <= day <= fiscal_end(year)


def test_fiscal_year_is_written_with_both_years():
    assert fiscal_label(2026) == "2026-2027"


def test_each_balance_is_a_column_of_an_envelope_and_is_moved_by_some_entry():
    assert set(Bucket) <= {field.name for field in Envelope._meta.get_fields()}
    assert {bucket for ways in FLOWS.values() for bucket in ways} == set(Bucket)
    assert {from_ for _kind, from_ in FLOWS if from_} < set(Bucket)
