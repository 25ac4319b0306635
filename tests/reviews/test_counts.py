"""Which reviews of a file count, and what they come to: one value for page, ranking, move, evidence and letter."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.models import Application
from audit.actors import CLOCK
from decisions.models import Decision
from decisions.subjects import subject_of
from letters import fields
from moves.refusals import WrongMoment
from moves.services import declare_standing
from moves.states import StandingState
from programs.policy import PanelRules
from programs.roles import Seat
from programs.selectors import rubric_of
from reviews.checks import quorum_lines
from reviews.models import Assignment, Declaration, Score
from reviews.querysets import AssignmentQuerySet
from reviews.selectors import panel_reviews, ranking, reviews_of
from reviews.services import declare_interests, recommend, rule_on_declaration
from reviews.services.scores import after_what_counts_changed
from reviews.states import AssignmentState
from tests.decisions.files import submitted_row
from tests.files import another
from tests.mutants import proves
from tests.reviews.files import fresh, of, reviewed_file

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 10, 6, 14, tzinfo=UTC)
DAY = timedelta(days=1)
D = Decimal
SIDES = ("cluster", "cluster", "industry")


@pytest.fixture(autouse=True)
def in_october(clock_at):
    clock_at(NOW)


@pytest.fixture
def file(cast, programme):
    made = submitted_row(cast, programme)
    Application.objects.filter(pk=made.pk).update(state="reviewed")
    return Application.objects.get(pk=made.pk)


@pytest.fixture
def give(cast):
    def make(file, person, state="submitted", total="60", **columns):
        return Assignment.objects.create(
            application=file, reviewer=person, assigned_by=cast.officer, state=AssignmentState(state), due=NOW + DAY,
            total=total and D(total), **{"seat": "cluster", "submitted_at": NOW} | columns,
        )  # fmt: skip

    return make


@pytest.mark.parametrize(("new", "mean"), [("60", D("60.0000")), ("100", D("100.0000"))])
def test_file_given_to_a_new_panel_has_the_score_of_that_panel_everywhere(cast, file, give, client, new, mean):
    """49, 47 and 53 by the first one: no score nor rank before the second gives its own, then these alone."""
    first, second = (cast.ana, cast.ben, cast.chloe), (cast.dev, cast.screener, cast.endorser)
    for person, total, seat in zip(first, ("49", "47", "53"), SIDES, strict=True):
        give(file, person, total=total, seat=seat, set_aside_at=NOW, feedback="Du premier comité.")
    give(file, cast.approver, total="1", state="recused", feedback="D’une personne récusée.")
    client.force_login(cast.officer)
    address = reverse("review-file", args=[file.reference])

    after_what_counts_changed(file, by=CLOCK, came=False)
    none, page = ranking(file.call).of(file), client.get(address)
    assert (none.reviews.totals, none.reviews.mean, none.placed.rank, fresh(file).score) == ((), None, None, None)
    assert (none.reviews.missed, none.reviews.passes, none.reviews.complete) == ((), False, False)
    assert "Aucune évaluation ne compte" in page.content.decode()

    for person, seat in zip(second, SIDES, strict=True):
        review = give(file, person, total=new, seat=seat, feedback="Du nouveau comité.")
        for criterion in rubric_of(file.call).criteria:
            review.scores.create(criterion=criterion.key, point=str(int(new) // 20), comment="Lu.")
    after_what_counts_changed(file, by=CLOCK, came=False)
    found, page = ranking(file.call).of(file), client.get(address).context["reviews"]
    assert found.reviews == page == panel_reviews(file)
    assert (found.reviews.mean, found.reviews.spread, found.placed.rank, fresh(file).score) == (mean, 0, 1, mean)
    assert (found.reviews.passes, found.reviews.complete, found.reviews.lacks) == (True, True, ())

    declare_interests(file, by=cast.chair, answer="none")
    made = recommend(file, by=cast.chair, outcome="declined", reasons_fr="Non.", reasons_en="No.")
    made.refresh_from_db()
    (kept,) = made.evidence.files
    assert kept.said.reviews == tuple(of(file, person).public_id for person in second)
    assert (kept.said.totals, kept.said.mean, kept.said.spread) == ((D(new),) * 3, mean, D(0))
    subject = subject_of(Decision.objects.get(application=file))
    told = fields.values_of(subject, ["score", "feedback", "reasons"], "fr")
    assert (told["score"], told["feedback"]) == (new, f"<ul>{'<li>Du nouveau comité.</li>' * 3}</ul>")
    assert f">{new}<" in told["reasons"]


@proves(
    AssignmentQuerySet.counted,
    AssignmentQuerySet.submitted,
    reviews_of,
    moot={"without `application__in": "each file takes its own reviews; the condition spares reading those of others"},
)
def test_reviews_that_count_are_submitted_by_the_panel_that_has_the_file(cast, file, give):
    """One of each that does not: set aside, recused, declined, cancelled, offered, begun, of no total, of a person whom
    a doubt or a conflict closes the file to; and one of another file."""
    second, first = give(file, cast.ben, submitted_at=NOW), give(file, cast.ana, submitted_at=NOW - DAY)
    third = give(file, cast.approver, submitted_at=NOW)
    Assignment.objects.filter(pk=second.pk).update(updated_at=NOW)  # a rewritten row lies last in its table
    give(another(file), cast.dev)
    give(file, cast.dev, set_aside_at=NOW)
    for state in ("recused", "declined", "cancelled", "offered", "accepted"):
        give(file, cast.chloe, state, submitted_at=NOW)
        Assignment.objects.filter(reviewer=cast.chloe).update(state="cancelled")
    give(file, cast.chloe, "accepted", submitted_at=NOW)
    give(file, cast.officer, total=None)
    for person, standing in ((cast.screener, StandingState.UNSURE), (cast.endorser, StandingState.CONFLICT)):
        give(file, person)
        declare_standing(file.pk, user=person, standing=standing)
    declare_standing(file.pk, user=cast.ana, standing=StandingState.UNSURE)
    declare_standing(file.pk, user=cast.ana, standing=StandingState.CLEAR)
    declare_standing(another(file).pk, user=cast.ben, standing=StandingState.UNSURE)
    assert set(file.assignments.counted()) == {first, second, third}
    found = panel_reviews(file)
    assert [review.public_id for review in found.reviews] == [one.public_id for one in (first, second, third)]
    assert (found.counted, found.needed) == (2, 3)
    assert set(file.assignments.submitted().values_list("reviewer", flat=True)) == {
        one.pk for one in (cast.ben, cast.ana, cast.approver, cast.dev, cast.officer, cast.screener, cast.endorser)
    }
    assert [(line.seat, line.have, line.needed) for line in found.lacks] == [("industry", 0, 1)]


def test_value_of_many_files_is_that_of_each_and_asks_as_much_as_of_one(cast, file, give, django_assert_num_queries):
    files = [file, *(another(file) for _ in range(3))]
    for place, one in enumerate(files[:3]):
        for person in (cast.ana, cast.ben):
            review = give(one, person, total=str(50 + 10 * place))
            Score.objects.create(assignment=review, criterion="strategic_fit", point=str(place + 2), comment="Lu.")
    with CaptureQueriesContext(connection) as one_file:
        reviews_of([Application.objects.get(pk=files[0].pk)])
    many = list(Application.objects.filter(pk__in=[one.pk for one in files]).order_by("id"))
    with django_assert_num_queries(len(one_file) - 1):  # the file itself
        found = reviews_of(many)
    assert [found[one.pk].mean for one in files] == [50, 60, 70, None]
    assert [found[one.pk].means for one in files[:3]] == [{"strategic_fit": D(40 + 20 * n)} for n in range(3)]
    assert found == {one.pk: panel_reviews(one) for one in files}


def test_review_of_a_person_in_doubt_counts_again_once_the_chair_says_so(cast, programme):
    """5, 4 and 2: without the first the mean is 60 and the quorum is lost, for the page, the row and the chair."""
    application = reviewed_file(cast, programme, scores=(5, 4, 2))
    application.organisation.memberships.create(user=cast.dev, role="member")  # since: what they gave before stands
    declare_interests(application, by=cast.ana, answer="unsure", note="Un cousin y travaille.")
    assert fresh(application).score == panel_reviews(fresh(application)).mean == D("60.0000")
    declare_interests(application, by=cast.chair, answer="none")
    with pytest.raises(WrongMoment) as stopped:
        recommend(application, by=cast.chair, outcome="declined", reasons_fr="Non.", discussion="Oui.")
    assert [refusal.code for refusal in stopped.value.refusals] == ["quorum"]
    (doubt,) = Declaration.objects.to_rule_on()
    rule_on_declaration(doubt, by=cast.chair, clear=True, ruling="Un cousin éloigné.")
    assert fresh(application).score == panel_reviews(fresh(application)).mean == D("73.3333")


def test_page_says_which_review_is_in_and_left_out(cast, programme, client):
    application = reviewed_file(cast, programme)
    declare_interests(application, by=cast.ana, answer="unsure", note="Un cousin y travaille.")
    client.force_login(cast.officer)
    page = client.get(reverse("review-file", args=[application.reference]))
    assert {one.assignment.reviewer: one.left_out for one in page.context["assignments"]} == {
        cast.ana: True, cast.ben: False, cast.dev: False
    }  # fmt: skip
    assert page.content.decode().count("ne compte pas\xa0: un doute") == 1


C, N, F = Seat.CLUSTER, Seat.INDUSTRY, Seat.INDEPENDENT


@pytest.mark.parametrize(
    ("reviewers", "sides", "quorum", "seats", "lines"),
    [
        (0, {}, None, [], [("", 1, 0)]),
        (3, {}, None, [C, C], [("", 3, 2)]),
        (3, {C: 2, N: 1}, None, [C, C, C], [("cluster", 2, 2), ("industry", 1, 0)]),
        (4, {C: 2, N: 1}, None, [C, C, C, N], [("cluster", 2, 2), ("industry", 1, 1), ("", 1, 1)]),
        (3, {C: 2, N: 1}, 2, [C, N], [("cluster", 1, 1), ("industry", 1, 1)]),
        (3, {C: 2, N: 1}, 2, [C, C], [("cluster", 1, 1), ("industry", 1, 0)]),
        (5, {C: 2, N: 1}, 3, [C, N], [("cluster", 1, 1), ("industry", 1, 1), ("", 1, 0)]),
        (5, {C: 2, N: 1}, 3, [C, N, F], [("cluster", 1, 1), ("industry", 1, 1), ("", 1, 1)]),
        (5, {}, 3, [F, F, F, F], [("", 3, 3)]),
    ],
)
def test_quorum_is_every_review_asked_or_as_many_as_the_rule_says_with_one_of_each_side(
    reviewers, sides, quorum, seats, lines
):
    found = quorum_lines(PanelRules(reviewers=reviewers, seats=sides, quorum=quorum), [str(seat) for seat in seats])
    assert [(line.seat, line.needed, line.have) for line in found] == lines
