"""What a file's state means: who is in each group that is asked for, and what an outsider is told."""

from datetime import UTC, datetime

import pytest

from applications import states
from applications.states import ApplicationState, PublicState, Told, public_state

SENT = datetime(2025, 6, 1, tzinfo=UTC)
GROUPS = {
    "UNDER_WAY": "submitted changes_requested eligible ineligible in_review reviewed recommended waitlisted"
    " in_reconsideration",
    "LEFT": "withdrawn cancelled",
    "VALID": "submitted changes_requested eligible ineligible in_review reviewed recommended approved invited declined"
    " waitlisted in_reconsideration",
    "IN_SCREENING": "submitted changes_requested",
    "MARKABLE": "submitted changes_requested eligible in_review reviewed",
    "TO_REVIEW": "submitted eligible in_review",
    "TAKES_REVIEWERS": "eligible in_review",
    "OF_ROUND": "in_review reviewed recommended",
    "RANKED": "reviewed waitlisted",
    "DUE_FROM_CLOSING": "eligible ineligible in_review reviewed recommended",
    "OUTLIVES_LETTER": "draft in_reconsideration",
    "TOLD_AS_THEY_ARE": "draft changes_requested in_reconsideration withdrawn cancelled",
    "TOLD_BY_LETTER": "ineligible approved invited declined waitlisted",
    "COLUMNS": "being_assessed changes_requested approved waitlisted declined ineligible invited in_reconsideration"
    " withdrawn cancelled",
}


@pytest.mark.parametrize("name", GROUPS)
def test_group_is_read_from_the_rows(name):
    assert [str(state) for state in getattr(states, name)] == GROUPS[name].split()


@pytest.mark.parametrize("state", ApplicationState)
def test_outsider_reads_being_assessed_until_the_letter(state):
    at_once = state.row.told is Told.AT_ONCE
    assert public_state(state, None) == (state.value if at_once else PublicState.BEING_ASSESSED)
    assert public_state(state, SENT) == (PublicState.BEING_ASSESSED if state.row.told is Told.NEVER else state.value)


@pytest.mark.parametrize("state", ApplicationState)
def test_only_a_draft_closes_with_its_call(state):
    closed = public_state(state, SENT, closed=True)
    assert closed == (PublicState.CLOSED if state == ApplicationState.DRAFT else public_state(state, SENT))


def test_columns_of_the_pipeline_are_numbered_once():
    columns = [state.row.column for state in PublicState if state.row.column is not None]
    assert sorted(columns) == list(range(1, len(columns) + 1))
