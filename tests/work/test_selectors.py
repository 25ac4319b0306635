"""The first lines of a list, and what it has more."""

from datetime import UTC, datetime, timedelta

import pytest

from work.pages import Link
from work.selectors import Rest, WorkLine, first_lines
from work.states import Hat

NOW = datetime(2026, 10, 6, 14, tzinfo=UTC)


def line(day):
    return WorkLine("Do", str(day), Link("home", ()), NOW + timedelta(days=day), role=Hat.OFFICER)


@pytest.mark.parametrize(
    ("rows", "rest", "told"),
    [
        ([], Rest.LATER, []),
        ([1, 2], Rest.LATER, [("1", Rest.NOTHING), ("2", Rest.NOTHING)]),
        ([1, 2, 3], Rest.LATER, [("1", Rest.NOTHING), ("2", Rest.LATER)]),
        ([3, 1, 2], Rest.ANY, [("3", Rest.NOTHING), ("1", Rest.ANY)]),
    ],
)
def test_last_line_told_says_what_its_list_has_more(rows, rest, told):
    assert [(one.label, one.rest) for one in first_lines(rows, line, limit=2, rest=rest)] == told
