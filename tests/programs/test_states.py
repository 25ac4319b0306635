"""What each state and each phase of a call means: the tables are the specification, every answer of every row."""

from datetime import timedelta

import pytest

from programs import states
from programs.states import CallState, Phase

STATES = """
state     | shown
draft     | no
published | yes
cancelled | yes
archived  | no
"""
PHASES = """
phase       | tag  | staff tag | takes submissions | past its closing
unpublished |      |           | no                | no
announced   | info | info      | no                | no
open        | good | good      | yes               | no
grace       | wait | wait      | yes               | yes
closed      |      |           | no                | yes
cancelled   |      | bad       | no                | no
"""


def rows(table):
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()[1:]]


def said(answer):
    return {True: "yes", False: "no"}[answer]


@pytest.mark.parametrize("row", rows(STATES), ids=lambda row: row[0])
def test_state_of_a_call_means_what_the_table_says(row):
    state = CallState(row[0])
    assert vars(state.row) == {"is_shown": row[1] == "yes"}


@pytest.mark.parametrize("row", rows(PHASES), ids=lambda row: row[0])
def test_phase_of_a_call_means_what_the_table_says(row):
    answers = vars(Phase(row[0]).row)
    assert list(answers) == ["tag", "staff_tag", "takes_submissions", "is_past_closing"]
    found = [
        answers["tag"].value,
        answers["staff_tag"].value,
        said(answers["takes_submissions"]),
        said(answers["is_past_closing"]),
    ]
    assert found == row[1:]


def test_tables_name_every_state_and_every_phase_in_order():
    assert [row[0] for row in rows(STATES)] == CallState.values
    assert [row[0] for row in rows(PHASES)] == Phase.values


def test_calls_that_are_shown_are_read_from_the_rows():
    assert [str(state) for state in states.SHOWN] == ["published", "cancelled"]


# The instants around the opening and the closing of a call, in seconds, and what its clock says of it there.
AROUND = {
    ("opens", -1): "announced",
    ("opens", 0): "open",
    ("closes", -1): "open",
    ("closes", 0): "grace",
    ("closes", 15 * 60 - 1): "grace",
    ("closes", 15 * 60): "closed",
}


@pytest.mark.parametrize(("end", "seconds"), AROUND)
@pytest.mark.parametrize("state", CallState.values)
def test_phase_is_what_the_clock_says_of_a_published_call_and_of_no_other(programme, state, end, seconds):
    programme.calls.update(state=state)
    call = programme.calls.get()
    at = {"opens": call.opens_at, "closes": call.closes_at}[end] + timedelta(seconds=seconds)
    by_clock = AROUND[end, seconds]
    assert call.grace_minutes == 15
    assert call.phase(at) == {"draft": "unpublished", "cancelled": "cancelled"}.get(state, by_clock)
