"""What a file's state means: who is in each group that is asked for, and what an outsider is told."""

import pytest
from django.utils.translation import override

from applications import states
from applications.states import ApplicationState, Outcome, PublicState, public_state

# The specification of a file's states, every answer of every row. `when` and `as`: what an outsider is told.
TABLE = """
state              | tag   | course    | span        | when      | as
draft              |       | PREPARED  |             | AT_ONCE   | draft
submitted          | wait  | UNDER_WAY | SUBMITTED   | NEVER     | being_assessed
changes_requested  | other | UNDER_WAY | SUBMITTED   | AT_ONCE   | changes_requested
eligible           | info  | UNDER_WAY | ELIGIBLE    | NEVER     | being_assessed
ineligible         | bad   | UNDER_WAY |             | NEVER     | being_assessed
in_review          | info  | UNDER_WAY | REVIEWED    | NEVER     | being_assessed
reviewed           | wait  | UNDER_WAY | REVIEWED    | NEVER     | being_assessed
recommended        | info  | UNDER_WAY | RECOMMENDED | NEVER     | being_assessed
approved           | good  | DECIDED   | DECIDED     | BY_LETTER | approved
invited            | good  | DECIDED   | DECIDED     | BY_LETTER | invited
declined           | bad   | DECIDED   | DECIDED     | BY_LETTER | declined
waitlisted         | other | UNDER_WAY | DECIDED     | BY_LETTER | waitlisted
in_reconsideration | wait  | UNDER_WAY |             | AS_ASKED  | in_reconsideration
withdrawn          |       | LEFT      |             | AT_ONCE   | withdrawn
cancelled          |       | LEFT      |             | AT_ONCE   | cancelled
"""
# Its answers of yes or no: what is not named is "no".
YES = {
    "draft": set(),
    "submitted": {"may_be_marked", "is_to_review", "hides_scores"},
    "changes_requested": {"may_be_marked", "is_to_review", "hides_scores"},
    "eligible": {"may_be_marked", "is_to_review", "hides_scores", "takes_reviewers", "is_with_panel"},
    "ineligible": {"hides_scores"},
    "in_review": {"may_be_marked", "is_to_review", "hides_scores", "takes_reviewers", "is_with_panel"},
    "reviewed": {"may_be_marked", "is_with_panel", "is_ranked"},
    "recommended": set(),
    "approved": set(),
    "invited": set(),
    "declined": set(),
    "waitlisted": {"is_ranked"},
    "in_reconsideration": set(),
    "withdrawn": set(),
    "cancelled": set(),
}
ASKED = {"may_be_marked", "is_to_review", "hides_scores", "takes_reviewers", "is_with_panel", "is_ranked"}
AWAITED = {
    "submitted": "the screening officer",
    "changes_requested": "the applicant",
    "in_reconsideration": "the reconsideration officer",
}
# What an outsider sees of it: its colour for the applicant, for the partner, its column in the partner's pipeline,
# whether its applicant may withdraw it, and whether it is on its applicant's home.
PUBLIC = """
state              | tag  | partner | column | under way | on home
draft              |      |         |        |           | yes
closed             |      |         |        |           |
being_assessed     | info | info    | 1      | yes       | yes
changes_requested  | wait | wait    | 2      | yes       | yes
approved           | good | good    | 3      |           |
declined           | bad  | bad     | 5      |           |
waitlisted         | wait |         | 4      | yes       |
invited            | good |         | 6      |           |
in_reconsideration | info | wait    | 7      | yes       | yes
withdrawn          |      |         | 8      |           |
cancelled          |      |         | 9      |           |
"""
# What a committee recommends: money; only of a file that meets the pass marks; today.
OUTCOMES = """
outcome    | funded | needs a pass | offered
approved   | yes    | yes          | yes
partial    | yes    | yes          | yes
invited    |        | yes          |
waitlisted |        | yes          | yes
declined   |        |              | yes
"""
GROUPS = {
    "UNDER_WAY": "submitted changes_requested eligible ineligible in_review reviewed recommended waitlisted"
    " in_reconsideration",
    "LEFT": "withdrawn cancelled",
    "VALID": "submitted changes_requested eligible ineligible in_review reviewed recommended approved invited declined"
    " waitlisted in_reconsideration",
    "IN_SCREENING": "submitted changes_requested",
    "MARKABLE": "submitted changes_requested eligible in_review reviewed",
    "TO_REVIEW": "submitted changes_requested eligible in_review",
    "HIDES_SCORES": "submitted changes_requested eligible ineligible in_review",
    "TAKES_REVIEWERS": "eligible in_review",
    "WITH_PANEL": "eligible in_review reviewed",
    "RANKED": "reviewed waitlisted",
    "ON_HOME": "draft being_assessed changes_requested in_reconsideration",
    "TOLD_AS_THEY_ARE": "draft changes_requested in_reconsideration withdrawn cancelled",
    "TOLD_UNDER_WAY": "being_assessed changes_requested waitlisted in_reconsideration",
    "FUNDED": "approved partial",
    "OFFERED": "approved partial waitlisted declined",
    "BELOW_PASS": "declined",
    "COLUMNS": "being_assessed changes_requested approved waitlisted declined invited in_reconsideration"
    " withdrawn cancelled",
}


