"""What each state of a decision, of a concurrence and each step of the chain means: the table specifies."""

from dataclasses import asdict

import pytest
from django.utils import translation

from decisions import states
from decisions.models import Decision
from decisions.rules import reasons_can_change
from decisions.states import ConcurrenceState, DecisionKind, DecisionState, Turn, opinion_on

TABLE = [
    (DecisionState.DRAFT, "draft", {
        "turn": Turn.ENDORSE, "is_open": True, "is_approved": False, "is_issued": False,
    }),
    (DecisionState.ENDORSED, "endorsed", {
        "turn": Turn.APPROVE, "is_open": True, "is_approved": False, "is_issued": False,
    }),
    (DecisionState.APPROVED, "approved", {
        "turn": Turn.ISSUE, "is_open": True, "is_approved": True, "is_issued": False,
    }),
    (DecisionState.CONCURRED, "concurred", {
        "turn": Turn.ISSUE, "is_open": True, "is_approved": True, "is_issued": False,
    }),
    (DecisionState.ISSUED, "issued", {
        "turn": None, "is_open": False, "is_approved": True, "is_issued": True,
    }),
    (DecisionState.VOID, "void", {
        "turn": None, "is_open": False, "is_approved": False, "is_issued": False,
    }),
    (DecisionState.SUPERSEDED, "superseded", {
        "turn": None, "is_open": False, "is_approved": True, "is_issued": True,
    }),
    (ConcurrenceState.ASKED, "asked", {"is_awaited": True}),
    (ConcurrenceState.GIVEN, "given", {"is_awaited": False}),
    (Turn.ENDORSE, "Endorse", {
        "role": "endorser", "duty": "endorse", "hat": "endorser", "awaits": "the endorser",
        "act": "Endorse", "asked": "give a favourable opinion", "to_do": "to endorse",
    }),
    (Turn.RECONSIDER, "Reconsider", {
        "role": "reconsiderer", "duty": "endorse", "hat": "reconsiderer", "awaits": "the reconsideration officer",
        "act": "Give an opinion", "asked": "give a favourable opinion", "to_do": "to endorse",
    }),
    (Turn.APPROVE, "Approve", {
        "role": "approver", "duty": "approve", "hat": "approver", "awaits": "the approver",
        "act": "Approve", "asked": "approve", "to_do": "to approve",
    }),
    (Turn.CONCUR, "Concur", {
        "role": None, "duty": "concur", "hat": "partner", "awaits": "the ministry",
        "act": "Concur", "asked": "", "to_do": "",
    }),
    (Turn.ISSUE, "Issue", {
        "role": "officer", "duty": None, "hat": "officer", "awaits": "the programme officer",
        "act": "Issue the decision", "asked": "issue the decision", "to_do": "to issue",
    }),
]  # fmt: skip
GROUPS = {
    "OPEN": "draft endorsed approved concurred",
    "BEFORE_APPROVAL": "draft endorsed",
    "ONCE_APPROVED": "approved concurred issued superseded",
    "RETURNABLE": "endorsed approved concurred",
    "ONCE_ISSUED": "issued superseded",
    "AWAITED": "asked",
}


@pytest.mark.parametrize(("state", "word", "answers"), TABLE)
def test_state_means_what_its_table_says(state, word, answers):
    with translation.override("en"):
        assert (state.label, asdict(state.row)) == (word, answers)


def test_table_has_every_state_once():
    assert [state for state, _word, _answers in TABLE] == [*DecisionState, *ConcurrenceState, *Turn]


@pytest.mark.parametrize("name", GROUPS)
def test_group_is_read_from_the_rows(name):
    assert [str(state) for state in getattr(states, name)] == GROUPS[name].split()


@pytest.mark.parametrize("kind", DecisionKind)
def test_opinion_on_a_reconsideration_is_of_its_own_officer(kind):
    assert opinion_on(kind) == (Turn.RECONSIDER if kind == "reconsidered" else Turn.ENDORSE)


@pytest.mark.parametrize("state", DecisionState)
def test_reasons_are_those_of_a_draft_and_only_a_return_opens_them_again(state):
    with translation.override("en"):
        refusal = reasons_can_change(Decision(state=state))
        told = refusal and str(refusal.message)
    said = {
        "draft": None,
        **dict.fromkeys(
            ["endorsed", "approved", "concurred"],
            "The reasons can no longer be edited, unless the decision is sent back.",
        ),
        **dict.fromkeys(["issued", "superseded", "void"], "The reasons can no longer be edited."),
    }
    assert told == said[state]
