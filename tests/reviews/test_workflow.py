"""The life of an assignment: every state, every person, every move."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import transaction

from audit.actors import CLOCK
from moves.machine import move
from moves.refusals import Forbidden, WrongMoment
from moves.registry import declared
from moves.transitions import Facts, Input, Reason
from reviews.models import Assignment
from reviews.rules import Declared, Review, Undertaken
from reviews.states import Answer, AssignmentState
from tests.facts import known
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
GIVEN = {
    "accept": Declared(Answer.NONE),
    "decline": Reason("Parce que."),
    "recuse": Declared(Answer.CONFLICT, "Parce que."),
    "reopen": Reason("Parce que."),
}
WELL = {
    Assignment.accept: Undertaken(signed=True),
    Assignment.submit: Review(unscored=(), without_comment=(), scores={}, total=None),
}


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
            with known(WELL):
                found[state, person] = outcome(assignment, name, state, by)
            expected[state, person] = "ok" if person in who and state in sources else "409" if person in who else "403"
    assert found == expected


def outcome(assignment, name, state, by):
    """What the move answers from `state`; nothing of it stays."""
    point = transaction.savepoint()
    try:
        Assignment.objects.filter(pk=assignment.pk).update(state=state)
        move(assignment, getattr(Assignment, name), by=by, given=GIVEN.get(name))
    except Forbidden:
        return "403"
    except WrongMoment:
        return "409"
    else:
        return "ok"
    finally:
        transaction.savepoint_rollback(point)


@pytest.mark.parametrize(
    ("step", "source", "lacking", "code"),
    [
        (Assignment.accept, "offered", Declared(Answer.UNSURE), "interests"),
        (Assignment.accept, "offered", Undertaken(signed=False), "undertaking"),
        (Assignment.submit, "accepted", replace(WELL[Assignment.submit], unscored=("team_capacity",)), "unscored"),
        (Assignment.submit, "accepted", replace(WELL[Assignment.submit], without_comment=("rigour",)), "comment"),
        (Assignment.recuse, "accepted", Declared(Answer.NONE), "conflict"),
        (Assignment.decline, "accepted", Reason(""), "reason"),
    ],
)
def test_what_is_missing_is_said(cast, programme, step, source, lacking, code):
    assignment = of(file_in_review(cast, programme), cast.ana)
    Assignment.objects.filter(pk=assignment.pk).update(state=source)
    given = lacking if isinstance(lacking, Input) else GIVEN.get(step.__name__)
    facts = WELL | ({step: lacking} if isinstance(lacking, Facts) else {})
    with known(facts), pytest.raises(WrongMoment) as stopped:
        move(assignment, step, by=cast.ana, given=given)
    assert {refusal.code for refusal in stopped.value.refusals} == {code}
