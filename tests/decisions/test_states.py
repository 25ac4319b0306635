"""What each state of a decision, of a concurrence and each step of the chain means: the table specifies."""

from dataclasses import asdict

import pytest
from django.utils import translation

from applications.states import Outcome
from decisions import states
from decisions.models import Decision
from decisions.rules import reasons_can_change
from decisions.services.chain import MOVES
from decisions.states import ConcurrenceState, DecisionKind, DecisionState, Turn

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
    "FUNDED": "approved partial",
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


KINDS = """
kind         | tag  | recommended | follows         | opinion    | becomes    | letter       | funded
approved     | good | approved    | panel screening | endorse    | approved   | approved     | yes
partial      | good | partial     | panel screening | endorse    | approved   | approved     | yes
invited      | good | invited     | panel screening | endorse    | invited    | invited      |
waitlisted   | wait | waitlisted  | panel screening | endorse    | waitlisted | waitlisted   |
declined     | bad  | declined    | panel screening | endorse    | declined   | declined     |
ineligible   | bad  |             | screening       | endorse    | declined   | ineligible   |
reconsidered | info |             |                 | reconsider |            | reconsidered |
"""
KINDS = [[cell.strip() for cell in line.split("|")] for line in KINDS.strip().splitlines()[1:]]
MOVES_OF = {"": "uphold", "approved": "approve", "invited": "invite", "waitlisted": "waitlist", "declined": "decline"}


@pytest.mark.parametrize("told", KINDS, ids=lambda told: told[0])
def test_kind_of_decision_means_what_its_table_says(told):
    """And its issue moves the file where its row says."""
    kind = DecisionKind(told[0])
    row = vars(kind.row) | {"is_funded": "yes" if kind.row.is_funded else "", "follows": " ".join(kind.row.follows)}
    assert [str(answer or "") for answer in row.values()] == told[1:]
    assert MOVES[kind].__name__ == MOVES_OF[told[5]]


def test_every_kind_is_in_the_table_and_every_outcome_leads_to_its_own():
    assert [kind for kind, *_answers in KINDS] == DecisionKind.values
    assert {Outcome(told[2]): DecisionKind(told[0]) for told in KINDS if told[2]} == states.RECOMMENDED_AS
    assert list(states.RECOMMENDED_AS) == list(Outcome)


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
