"""Whose turn it is while a file is with its panel, and what closes its review: each page says the same."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from applications.models import Application
from applications.states import ApplicationState
from audit.models import Entry
from desk.selectors.file import awaited
from moves.refusals import Forbidden
from moves.services import declare_standing
from programs.models import Appointment
from reviews.models import Assignment, Declaration
from reviews.selectors import panel_reviews, review_turns, work_for
from reviews.selectors.panel import complete_among
from reviews.selectors.turns import _seats_of
from reviews.services import (
    assign_reviewer,
    close_review,
    declare_interests,
    recuse_reviewer,
    reopen_file,
    reopen_review,
    rule_on_declaration,
)
from tests.decisions.files import submitted_row
from tests.files import another, with_rules
from tests.mutants import proves
from tests.reviews.files import accept, file_in_review, fresh, of, reviewed_file, score
from work import clock

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 10, 6, 14, tzinfo=UTC)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def in_october(clock_at):
    clock_at(NOW)


def lines(user):
    with override("en"):
        return [(str(one.what), one.link.url_name, str(one.waits_for)) for one in work_for(user)]


def whom(file):
    with override("en"):
        return str(awaited(fresh(file)).who)


NARROWER = dict.fromkeys(
    ("without `application__in=found`", "without `application__in=sides`"), "what is found is looked up by its file"
)

# What closes a review


def test_review_that_a_ruling_counts_again_completes_the_quorum_and_closes_the_review(cast, programme):
    """Ana scored, then doubted; Ben and Dev scored. Until the chair rules, the file waits for her alone."""
    file = file_in_review(cast, programme)
    score(of(file, cast.ana), 4)
    doubt = declare_interests(file, by=cast.ana, answer="unsure")
    assert fresh(file).score is None
    for person in (cast.ben, cast.dev):
        score(of(file, person), 3)
    assert (fresh(file).state, fresh(file).score) == ("in_review", 60)
    assert lines(cast.officer) == [("In review", "review-file", "the committee's chair")]
    assert lines(cast.chair) == [("Rule on a doubt about interests", "review-file", "")]
    assert whom(file) == "the committee's chair"

    rule_on_declaration(doubt, by=cast.chair, clear=True, ruling="Sa sœur a quitté l’entreprise.")
    file, reviews = fresh(file), panel_reviews(fresh(file))
    assert (file.state, reviews.counted, reviews.needed, file.score) == ("reviewed", 3, 3, reviews.mean)
    closed = Entry.objects.get(verb="application.complete_review")
    assert closed.actor_id == cast.chair.pk
    assert lines(cast.chair) == [("Recommend", "review-recommend", "")]
    assert lines(cast.officer) == [("Reviewed", "review-file", "the committee's chair")]
    assert whom(file) == "the committee's chair"


def test_ruling_that_leaves_the_review_out_closes_nothing_and_the_seat_is_empty(cast, programme):
    file = file_in_review(cast, programme)
    for person in (cast.ana, cast.ben):
        score(of(file, person), 4)
    doubt = declare_interests(file, by=cast.ana, answer="unsure")
    score(of(file, cast.dev), 4)
    rule_on_declaration(doubt, by=cast.chair, clear=False, ruling="Elle y siège.")
    assert fresh(file).state == "in_review"
    assert lines(cast.officer) == [("Assign another reviewer: a seat is empty", "review-file", "")]
    assert fresh(file).due is not None
    assert [line.due for line in work_for(cast.officer)] == [None]  # what its file is due by says nothing of the seat
    assert whom(file) == "the programme officer"
    assert lines(cast.chair) == []


def test_file_reopened_with_its_quorum_waits_for_another_review_or_for_whoever_closes_it(cast, programme, client):
    """It does not close itself: the chair wants more reviews. The page says what ends it."""
    file = reviewed_file(cast, programme)
    reopen_file(file, by=cast.chair, reason="Un avis du métier manque.")
    said = "Toutes les évaluations que demande la règle du comité sont reçues."

    def page(person):
        client.force_login(person)
        return client.get(reverse("review-file", args=[file.reference])).content.decode()

    assert (fresh(file).state, panel_reviews(fresh(file)).complete) == ("in_review", True)
    assert lines(cast.officer) == [("Close the review, or assign another reviewer", "review-file", "")]
    assert whom(file) == "the programme officer"
    for person in (cast.officer, cast.chair):
        assert said in page(person)
        assert "Clore l’évaluation" in page(person)

    assign_reviewer(fresh(file), cast.chloe, by=cast.officer)
    accept(file, cast.chloe)
    assert lines(cast.officer) == [("In review", "review-file", "the reviewers")]
    assert whom(file) == "the reviewers"
    assert said in page(cast.officer)
    score(of(file, cast.chloe), 4)
    assert fresh(file).state == "reviewed"

    reopen_review(of(file, cast.chloe), by=cast.chair, reason="À préciser.")
    assert (fresh(file).state, panel_reviews(fresh(file)).complete) == ("in_review", True)
    with pytest.raises(Forbidden):
        close_review(fresh(file), by=cast.ana)
    assert close_review(fresh(file), by=cast.chair).state == "reviewed"
    assert said not in page(cast.officer)


def test_reviewed_file_that_lost_its_quorum_waits_for_the_chair_to_reopen_it(cast, programme):
    file = reviewed_file(cast, programme)
    recuse_reviewer(of(file, cast.dev), by=cast.officer, note="Il y a siégé.")
    assert lines(cast.chair) == [("Reopen the review: one that counted no longer does", "review-file", "")]
    assert lines(cast.officer) == [("Reviewed", "review-file", "the committee's chair")]


def test_reviewed_file_waits_for_its_cohort_then_for_the_chair(cast, programme):
    """Where files are compared within their cohort: on the chair's home from the instant when it takes no more."""
    file = reviewed_file(cast, programme)
    Application.objects.filter(pk=file.pk).update(cohort_closes_at=NOW)
    with clock.at(file.call.grace_ends(NOW) - TICK):
        assert whom(file) == "the closing of its cohort"
        assert lines(cast.chair) == []
        assert lines(cast.officer) == [("Reviewed", "review-file", "the closing of its cohort")]
        with_rules(file.call, ranking={"within_cohort": False})
        assert whom(file) == "the committee's chair"
        with_rules(file.call, ranking={"within_cohort": True})
    with clock.at(file.call.grace_ends(NOW)):
        assert whom(file) == "the committee's chair"
        assert lines(cast.chair) == [("Recommend", "review-recommend", "")]