def rows(table):
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()[1:]]


@pytest.mark.parametrize("told", rows(TABLE), ids=lambda told: told[0])
def test_state_of_a_file_means_what_the_table_says(told):
    state = ApplicationState(told[0])
    row = dict(vars(state.row))
    with override("en"):
        assert str(row.pop("awaits")) == AWAITED.get(told[0], "")
    span = row.pop("span")
    names = [row.pop("tag").value, row.pop("course").name, span.name if span is not None else ""]
    assert [state.value, *names, row.pop("told").name, row.pop("told_as").value] == told
    assert row == {question: question in YES[told[0]] for question in ASKED}


@pytest.mark.parametrize("told", rows(PUBLIC), ids=lambda told: told[0])
def test_public_state_looks_as_the_table_says(told):
    row = PublicState(told[0]).row
    column = "" if row.column is None else str(row.column)
    under_way, on_home = ("yes" if answer else "" for answer in (row.is_under_way, row.is_on_home))
    assert [row.tag.value, row.partner_tag.value, column, under_way, on_home] == told[1:]
    assert set(vars(row)) == {"tag", "partner_tag", "column", "is_under_way", "is_on_home"}


def test_tables_name_every_state_in_order():
    assert [state for state, *_answers in rows(TABLE)] == ApplicationState.values == list(YES)
    assert [state for state, *_answers in rows(PUBLIC)] == PublicState.values
    assert [outcome for outcome, *_answers in rows(OUTCOMES)] == Outcome.values


@pytest.mark.parametrize("told", rows(OUTCOMES), ids=lambda told: told[0])
def test_outcome_means_what_the_table_says(told):
    row = Outcome(told[0]).row
    said = [row.is_funded, row.needs_pass, row.is_offered]
    assert said == [answer == "yes" for answer in told[1:]]
    assert set(vars(row)) == {"is_funded", "needs_pass", "is_offered"}


@pytest.mark.parametrize("name", GROUPS)
def test_group_is_read_from_the_rows(name):
    assert [str(state) for state in getattr(states, name)] == GROUPS[name].split()


AS_THEY_ARE = {"draft", "changes_requested", "in_reconsideration", "withdrawn", "cancelled"}


@pytest.mark.parametrize("last_told", ["", "waitlisted", "declined", "in_reconsideration"])
@pytest.mark.parametrize("state", ApplicationState)
def test_outsider_reads_what_was_last_told_until_the_next_letter(state, last_told):
    told = state.value if state.value in AS_THEY_ARE else last_told or "being_assessed"
    assert public_state(state, last_told) == told
    closed = PublicState.CLOSED if state == ApplicationState.DRAFT else told
    assert public_state(state, last_told, closed=True) == closed


def test_columns_of_the_pipeline_are_numbered_once():
    columns = [state.row.column for state in PublicState if state.row.column is not None]
    assert sorted(columns) == list(range(1, len(columns) + 1))
