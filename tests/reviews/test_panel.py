"""A file's panel as its page shows it: who has the file, why others left, what the reviews say; lines of a ranking."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection
from django.urls import reverse

from applications.models import Application
from audit.models import Erasable
from audit.services import record
from programs.selectors import rubric_of
from reviews import checks, selectors
from reviews.models import Assignment
from reviews.services import decline_assignment, recuse_reviewer, sign_undertaking
from reviews.states import AssignmentState
from reviews.views.evidence import evidence_for
from tests.decisions.files import submitted_row
from tests.files import another, another_call
from tests.mutants import proves
from tests.reviews.files import assigned_file, of, reviewed_file
from work import clock

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 10, 6, 14, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_october(clock_at):
    clock_at(NOW)


def test_reviews_set_aside_are_with_those_who_no_longer_have_the_file(cast, programme, client):
    file = submitted_row(cast, programme)
    Application.objects.filter(pk=file.pk).update(state="reviewed")
    columns = {"application": file, "assigned_by": cast.officer, "due": NOW + timedelta(days=1), "seat": "cluster"}
    before = Assignment.objects.create(
        reviewer=cast.ana, state=AssignmentState.SUBMITTED, set_aside_at=NOW, total=50, **columns
    )
    now = Assignment.objects.create(reviewer=cast.ben, state=AssignmentState.SUBMITTED, total=60, **columns)
    client.force_login(cast.officer)
    page = client.get(reverse("review-file", args=[file.reference])).context
    assert ([one.assignment for one in page["assignments"]], [one for one, _note in page["gone"]]) == ([now], [before])
    for one in (before, now):
        assert one.is_live == Assignment.objects.live().filter(pk=one.pk).exists()


@proves(selectors.notes_of)
def test_note_of_an_assignment_is_its_latest_reason_unless_it_was_erased(cast, programme):
    file = assigned_file(cast, programme)
    left = [of(file, person) for person in (cast.ana, cast.ben, cast.dev)]
    decline_assignment(left[0], by=cast.ana, reason="En congé.")
    recuse_reviewer(left[1], by=cast.officer, note="Son frère y travaille.")
    assert selectors.notes_of(left) == {left[0].pk: "En congé.", left[1].pk: "Son frère y travaille."}
    assert selectors.notes_of(left[:1]) == {left[0].pk: "En congé."}
    with connection.cursor() as cursor:  # the last of its table: the order is not that of the rows
        cursor.execute("SET LOCAL session_replication_role = replica")
        record(left[1], "assignment.recuse", by=cast.officer, note="Son beau-frère y travaille.")
        cursor.execute("UPDATE audit_erasable SET value = value WHERE value = 'Son frère y travaille.'")
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    record(left[1], "assignment.recuse", by=cast.officer, personal={"ruling": "Un autre texte."})
    record(SimpleNamespace(subject="decision", pk=left[1].pk, application_id=file.pk), "x", by=cast.chair, note="Non.")
    later = {left[0].pk: "En congé.", left[1].pk: "Son beau-frère y travaille."}
    assert selectors.notes_of(left) == later
    Erasable.objects.filter(value="En congé.").update(value="", salt="", erased_at=clock.now())
    assert selectors.notes_of(left) == {left[1].pk: "Son beau-frère y travaille."}


def test_means_of_criteria_are_in_the_order_of_the_rubric_and_say_which_is_missed(cast, programme):
    file = reviewed_file(cast, programme, scores=((4, 1, 5, 4, 2),) * 3)
    rubric = rubric_of(file.call)
    found = selectors.criterion_means(rubric, selectors.panel_reviews(file))
    assert [one.name for one in found] == [str(one.name) for one in rubric.criteria]
    assert [one.mean for one in found] == [Decimal(80), Decimal(20), Decimal(100), Decimal(80), Decimal(40)]
    assert [one.minimum for one in found] == [one.minimum_points for one in rubric.criteria]
    assert [one.missed for one in found] == [one.minimum is not None and one.mean < one.minimum for one in found]
    assert any(one.missed for one in found)


@proves(checks.has_signed)
def test_undertaking_is_signed_by_one_person_for_one_call(cast, programme):
    call = submitted_row(cast, programme).call
    sign_undertaking(call, by=cast.ana)
    assert [checks.has_signed(call, person) for person in (cast.ana, cast.ben)] == [True, False]
    assert not checks.has_signed(another_call(call), cast.ana)


def test_lines_of_a_ranking_fall_under_the_last_file_reached_and_the_last_that_passes(
    cast, programme, client, monkeypatch
):
    """Four files: the money reaches one, two pass and are out of reach, one does not pass."""
    first = reviewed_file(cast, programme, scores=(5, 5, 5))
    for score in (90, 80, 40):
        one = another(first, state="reviewed", requested_amount=first.requested_amount)
        for given in first.assignments.order_by("id"):
            another_review(given, one, total=score)
    envelopes = len(selectors.open_envelopes(first.call))
    one_and_a_half = first.requested_amount * Decimal("1.5") / envelopes
    monkeypatch.setattr(
        import_module("reviews.selectors.ranking"), "available", lambda _envelope, held_percent: one_and_a_half
    )
    client.force_login(cast.chair)
    rows = client.get(reverse("review-ranking", args=[first.call.public_id])).context["rows"]
    assert [row.line_under for row in rows] == [True, False, False, False]
    assert [row.pass_under for row in rows] == [False, False, True, False]


def another_review(given, file, **columns):
    review = Assignment.objects.create(
        application=file, reviewer=given.reviewer, assigned_by=given.assigned_by, seat=given.seat,
        state=AssignmentState.SUBMITTED, due=given.due, submitted_at=given.submitted_at, **columns,
    )  # fmt: skip
    for score in given.scores.all():
        review.scores.create(criterion=score.criterion, point=score.point, comment=score.comment)
    return review


def test_evidence_of_a_criterion_comes_in_its_own_order():
    def answer(key):
        return SimpleNamespace(key=key)

    sections = [
        SimpleNamespace(answers=[answer("a"), answer("b")]),
        SimpleNamespace(answers=[answer("c"), answer("d")]),
    ]
    found = evidence_for(SimpleNamespace(evidence=("d", "a", "absent")), sections)
    assert [one.key for one in found] == ["d", "a"]