# Whose turn it is


@pytest.fixture
def give(cast):
    def make(file, name, state="accepted", **columns):
        person = getattr(cast, name)
        seat = "industry" if name == "dev" else "cluster"
        return Assignment.objects.create(
            application=file, reviewer=person, assigned_by=cast.officer, state=state, seat=seat, due=NOW + DAY,
            total=60 if state == "submitted" else None, **columns,
        )  # fmt: skip

    return make


@proves(_seats_of, complete_among, moot=NARROWER)
def test_turn_is_told_of_each_file_by_its_seats_and_by_the_reviews_that_count(
    cast, programme, give, django_assert_num_queries
):
    """Two of the cluster and one of the industry are asked for."""
    first = submitted_row(cast, programme)
    Appointment.objects.filter(user=cast.ben).update(ends_on=clock.today() - DAY)
    panels = {
        "assign": ("eligible", {"ana": "offered", "dev": "declined"}),
        "start": ("eligible", {"ana": "offered", "chloe": "accepted", "dev": "offered"}),
        "review": ("in_review", {"ana": "submitted", "chloe": "accepted", "dev": "accepted"}),
        "replace": ("in_review", {"ana": "submitted", "ben": "accepted", "dev": "accepted"}),
        "replace ": ("in_review", {"ana": "submitted", "chloe": "accepted", "dev": "recused"}),
        "close": ("in_review", {"ana": "submitted", "chloe": "submitted", "dev": "submitted", "ben": "cancelled"}),
        "review ": ("in_review", {"ana": "submitted", "chloe": "submitted", "dev": "submitted", "auditor": "accepted"}),
        "rule": ("in_review", {"ana": "submitted", "chloe": "unsure", "dev": "submitted"}),
        "recommend": ("reviewed", {"ana": "submitted", "ben": "submitted", "dev": "submitted"}),
        "cohort": ("reviewed", {"ana": "submitted", "ben": "submitted", "dev": "submitted"}),
        "rule ": ("reviewed", {"ana": "submitted", "chloe": "unsure", "dev": "submitted"}),
        "reopen": ("reviewed", {"ana": "cleared", "chloe": "recused", "dev": "submitted"}),
    }
    Appointment.objects.create(
        user=cast.auditor, program=programme, cluster=programme.cluster, role="reviewer", seat="cluster"
    )
    made = {}
    for turn, (state, panel) in panels.items():
        closing = clock.now() + DAY if turn == "cohort" else first.cohort_closes_at
        file = made[turn] = another(first, state=state, cohort_closes_at=closing)
        for name, at in panel.items():
            give(file, name, "submitted" if at in ("unsure", "cleared") else at)
            if at in ("unsure", "cleared"):
                ruled = cast.chair if at == "cleared" else None
                doubt = {"application": file, "user": getattr(cast, name), "answer": "unsure", "ruled_by": ruled}
                Declaration.objects.create(**doubt)
                declare_standing(file.pk, user=doubt["user"], standing="clear" if ruled else "unsure")
        # Neither a first panel's review nor the doubt of somebody who gave none changes anything.
        give(file, "chair", "submitted", set_aside_at=NOW)
        Declaration.objects.create(application=file, user=cast.chair, answer="unsure")
    others = [another(first, state=state) for state in ApplicationState if not state.row.is_with_panel]
    files = [Application.objects.select_related("call").get(pk=one.pk) for one in (*made.values(), *others)]
    with django_assert_num_queries(8):
        found = review_turns(files)
    assert {turn: str(found.pop(file.pk)) for turn, file in made.items()} == {turn: turn.strip() for turn in made}
    assert found == {}
    assert review_turns(files[-1:]) == {}
    assert review_turns([]) == {}
