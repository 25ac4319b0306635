"""What each state of a letter means: the table is the specification."""

from dataclasses import asdict

import pytest
from django.utils import translation

from letters import states
from letters.states import LetterState

TABLE = [
    (LetterState.QUEUED, "queued", {"tag": "info", "is_leaving": False, "is_readable": False}),
    (LetterState.RENDERED, "rendered", {"tag": "info", "is_leaving": True, "is_readable": False}),
    (LetterState.SIGNED, "signed", {"tag": "info", "is_leaving": True, "is_readable": False}),
    (LetterState.SENT, "sent", {"tag": "good", "is_leaving": False, "is_readable": True}),
    (LetterState.SERVED, "served", {"tag": "good", "is_leaving": False, "is_readable": True}),
    (LetterState.FAILED, "failed", {"tag": "bad", "is_leaving": False, "is_readable": False}),
    (LetterState.WITHHELD, "withheld", {"tag": "", "is_leaving": False, "is_readable": False}),
]
GROUPS = {"LEAVING": "rendered signed", "READABLE": "sent served"}


@pytest.mark.parametrize(("state", "word", "answers"), TABLE)
def test_state_means_what_its_table_says(state, word, answers):
    with translation.override("en"):
        assert (state.label, asdict(state.row)) == (word, answers)


def test_table_has_every_state_once():
    assert [state for state, _word, _answers in TABLE] == list(LetterState)


@pytest.mark.parametrize("name", GROUPS)
def test_group_is_read_from_the_rows(name):
    assert [str(state) for state in getattr(states, name)] == GROUPS[name].split()
