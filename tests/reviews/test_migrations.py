"""Panels and seats are made from who was given which file, with the rows in place, and taken away again."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from moves.models import DutyDone
from reviews.models import Assignment, Declaration, Interest, Panel, PanelSeat
from reviews.states import AssignmentState
from tests.decisions.files import submitted_row
from tests.files import another, another_call

T = datetime(2026, 10, 1, 14, tzinfo=UTC)
DAY = timedelta(days=1)


def migrate(targets=None):
    executor = MigrationExecutor(connection)
    executor.migrate(targets or executor.loader.graph.leaf_nodes())


@pytest.mark.slow
def test_panels_and_seats_are_those_of_who_was_given_which_file(committed_db, cast, programme):
    file = submitted_row(cast, programme)
    other, elsewhere = another(file), another(file, call=another_call(file.call))

    def give(one, person, at, seat="cluster", state="submitted", **columns):
        return Assignment.objects.create(
            application=one, reviewer=person, seat=seat, at=at, due=T, assigned_by=cast.officer,
            state=AssignmentState(state), **columns,
        )  # fmt: skip

    give(file, cast.ana, T, set_aside_at=T + 5 * DAY), give(file, cast.ben, T + DAY, state="recused")
    give(file, cast.dev, T + 6 * DAY, "industry"), give(file, cast.chloe, T + 5 * DAY)
    give(other, cast.ana, T - DAY), give(other, cast.dev, T + 9 * DAY, "industry", "accepted")
    give(elsewhere, cast.ben, T + 7 * DAY)
    migrate([("reviews", "0005_to_funding")])
    assert "reviews_panelseat" not in connection.introspection.table_names()
    assert Assignment.objects.count() == 7
    migrate()
    assert {(p.call_id, p.application_id, p.since, p.until) for p in Panel.objects.all()} == {
        (file.call_id, None, T - DAY, None),
        (file.call_id, file.pk, T + 5 * DAY, None),
        (elsewhere.call_id, None, T + 7 * DAY, None),
    }
    seats = PanelSeat.objects.select_related("panel", "person")
    assert {(s.panel.call_id, s.panel.application_id, s.person, s.sits_as, s.since, s.why_ended) for s in seats} == {
        (file.call_id, None, cast.ana, "cluster", T - DAY, ""),
        (file.call_id, None, cast.ben, "cluster", T + DAY, ""),
        (file.call_id, None, cast.dev, "industry", T + 9 * DAY, ""),
        (file.call_id, file.pk, cast.dev, "industry", T + 6 * DAY, ""),
        (file.call_id, file.pk, cast.chloe, "cluster", T + 5 * DAY, ""),
        (elsewhere.call_id, None, cast.ben, "cluster", T + 7 * DAY, ""),
    }


@pytest.mark.slow
def test_conflicts_on_record_touch_what_their_person_had_done_by_then(committed_db, cast, programme):
    """In order; not what came after, nor on another file, nor by another, nor what is no duty of the cluster's."""
    file = submitted_row(cast, programme)
    other = another(file)
    for one, person, duty, days in (
        (file, cast.chair, "screen", 2), (file, cast.chair, "score", 1), (file, cast.chair, "recommend", 4),
        (other, cast.chair, "endorse", 1), (file, cast.ana, "score", 1), (file, cast.officer, "prepare", 1),
    ):  # fmt: skip
        DutyDone.objects.create(application_id=one.pk, user_id=person.pk, duty=duty, at=T + days * DAY)

    def say(person, answer, days=3):
        return Declaration.objects.create(application=file, user=person, answer=answer, at=T + days * DAY).pk

    conflict, doubt, none, early, own = (
        say(cast.chair, "conflict"), say(cast.ana, "unsure"), say(cast.ana, "none", 5), say(cast.chair, "conflict", 0),
        say(cast.officer, "conflict"),
    )  # fmt: skip
    migrate([("reviews", "0007_sent_back")])
    assert Declaration.objects.count() == 5
    migrate()
    touches = dict(Declaration.objects.values_list("pk", "touches"))
    assert touches == {conflict: "score\nscreen", doubt: "score", none: "", early: "", own: ""}


@pytest.mark.slow
def test_facts_that_rulings_answered_say_names_as_they_are_compared_today(committed_db, cast, programme):
    """The name of an interest, wherever it is said; neither its NEQ, nor what is of no interest that is there."""
    file = submitted_row(cast, programme)
    interest = Interest.objects.create(
        user=cast.ana, kind="employer", organisation_name="Les Forges inc. f.a.s.r.s. Roy"
    )
    also = Interest.objects.create(user=cast.ana, kind="shareholding", organisation_name="La Cie Boréal")
    kept = [
        f"employer:{interest.pk}:2212345678",
        f"employer:{interest.pk}:applicant",
        f"family:{also.pk + 9}:lesforges",
        f"membership:{also.pk}:lesforges",
        "applicant_domain:roy.example:roy.example",
        "rival:4",
    ]

    def said(lines):
        declared = {"application": file, "user": cast.ana, "answer": "unsure", "recorded": "\n".join(lines)}
        return Declaration.objects.create(**declared).pk

    first = said([*kept, f"employer:{interest.pk}:lesforgesincfasrsroy", f"shareholding:{also.pk}:laciebor"])
    second, nothing = said([f"shareholding:{also.pk}:lacieboreal"]), said([])
    migrate([("reviews", "0010_seat_words")])
    migrate()
    recorded = dict(Declaration.objects.values_list("pk", "recorded"))
    names = [f"employer:{interest.pk}:forges", f"employer:{interest.pk}:roy", f"shareholding:{also.pk}:boreal"]
    assert recorded[first].splitlines() == [*kept, *names]
    assert (recorded[second], recorded[nothing]) == (names[2], "")
