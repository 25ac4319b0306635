"""What each state of an assignment means: the table is the specification, every answer of every row."""

import pytest

from reviews import states
from reviews.states import AssignmentState

TABLE = """
state     | tag   | live | waiting | readable | refused
offered   | wait  | yes  | yes     | no       | no
accepted  | info  | yes  | yes     | yes      | no
submitted | good  | yes  | no      | yes      | no
declined  |       | no   | no      | no       | yes
recused   | bad   | no   | no      | no       | yes
cancelled |       | no   | no      | no       | no
"""
HEAD, *ROWS = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
GROUPS = ("LIVE", "WAITING", "READABLE", "REFUSED")


def said(answer):
    return {True: "yes", False: "no"}[answer]


@pytest.mark.parametrize("row", ROWS, ids=[state for state, *_answers in ROWS])
def test_state_of_an_assignment_means_what_the_table_says(row):
    state = AssignmentState(row[0])
    answers = dict(vars(state.row))
    assert [str(state), answers.pop("tag").value, *(said(answer) for answer in answers.values())] == row
    assert list(answers) == [f"is_{name}" for name in HEAD[2:]]


def test_table_names_every_state_in_order():
    assert [state for state, *_answers in ROWS] == AssignmentState.values


@pytest.mark.parametrize("name", GROUPS)
def test_group_is_read_from_the_rows(name):
    column = HEAD.index(name.lower())
    assert [str(state) for state in getattr(states, name)] == [row[0] for row in ROWS if row[column] == "yes"]
