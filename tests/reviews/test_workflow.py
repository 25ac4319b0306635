"""The life of an assignment: every state, every person, every move."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from audit.actors import CLOCK
from moves.machine import declared, move
from moves.refusals import Forbidden, WrongMoment
from reviews.models import Assignment
from reviews.states import AssignmentState
from tests.reviews.files import file_in_review, of

pytestmark = pytest.mark.django_db

# Ana holds the assignment; Ben reviews the same file. Every question of the moment is answered well.
MATRIX = """
move    | from                         | who
accept  | offered                      | ana
decline | offered, accepted            | ana
recuse  | offered, accepted, submitted | ana, officer, chair
submit  | accepted                     | ana
reopen  | submitted                    | chair
cancel  | offered, accepted            | officer
"""
PEOPLE = (
    "ana",
    "ben",
    "dev",
    "chloe",
    "officer",
    "chair",
    "screener",
    "approver",
    "auditor",
    "administrator",
    "sophie",
)
GIVEN = {"undertaking": True, "unscored": [], "without_comment": []}


def rows():
    lines = [line.split("|") for line in MATRIX.strip().splitlines()[1:]]
    return [(a.strip(), {s.strip() for s in b.split(",")}, {w.strip() for w in c.split(",")}) for a, b, c in lines]


def test_the_matrix_names_every_move():
    assert {name for name, _sources, _who in rows()} == {name for name, _steps in declared(Assignment)}


@pytest.mark.parametrize(("name", "sources", "who"), rows())
def test_who_may_make_the_move_and_from_where(cast, programme, clock_at, name, sources, who):
    application = file_in_review(cast, programme)
    assignment = of(application, cast.ana)
    clock_at(datetime(2026, 10, 6, 14, tzinfo=UTC))
    found, expected = {}, {}
    for state in AssignmentState.values:
        for person in (*PEOPLE, "clock"):
            by = CLOCK if person == "clock" else getattr(cast, person)
            found[state, person] = outcome(assignment, name, state, by)
            expected[state, person] = "ok" if person in who and state in sources else "409" if person in who else "403"
    assert found == expected


def outcome(assignment, name, state, by):
    """What the move answers from `state`; nothing of it stays."""
    given = GIVEN | {"answer": "conflict" if name == "recuse" else "none"}
    point = transaction.savepoint()
    try:
        Assignment.objects.filter(pk=assignment.pk).update(state=state)
        move(assignment, name, by=by, given=given, note="Parce que.")
    except Forbidden:
        return "403"
    except WrongMoment:
        return "409"
    else:
        return "ok"
    finally:
        transaction.savepoint_rollback(point)


@pytest.mark.parametrize(
    ("name", "source", "lacking", "code"),
    [
        ("accept", "offered", {"answer": "unsure"}, "interests"),
        ("accept", "offered", {"undertaking": False}, "undertaking"),
        ("submit", "accepted", {"unscored": ["team_capacity"]}, "unscored"),
        ("submit", "accepted", {"without_comment": ["team_capacity"]}, "comment"),
        ("recuse", "accepted", {"answer": "none"}, "conflict"),
        ("decline", "accepted", {"note": ""}, "reason"),
    ],
)
def test_what_is_missing_is_said(cast, programme, name, source, lacking, code):
    assignment = of(file_in_review(cast, programme), cast.ana)
    Assignment.objects.filter(pk=assignment.pk).update(state=source)
    given = GIVEN | {"answer": "conflict" if name == "recuse" else "none"} | lacking
    note = given.pop("note", "Parce que.")
    with pytest.raises(WrongMoment) as stopped:
        move(assignment, name, by=cast.ana, given=given, note=note)
    assert {refusal.code for refusal in stopped.value.refusals} == {code}
