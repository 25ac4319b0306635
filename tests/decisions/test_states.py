"""What each state of a decision, and of a concurrence, means: the table is the specification."""

from dataclasses import asdict

import pytest
from django.utils import translation

from decisions import states
from decisions.states import ConcurrenceState, DecisionState

TABLE = [
    (DecisionState.DRAFT, "draft", {
        "awaits": "the endorser", "to_do": "to endorse", "is_open": True, "is_approved": False, "is_issued": False,
    }),
    (DecisionState.ENDORSED, "endorsed", {
        "awaits": "the approver", "to_do": "to approve", "is_open": True, "is_approved": False, "is_issued": False,
    }),
    (DecisionState.APPROVED, "approved", {
        "awaits": "", "to_do": "to issue", "is_open": True, "is_approved": True, "is_issued": False,
    }),
    (DecisionState.CONCURRED, "concurred", {
        "awaits": "", "to_do": "to issue", "is_open": True, "is_approved": True, "is_issued": False,
    }),
    (DecisionState.ISSUED, "issued", {
        "awaits": "", "to_do": "", "is_open": False, "is_approved": True, "is_issued": True,
    }),
    (DecisionState.VOID, "void", {
        "awaits": "", "to_do": "", "is_open": False, "is_approved": False, "is_issued": False,
    }),
    (DecisionState.SUPERSEDED, "superseded", {
        "awaits": "", "to_do": "", "is_open": False, "is_approved": True, "is_issued": True,
    }),
    (ConcurrenceState.ASKED, "asked", {"is_awaited": True}),
    (ConcurrenceState.GIVEN, "given", {"is_awaited": False}),
]  # fmt: skip
GROUPS = {
    "OPEN": "draft endorsed approved concurred",
    "BEFORE_APPROVAL": "draft endorsed",
    "ONCE_APPROVED": "approved concurred issued superseded",
    "BEFORE_ISSUE": "approved concurred",
    "ONCE_ISSUED": "issued superseded",
    "AWAITED": "asked",
}


@pytest.mark.parametrize(("state", "word", "answers"), TABLE)
def test_state_means_what_its_table_says(state, word, answers):
    with translation.override("en"):
        assert (state.label, asdict(state.row)) == (word, answers)


def test_table_has_every_state_once():
    assert [state for state, _word, _answers in TABLE] == [*DecisionState, *ConcurrenceState]


@pytest.mark.parametrize("name", GROUPS)
def test_group_is_read_from_the_rows(name):
    assert [str(state) for state in getattr(states, name)] == GROUPS[name].split()
