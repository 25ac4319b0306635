"""The lists of reviews: what is in each, what is not, and in which order. One row of each kind that must not be there.

The rows are made as such: how a file comes to its state is told elsewhere.
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.db.models import Q
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts.models import ClusterAppointment, Membership, Organisation, User
from applications.models import Application
from applications.selectors.cohorts import (
    Competition,
    closed_in,
    cohort_it_competes_in,
    competition_of,
    recommended_in,
    to_review_in,
)
from applications.states import ApplicationState
from audit.actors import CLOCK
from builder.checks import money_to_award
from funding import ledger
from funding.access import entries_open_to
from funding.models import Agreement, Envelope, LedgerEntry
from funding.money import Cause
from funding.querysets import EnvelopeQuerySet
from moves.services import declare_standing
from programs.models import Appointment, ProgramFunding
from programs.selectors import rubric_of
from programs.services.people import appoint
from reviews.access import sees_scores
from reviews.checks import unfinished
from reviews.models import Assignment, Declaration, Score
from reviews.querysets import AssignmentQuerySet, DeclarationQuerySet, RecommendationQuerySet
from reviews.selectors import (
    held_for,
    left_in,
    open_envelopes,
    pace_of,
    panel_reviews,
    proposed_shares,
    queue_of,
    ranking,
    work_for,
)
from reviews.selectors.interests import interests_of
from reviews.selectors.queue import Queue, assignment_on, is_theirs, last_submitted, past_of
from reviews.selectors.ranking import _files_to_rank
from reviews.selectors.waiting import _work_of_panel
from reviews.services import sign_undertaking
from reviews.states import AssignmentState
from reviews.views.evidence import steps_of
from tests.decisions.files import other_programme, submitted_row
from tests.files import another, another_call, another_cluster, with_rules
from tests.mutants import proves
from work import clock

NARROWER = {"without `application__in=[": "what is found is looked up by its file"}
NOW = datetime(2026, 10, 6, 14, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def in_october(clock_at):
    clock_at(NOW)


@pytest.fixture
def file(cast, programme):
    """A file in review, of the call of the cast."""
    made = submitted_row(cast, programme)
    Application.objects.filter(pk=made.pk).update(state="in_review", due=NOW + 5 * DAY)
    return Application.objects.get(pk=made.pk)


@pytest.fixture
def foreign(file):
    """The same file in a call of another cluster."""
    return another(file, call=another_call(file.call, cluster=another_cluster()))


@pytest.fixture
def give(cast):
    """`give(file, person, state="offered", due=…)`: the file given to a reviewer, as a row."""

    def make(file, person, state="accepted", **columns):
        return Assignment.objects.create(
            application=file, reviewer=person, assigned_by=cast.officer, state=AssignmentState(state),
            **{"seat": "cluster", "due": NOW + DAY, "total": 60 if state == "submitted" else None} | columns,
        )  # fmt: skip

    return make


def told(user, **more):
    """What waits for a person: the act, and the page or the file that it is about."""
    with override("en"):
        return [(str(line.what), *line.link.args) for line in work_for(user, **more)]


def end_roles(user):
    yesterday = clock.today() - DAY
    Appointment.objects.filter(user=user).update(ends_on=yesterday)
    ClusterAppointment.objects.filter(user=user).update(ends_on=yesterday)


# ------------------------------------------------------------------ a reviewer's queue


@pytest.fixture
def queued(cast, file, give):
    """Ana's files, as they stand in her queue; and beside them one of each kind that is not in it."""
    for state in ("submitted", "declined", "recused", "cancelled"):
        give(another(file), cast.ana, state)
    give(another(file), cast.ben)
    skipped_last = give(another(file), cast.ana, due=NOW - 2 * DAY, skipped_at=NOW - DAY)
    third = give(another(file), cast.ana, "offered", due=NOW + 3 * DAY)
    first = give(another(file), cast.ana, due=NOW - DAY)
    skipped_first = give(another(file), cast.ana, due=NOW - DAY, skipped_at=NOW - 2 * DAY)
    second, same = (give(another(file), cast.ana, due=NOW + DAY) for _n in range(2))
    give(another(file), cast.ana, due=NOW, set_aside_at=NOW)  # with an earlier panel
    return [first, second, same, third, skipped_first, skipped_last]


@proves(queue_of, AssignmentQuerySet.waiting)
def test_queue_is_what_is_still_to_give_the_soonest_due_first_and_what_was_skipped_last(cast, queued):
    assert [one.assignment for one in queue_of(cast.ana).waiting] == queued
    assert [one.assignment for one in queue_of(cast.ana, limit=2).waiting] == queued[:2]


def test_home_of_a_reviewer_has_the_queue_in_its_order(cast, queued):
    acts = ["Review", "Review", "Review", "Declare your interests", "Review", "Review"]
    lines = [(act, one.public_id) for act, one in zip(acts, queued, strict=True)]
    assert told(cast.ana) == lines
    assert told(cast.ana, limit=1) == lines[:1]


@proves(Queue.next_open)
def test_next_file_is_an_open_one_whatever_closed_one_is_due_before_it(cast, file, give, client):
    client.force_login(cast.ana)
    here = give(another(file), cast.ana, due=NOW + DAY)
    unsure = give(another(file), cast.ana, due=NOW - DAY)
    declare_standing(unsure.application_id, user=cast.ana, standing="unsure")
    give(another(file), cast.ana, "offered", due=NOW - DAY), give(another(file, state="reviewed"), cast.ana)
    give(another(file), cast.ben, due=NOW - DAY)

    def after_skipping():
        return client.post(reverse("review-skip", args=[here.public_id])).url

    assert after_skipping() == reverse("review-queue")
    last = give(another(file), cast.ana, due=NOW + 9 * DAY)
    assert after_skipping() == reverse("review-score", args=[last.public_id])
    assert client.get(reverse("review-queue")).context["next"] == last
    assert queue_of(cast.ana).next_open(after=last) == here


@pytest.mark.parametrize("state", ApplicationState.values)
def test_file_of_the_queue_is_open_while_it_is_in_review_and_accepted(cast, file, give, state):
    Application.objects.filter(pk=file.pk).update(state=state)
    give(file, cast.ana), give(file, cast.ben, "offered"), give(file, cast.dev)
    declare_standing(file.pk, user=cast.dev, standing="unsure")
    found = {name: [one.open for one in queue_of(getattr(cast, name)).waiting] for name in ("ana", "ben", "dev")}
    assert found == {"ana": [state == "in_review"], "ben": [False], "dev": []}


@proves(queue_of, AssignmentQuerySet.untold)
def test_reviews_done_are_those_whose_file_was_told_of_nothing_since(cast, file, give):
    """Whatever was decided meanwhile. A second panel's, after the letter that is contested, count until the next."""
    given = {"state": "submitted", "submitted_at": NOW}
    done = [give(another(file), cast.ana, **given), give(another(file, last_told_at=NOW - DAY), cast.ana, **given)]
    give(another(file, last_told_at=NOW), cast.ana, **given)  # its letter was sent
    give(another(file), cast.ana, set_aside_at=NOW, **given), give(another(file), cast.ana)
    give(another(file), cast.ana, "recused"), give(another(file), cast.ben, **given)
    for state in ApplicationState.values:
        Application.objects.filter(assignments__in=done).update(state=state)
        assert queue_of(cast.ana).done == (0 if state in ("withdrawn", "cancelled") else 2), state
    Application.objects.filter(assignments__in=done).update(state="approved", last_told_at=NOW + DAY)
    assert queue_of(cast.ana).done == 0


def test_criteria_are_scored_once_they_have_both_their_point_and_their_comment(cast, file, give):
    one = give(file, cast.ana)
    for criterion, point, comment in (("strategic_fit", "3", "Oui."), ("team_capacity", "3", ""), ("rigour", "", "?")):
        Score.objects.create(assignment=one, criterion=criterion, point=point, comment=comment)
    (found,) = queue_of(cast.ana).waiting
    assert (found.scored, found.criteria, found.share_left) == (1, 5, 0.8)


def test_criterion_whose_comment_is_blank_is_done_nowhere(cast, file, give):
    one, rubric = give(file, cast.ana), rubric_of(file.call)
    for criterion, comment in (("strategic_fit", "Oui."), ("team_capacity", " \n\t\u00a0")):
        Score.objects.create(assignment=one, criterion=criterion, point="3", comment=comment)
    (found,) = queue_of(cast.ana).waiting
    steps, _scores = steps_of(one, rubric)
    assert (found.scored, [step.key for step in steps if step.is_done]) == (1, ["strategic_fit"])
    unscored, without_comment = unfinished(one, rubric)
    assert "team_capacity" not in unscored
    assert "team_capacity" in without_comment
    assert "strategic_fit" not in without_comment


@proves(pace_of)
def test_pace_is_that_of_the_last_twenty_reviews_submitted(cast, file, give):
    def review(minutes, at, state="submitted", person=cast.ana):
        give(another(file), person, state, opened_at=at - timedelta(minutes=minutes), submitted_at=at)

    review(19, NOW - 90 * DAY)  # too long ago to be one of the last twenty
    review(10, NOW)
    assert pace_of(cast.ana) == timedelta(minutes=14.5)
    review(17, NOW - DAY, "recused"), review(17, NOW - DAY, person=cast.ben)
    for n in range(1, 20):
        review(10, NOW - n * DAY)
    review(19, NOW - 91 * DAY)
    assert pace_of(cast.ana) == timedelta(minutes=10)
    assert pace_of(cast.ben) is None  # one review tells nothing
    theirs = give(another(file), cast.ben, "submitted", submitted_at=NOW - 5 * DAY)  # nobody knows when it was opened
    give(another(file), cast.ana, "submitted", opened_at=NOW - DAY)  # nor this one, when it was submitted
    Score.objects.create(assignment=theirs, criterion="rigour", at=NOW + timedelta(minutes=5))
    assert (pace_of(cast.ana), pace_of(cast.ben)) == (timedelta(minutes=10), timedelta(minutes=8.5))


# ------------------------------------------------------------------ the officer, the chair


def by_due(file, state):
    """Five files in this state, made out of order: the one due last, the first, two at one instant, and one without a
    clock. Their references by when they are due."""
    last, first, second, third, none = (
        another(file, state=state, due=NOW + days * DAY if days else None) for days in (9, 1, 4, 4, None)
    )
    return [one.reference for one in (first, second, third, last, none)]


@proves(_work_of_panel, moot=NARROWER)
def test_home_of_an_officer_has_the_panels_to_name_and_the_reviews_awaited(cast, file, foreign):
    for state in ApplicationState.values:
        if state not in ("eligible", "in_review", "reviewed"):
            another(file, state=state)
    declare_standing(another(file).pk, user=cast.officer, standing="conflict")
    eligible = another(file, state="eligible", due=NOW + 2 * DAY)
    first, second, third, last, none = by_due(file, "in_review")
    empty = "Assign another reviewer: a seat is empty"  # it has no day of its own: after what has one
    own = [("Assign the reviewers", eligible.reference)]
    own += [(empty, one) for one in (first, second, third, file.reference, last, none)]
    others = [("Reviewed", reference) for reference in by_due(file, "reviewed")]
    assert told(cast.officer) == own + others
    assert told(cast.officer, limit=1) == own[:1] + others[:1]
    end_roles(cast.officer)
    assert told(cast.officer) == []


@proves(_work_of_panel, moot=NARROWER)
def test_home_of_a_chair_has_the_files_to_recommend(cast, file, foreign, give):
    Application.objects.filter(pk=foreign.pk).update(state="reviewed")
    for state in ApplicationState.values:
        if state != "reviewed":
            another(file, state=state)
    declare_standing(another(file, state="reviewed").pk, user=cast.chair, standing="unsure")
    lines = [("Recommend", reference) for reference in by_due(file, "reviewed")]
    for one in Application.objects.filter(state="reviewed"):
        give(one, cast.ana, "submitted"), give(one, cast.ben, "submitted")
        give(one, cast.dev, "submitted", seat="industry")
    assert told(cast.chair) == lines
    assert told(cast.chair, limit=1) == lines[:1]
    end_roles(cast.chair)
    assert told(cast.chair) == []


@proves(_work_of_panel, DeclarationQuerySet.to_rule_on, DeclarationQuerySet.latest_of_each, moot=NARROWER)
def test_home_of_a_chair_has_the_doubts_to_rule_on_the_oldest_first(cast, file, foreign):
    def declare(name, answer="unsure", at=file, **more):
        return Declaration.objects.create(application=at, user=getattr(cast, name), answer=answer, **more)

    late, soon = another(file, due=NOW + 9 * DAY), another(file, due=NOW + DAY)
    first, second, third = declare("dev", at=late), declare("ben"), declare("ana", at=soon)
    declare("ana", "none"), declare("officer", "conflict")
    declare("screener", ruled_by=cast.chair)
    declare("chloe"), declare("chloe", "none")  # only the latest counts
    declare("endorser"), declare("endorser", ruled_by=cast.chair)
    declare("chair")  # nobody rules on their own
    declare("ana", at=foreign)
    barred = another(file)
    declare("ben", at=barred), declare_standing(barred.pk, user=cast.chair, standing="conflict")
    for doubt in (first, second):  # rewritten rows lie last in their table
        Declaration.objects.filter(pk=doubt.pk).update(note="Mon frère y a travaillé.")
    lines = [("Rule on a doubt about interests", one.application.reference) for one in (first, second, third)]
    assert told(cast.chair) == lines
    assert told(cast.chair, limit=1) == lines[:1]


def test_doubt_declared_again_is_one_line(cast, file):
    for _again in range(2):
        Declaration.objects.create(application=file, user=cast.ana, answer="unsure")
    assert told(cast.chair) == [("Rule on a doubt about interests", file.reference)]


@pytest.mark.parametrize("name", ["finance", "auditor", "administrator", "approver", "screener", "sophie", "chloe"])
def test_nothing_of_a_panel_waits_for_anybody_else(cast, file, name):
    by_due(file, "reviewed"), by_due(file, "eligible")
    Declaration.objects.create(application=file, user=cast.ana, answer="unsure")
    assert told(getattr(cast, name)) == []


# ------------------------------------------------------------------ the ranking


@proves(_files_to_rank)
def test_ranking_has_the_reviewed_and_the_waitlisted_files_of_its_call_best_first(cast, file, give):
    def scored(point, state="reviewed", **columns):
        one = another(file, state=state, **columns)
        for person, seat in ((cast.ana, "cluster"), (cast.ben, "cluster"), (cast.chloe, "industry")):
            review(one, person, point, seat=seat)
        return one

    def review(one, person, point, state="submitted", **columns):
        made = give(one, person, state, **{"total": Decimal(point) * 20} | columns)
        for criterion in file.call.rubric.definition["criteria"]:
            Score.objects.create(assignment=made, criterion=criterion["key"], point=str(point), comment="Lu.")

    for state in ApplicationState.values:
        if state not in ("reviewed", "waitlisted"):
            scored(5, state)
    scored(5, call=another_call(file.call))
    low, high, middle = scored(3), scored(5), scored(4, "waitlisted")
    review(low, cast.dev, 5, "recused"), review(low, cast.endorser, 5, set_aside_at=NOW)  # none of the three counts
    review(low, cast.screener, 5, "accepted", total=None)
    found = ranking(file.call)
    assert set(found.of(low).reviews.means.values()) == {Decimal(60)}
    assert [(one.application, one.placed.rank, one.reviews.totals) for one in found.files] == [
        (high, 1, (Decimal(100),) * 3),
        (middle, 2, (Decimal(80),) * 3),
        (low, 3, (Decimal(60),) * 3),
    ]
    assert (found.of(middle).placed.rank, found.of(file)) == (2, None)
    Application.objects.filter(pk=low.pk).update(title="Autre")  # the last of its table
    assert _files_to_rank(file.call, None) == [low, high, middle]


CLOSING = NOW - 9 * DAY
TICK = timedelta(seconds=1)


@proves(
    Competition.competing_in, Competition._is_in, Competition.cohort_of, Competition._goes_on, _files_to_rank,
)  # fmt: skip
@pytest.mark.parametrize(
    ("within", "again", "early", "closed", "to_come"),
    [
        (True, True, {"reviewed"}, {"waited", "own", "own waits"}, {"later", "waits later"}),
        (True, False, {"reviewed", "waited"}, {"own", "own waits"}, {"later", "waits later"}),
        (False, True, set(), {"reviewed", "waited", "own", "own waits"}, {"later", "waits later"}),
        (False, False, {"waited"}, {"reviewed", "own", "own waits"}, {"later", "waits later"}),
    ],
)
def test_cohort_ranks_as_the_rules_say(cast, file, within, again, early, closed, to_come):
    """January does not rank September's files, the waiting list apart; what competes in it competes nowhere else."""
    call = with_rules(file.call, ranking={"within_cohort": within, "waitlist_to_next_cohort": again})
    first, second, third = CLOSING - 90 * DAY, CLOSING, CLOSING + TICK
    Application.objects.filter(pk=file.pk).update(cohort_closes_at=None)
    rows = {
        "waited": another(file, state="waitlisted", cohort_closes_at=first),
        "reviewed": another(file, state="reviewed", cohort_closes_at=first),
        "own": another(file, state="reviewed", cohort_closes_at=second),
        "own waits": another(file, state="waitlisted", cohort_closes_at=second),
        "later": another(file, state="reviewed", cohort_closes_at=third),
        "waits later": another(file, state="waitlisted", cohort_closes_at=third),
    }
    names = {row.pk: name for name, row in rows.items()}
    with clock.at(call.grace_ends(CLOSING)):  # the second takes no more from this instant on, the third still does
        competition = competition_of(call)
        for closing, found in ((first, early), (second, closed), (third, to_come)):
            assert {names[one.application.pk] for one in ranking(call, closing).files} == found
            for name, row in rows.items():
                row.call = call
                assert (cohort_it_competes_in(row) == closing) == (name in found)
        assert competition.cohorts == tuple(one for one, files in ((third, to_come), (second, closed), (first, early))
                                            if files)  # fmt: skip
        file.call, file.cohort_closes_at = call, None
        assert cohort_it_competes_in(file) is None  # it was never submitted to one
    assert {names[one.application.pk] for one in ranking(call).files} == set(rows)
    with clock.at(first - TICK):  # before any has closed
        assert [cohort_it_competes_in(row) for row in rows.values()] == [first, first, second, second, third, third]
        assert {names[one.application.pk] for one in ranking(call, second).files} == {"own", "own waits"}


def test_page_of_a_cohort_counts_the_files_that_compete_in_it(cast, file, client):
    """Where cohorts are not ranked apart, a file of an earlier one is of the latest: in review, or recommended."""
    with_rules(file.call, ranking={"within_cohort": False})
    Application.objects.filter(pk=file.pk).update(state="reviewed")
    earlier = file.cohort_closes_at - 90 * DAY
    another(file, state="in_review", cohort_closes_at=earlier)
    another(file, state="recommended", cohort_closes_at=earlier, reference="FE-2026-00077")
    client.force_login(cast.chair)
    page = client.get(reverse("review-ranking", args=[file.call.public_id])).content.decode()
    assert "1 dossier de cette cohorte n’est pas encore évalué." in page
    assert "FE-2026-00077" in page


def test_files_are_ordered_as_the_rules_say(cast, file, give):
    """The first to come has the lowest mean; the last two came a microsecond apart."""
    instants = (NOW - 3 * DAY, NOW - DAY, NOW - DAY + timedelta(microseconds=1))
    rows = [another(file, state="reviewed", submitted_at=at) for at in instants]
    for row, total in zip(rows, (61, 90, 75), strict=True):
        give(row, cast.ana, "submitted", total=Decimal(total))
    first, second, third = rows

    def order(of):
        found = ranking(with_rules(file.call, ranking={"order": of}))
        assert found.evidence().rules["order"] == of
        return [one.application for one in found.files]

    assert order("submission") == [first, second, third]
    assert order("raw") == [second, third, first]

    Application.objects.filter(pk__in=[row.pk for row in rows]).update(state="recommended")
    for row, score in zip(rows, (61, 90, 75), strict=True):
        Application.objects.filter(pk=row.pk).update(score=score)
    call = with_rules(file.call, ranking={"order": "submission"})
    assert list(recommended_in(call, Q(), reader=cast.chair)) == [first, second, third]
    call = with_rules(file.call, ranking={"order": "raw"})
    assert list(recommended_in(call, Q(), reader=cast.chair)) == [second, third, first]


def another_envelope(cast, agreement, year):
    made = Envelope.objects.create(agreement=agreement, fiscal_year=year)
    ledger.allocate(made, amount=Decimal("1000.00"), by=cast.finance)
    return made


@proves(open_envelopes)
def test_ranking_spends_the_open_envelopes_of_its_programme_and_no_other(cast, file, programme):
    own = Agreement.objects.get(reference="MEIE-2026-114")
    other = Agreement.objects.create(
        partner=own.partner, cluster=own.cluster, reference="AUTRE", title_fr="Autre", title_en="Other",
        starts_on=date(2026, 4, 1), ends_on=date(2029, 3, 31), language_regime="fr_prevails",
    )  # fmt: skip
    another_envelope(cast, other, 2026)
    first, second, third = Envelope.objects.filter(agreement=own).order_by("id")
    Envelope.objects.filter(pk=second.pk).update(closed_on=date(2028, 6, 1))
    Envelope.objects.filter(pk=first.pk).update(updated_at=NOW)  # a rewritten row lies last in its table
    found = ranking(file.call)
    assert found.envelopes == (first, third)
    assert open_envelopes(file.call) == [first, third]
    # What can be awarded, less the 3 % of each allocation that is held for reconsiderations.
    assert found.available == Decimal("1472000.00") - Decimal("48000.00") + Decimal("1656000.00") - Decimal("54000.00")


@proves(open_envelopes)
def test_envelopes_come_by_fiscal_year_then_as_they_were_opened(cast, file, programme):
    """Page, form and proposed split: one order, whatever lies first in the table; a year that is over, and not closed
    yet, gives nothing more."""
    own = Agreement.objects.get(reference="MEIE-2026-114")
    joint = Agreement.objects.create(
        partner=own.partner, cluster=own.cluster, reference="CONJOINTE", title_fr="Conjointe", title_en="Joint",
        starts_on=date(2025, 4, 1), ends_on=date(2029, 3, 31), language_regime="fr_prevails",
    )  # fmt: skip
    ProgramFunding.objects.create(program=programme, agreement=joint, share=10)
    first, second, third = Envelope.objects.filter(agreement=own).order_by("id")
    same, over = another_envelope(cast, joint, first.fiscal_year), another_envelope(cast, joint, 2025)
    Envelope.objects.filter(pk=first.pk).update(updated_at=NOW)  # a rewritten row lies last in its table
    expected = [first, same, second, third]
    assert (over.is_closed, open_envelopes(file.call)) == (False, expected)
    assert [envelope for envelope, _part in proposed_shares(file, Decimal("100.00"))] == expected
    assert list(ranking(file.call).envelopes) == expected


@proves(EnvelopeQuerySet.awarding)
@pytest.mark.parametrize(
    ("day", "years"),
    [
        (date(2026, 10, 1), [2026, 2027, 2028]),
        (date(2027, 3, 31), [2026, 2027, 2028]),
        (date(2027, 4, 1), [2027, 2028]),
        (date(2029, 3, 31), [2028]),
        (date(2029, 4, 1), []),
    ],
)
def test_money_of_a_year_that_is_over_is_ranked_no_more_than_it_is_published(cast, file, day, years):
    """The ranking of a call, and the check before another is published, count the same envelopes."""
    own = Agreement.objects.get(reference="MEIE-2026-114")
    assert [one.fiscal_year for one in Envelope.objects.awarding(day).order_by("fiscal_year")] == years
    with clock.at(clock.local(day, 12)):
        left, found = money_to_award(own, LedgerEntry.objects.all(), held_percent=Decimal(3)), ranking(file.call)
    assert (found.available, [one.fiscal_year for one in found.envelopes]) == (left, years)
    Envelope.objects.filter(fiscal_year=2028).update(closed_on=date(2026, 9, 1))
    assert 2028 not in [one.fiscal_year for one in Envelope.objects.awarding(day)]


@pytest.mark.parametrize(("free", "left"), [("100.00", "70.00"), ("30.01", "0.01"), ("30.00", "0"), ("10.00", "0")])
def test_envelope_gives_what_is_not_held_and_never_less_than_nothing(free, left):
    """Three percent of 1,000 dollars are held."""
    envelope = SimpleNamespace(allocated=Decimal("1000.00"), free=Decimal(free))
    assert left_in(envelope, Decimal(3)) == Decimal(left)


@pytest.mark.parametrize(("share", "held"), [(0, "0.00"), (3, "162000.00"), ("12.5", "675000.00")])
def test_part_held_for_reconsiderations_is_not_offered(cast, file, share, held):
    """Of what was allocated in three years: 5 400 000 $."""
    call = with_rules(file.call, reconsideration={"held_percent": share})
    assert ranking(call).available == Decimal("4968000.00") - Decimal(held)
    assert (held_for(file), held_for(another(file, origin="waitlisted"))) == (Decimal(share), Decimal(0))


def test_envelope_that_has_nothing_left_takes_nothing_from_the_others(cast, file, programme):
    first = Envelope.objects.earliest("id")
    before = ranking(file.call).available
    ledger.reserve([(first, first.free)], application_id=file.pk, by=cast.chair, because=Cause.RECOMMEND)
    assert ranking(file.call).available == before - (Decimal("1472000.00") - Decimal("48000.00"))


def test_files_of_a_ranking_that_are_closed_to_its_reader_and_figures_without_the_money_of_one(cast, file):
    """What is available is computed without it, until its letter has left; and a page says that it leaves it out,
    whether there is money or not."""
    Application.objects.filter(pk=file.pk).update(state="reviewed")
    closed, elsewhere = another(file, state="reviewed"), another(file, state="recommended")
    found, chair = ranking(file.call), cast.chair
    for one in (closed, elsewhere):
        declare_standing(one.pk, user=chair, standing="conflict")
    declare_standing(file.pk, user=chair, standing="clear")
    declare_standing(file.pk, user=cast.officer, standing="conflict")
    whose = [closed_in(file.call, Q(cohort_closes_at=file.cohort_closes_at), reader=one)
             for one in (chair, cast.officer, CLOCK)]  # fmt: skip
    assert whose == [{closed.pk, elsewhere.pk}, {file.pk}, set()]
    client, address = Client(), reverse("review-ranking", args=[file.call.public_id])
    client.force_login(chair)
    before, whole = client.get(address).content.decode(), found.available
    envelope = found.envelopes[0]
    ledger.reserve([(envelope, Decimal(10))], application_id=elsewhere.pk, by=chair, because=Cause.RECOMMEND)
    figures = before.partition("Ce qu’il reste dans les enveloppes budgétaires")[2].partition("<footer")[0]
    assert "Un dossier qui vous est fermé n’est pas compté" in figures
    assert figures in client.get(address).content.decode()
    assert ranking(file.call, entries=entries_open_to(chair)).available == whole
    assert ranking(file.call, entries=entries_open_to(cast.officer)).available == whole - 10
    assert ranking(file.call).available == whole - 10
    ledger.tell(elsewhere.pk, at=NOW)
    assert ranking(file.call, entries=entries_open_to(chair)).available == whole - 10


@proves(to_review_in, recommended_in)
def test_files_of_a_cohort_that_are_not_reviewed_yet_and_those_that_are_recommended_best_first(cast, file):
    Application.objects.filter(pk=file.pk).update(state="reviewed")
    closing = file.cohort_closes_at
    rows = [another(file, state="recommended", score=score) for score in (70, 90, 80, 80)]
    low, high, middle, same = rows
    Application.objects.filter(pk=middle.pk).update(title="Autre")  # the last of its table
    closed = another(file, state="recommended", score=95)
    declare_standing(closed.pk, user=cast.chair, standing="conflict")
    for state in ("eligible", "in_review", "approved", "draft", "ineligible"):
        another(file, state=state)
    elsewhere, later = another_call(file.call), closing + DAY
    for state in ("recommended", "in_review"):
        another(file, state=state, call=elsewhere), another(file, state=state, cohort_closes_at=later)
    competes = Q(cohort_closes_at=closing)
    assert list(recommended_in(file.call, competes, reader=cast.chair)) == [high, middle, same, low]
    assert to_review_in(file.call, competes, reader=cast.chair) == 2
    unsure = another(file, state="in_review")
    declare_standing(unsure.pk, user=cast.chair, standing="unsure")
    assert to_review_in(file.call, competes, reader=cast.chair) == 2
    assert to_review_in(file.call, competes, reader=cast.officer) == 3
    Application.objects.filter(pk=unsure.pk).update(state="changes_requested")  # its review comes after its answer
    assert to_review_in(file.call, competes, reader=cast.officer) == 3


@proves(closed_in, Competition.may_compete_in)
def test_a_file_closed_to_the_reader_is_of_its_cohort_whatever_becomes_of_it(cast, file):
    """Until it is withdrawn, or cancelled with its call, which is told at once. Where it may wait in another cohort, it
    is of both until its letter tells."""
    Application.objects.filter(pk=file.pk).update(state="reviewed")
    one = another(file, state="submitted")
    late = another(file, state="reviewed", cohort_closes_at=file.cohort_closes_at + DAY)
    there = another(file, state="reviewed", call=another_call(file.call))
    for each in (one, late, there):
        declare_standing(each.pk, user=cast.chair, standing="conflict")
    competes = Q(cohort_closes_at=file.cohort_closes_at)
    states = ("submitted", "in_review", "reviewed", "recommended", "waitlisted", "approved", "declined")
    for state in states:
        Application.objects.filter(pk=one.pk).update(state=state)
        assert closed_in(file.call, competes, reader=cast.chair) == {one.pk}
    with_rules(file.call, ranking={"within_cohort": True, "waitlist_to_next_cohort": True})
    with clock.at(file.call.grace_ends(late.cohort_closes_at)):
        competition = competition_of(file.call)
        for last_told, of_both in (("", True), ("waitlisted", True), ("in_reconsideration", True), ("declined", False)):
            for state in states:
                Application.objects.filter(pk=one.pk).update(state=state, last_told=last_told)
                first, second = (
                    closed_in(file.call, competition.may_compete_in(closing), reader=cast.chair)
                    for closing in (file.cohort_closes_at, late.cohort_closes_at)
                )
                assert (first, second) == ({one.pk}, {one.pk, late.pk} if of_both else {late.pk})
    Application.objects.filter(pk=one.pk).update(state="withdrawn")
    assert closed_in(file.call, competes, reader=cast.chair) == set()


@proves(competition_of, moot={"without distinct": "each is put once in a set"})
def test_cohorts_are_those_where_submitted_files_compete_the_latest_first(cast, file):
    first, second, third = NOW - 90 * DAY, NOW, NOW + DAY
    with_rules(file.call, ranking={"within_cohort": True})
    Application.objects.filter(pk=file.pk).update(cohort_closes_at=second)
    another(file, cohort_closes_at=third), another(file, cohort_closes_at=first)
    another(file, cohort_closes_at=second, state="approved")
    another(file, cohort_closes_at=NOW - TICK, state="draft")
    another(file, cohort_closes_at=None)
    another(file, cohort_closes_at=NOW - DAY, call=another_call(file.call))
    with clock.at(file.call.grace_ends(NOW)):
        found = competition_of(Application.objects.get(pk=file.pk).call)
    assert (found.cohorts, found.latest) == ((third, second, first), second)


@proves(competition_of, moot={"without distinct": "each is put once in a set"})
def test_ranking_opens_on_the_earliest_cohort_that_waits_for_the_chair(cast, file):
    first, second, third = NOW - 90 * DAY, NOW - 60 * DAY, NOW - 30 * DAY
    call = with_rules(file.call, ranking={"within_cohort": True})
    Application.objects.filter(pk=file.pk).update(state="recommended", cohort_closes_at=first)
    latest = another(file, state="reviewed", cohort_closes_at=third)
    middle = another(file, state="reviewed", cohort_closes_at=second)
    another(file, state="in_review", cohort_closes_at=first)
    another(file, state="reviewed", cohort_closes_at=None)
    another(file, state="reviewed", cohort_closes_at=first, call=another_call(call))
    assert competition_of(call).first == second
    Application.objects.filter(pk__in=[latest.pk, middle.pk]).update(state="recommended")
    assert competition_of(call).first == third
    Application.objects.update(state="draft")
    assert competition_of(call).first is None


@proves(competition_of, moot={"without distinct": "each is put once in a set"})
def test_cohorts_of_a_reader_are_the_same_whatever_became_of_a_file_that_is_closed_to_them(cast, file):
    """It opens none, and is where it may be: in its own alone, and with January's once it may wait, until it is told
    that it does not. What is open to them is where it is."""
    september, january = NOW - 90 * DAY, NOW - 30 * DAY
    call = with_rules(file.call, ranking={"within_cohort": True, "waitlist_to_next_cohort": True})
    Application.objects.filter(pk=file.pk).update(cohort_closes_at=september, state="reviewed")
    own = another(file, state="reviewed", cohort_closes_at=january)
    declare_standing(file.pk, user=cast.chair, standing="conflict")
    declare_standing(own.pk, user=cast.officer, standing="conflict")

    def read(reader, state, last_told="", of=file):
        Application.objects.filter(pk=of.pk).update(state=state, last_told=last_told)
        found = competition_of(call, reader=reader)
        return found.cohorts, found.first

    for state in ("submitted", "in_review", "reviewed", "recommended", "waitlisted", "approved", "declined"):
        for last_told in ("", "waitlisted", "declined"):
            assert read(cast.chair, state, last_told) == ((january, september), january)
    assert read(cast.officer, "reviewed") == ((january, september), september)
    assert read(cast.officer, "waitlisted") == ((january,), january)
    assert read(None, "waitlisted") == ((january,), january)
    Application.objects.filter(pk=own.pk).update(cohort_closes_at=NOW + DAY)  # none has closed after September
    Application.objects.filter(pk=file.pk).update(cohort_closes_at=january, state="draft")
    assert read(cast.chair, "draft")[0] == (NOW + DAY,)


def test_pages_of_two_cohorts_say_the_same_to_a_barred_chair_until_the_letter_is_sent(cast, file, client):
    """Which opens first, which there are, how many files are closed, what is ranked: whatever became of the one file
    of September, that is closed to them."""
    september, january = NOW - 90 * DAY, NOW - 30 * DAY
    call = with_rules(file.call, ranking={"within_cohort": True, "waitlist_to_next_cohort": True})
    Application.objects.filter(pk=file.pk).update(cohort_closes_at=september)
    another(file, state="reviewed", cohort_closes_at=january)
    declare_standing(file.pk, user=cast.chair, standing="conflict")
    client.force_login(cast.chair)
    here = reverse("review-ranking", args=[call.public_id])
    days = ["", *(f"?cohort={clock.day_of(closing).isoformat()}" for closing in (september, january))]

    def read(state, last_told=""):
        Application.objects.filter(pk=file.pk).update(state=state, last_told=last_told)
        return [shown(client.get(here + day)) for day in days]

    for told, states in (
        ("", ("submitted", "reviewed", "recommended", "waitlisted", "approved", "declined")),
        ("waitlisted", ("waitlisted", "recommended", "approved", "declined")),
    ):
        first, *rest = [read(state, told) for state in states]
        assert all("1 dossier de ce classement vous est fermé" in page for page in first)
        for state, pages in zip(states[1:], rest, strict=True):
            assert pages == first, (told, state)


@pytest.mark.parametrize(("spread", "is_discussed"), [("20.0000", False), ("20.0001", True)])
def test_file_is_discussed_when_its_totals_are_further_apart_than_the_programme_says(
    cast, file, give, spread, is_discussed
):
    give(file, cast.ana, "submitted", total=Decimal(60)), give(file, cast.ben, "submitted", total=Decimal(70))
    give(file, cast.chloe, "submitted", total=Decimal(60) + Decimal(spread))
    scores = panel_reviews(file)
    assert (scores.spread, scores.must_discuss) == (Decimal(spread), is_discussed)


# ------------------------------------------------------------------ the split of an award


@pytest.fixture
def spend(cast, file):
    """`spend((amount, first day, last day), …)`: the budget of the file, as answered."""

    def make(*rows, period=None):
        lines = [
            {"category": "consultants", "amount": amount, "date_from": first, "date_to": last}
            for amount, first, last in rows
        ]
        answers = {"budget_table": lines} | ({"project_period": period} if period else {})
        for question, value in answers.items():
            file.answers.update_or_create(question=question, defaults={"value": value, "by": cast.sophie})
        return [(one.fiscal_year, str(part)) for one, part in proposed_shares(file, Decimal("900.00"))]

    return make


@pytest.mark.parametrize(
    ("rows", "shares"),
    [
        ([], ("900.00", "0.00", "0.00")),  # nothing is dated: the year that runs
        ([("10", "2027-04-01", "2027-04-01")], ("0.00", "900.00", "0.00")),
        ([("10", "2027-03-31", "2027-03-31")], ("900.00", "0.00", "0.00")),
        ([("10", "2027-03-31", "2027-04-01")], ("450.00", "450.00", "0.00")),
        ([("20", "2027-03-31", "2027-03-31"), ("10", "2028-04-01", "2028-04-02")], ("600.00", "0.00", "300.00")),
        ([("10", "2020-01-01", "2020-01-02")], ("900.00", "0.00", "0.00")),  # a year without an envelope: the next
        ([("10", "2035-01-01", "2035-01-02")], ("0.00", "0.00", "900.00")),  # after the last: the last
        ([("10", "2027-04-02", "2027-04-01")], ("900.00", "0.00", "0.00")),  # days out of order tell nothing
        ([("x", "2027-04-01", "2027-04-01"), ("10", "", "")], ("900.00", "0.00", "0.00")),
    ],
)
def test_award_is_split_by_the_years_in_which_the_budget_spends(spend, rows, shares):
    assert spend(*rows) == list(zip((2026, 2027, 2028), shares, strict=True))


def test_line_that_gives_its_fiscal_year_is_spent_in_it(cast, file):
    """A form may ask each cost by year (`by_year`): the year comes before the days."""
    lines = [
        {"category": "consultants", "amount": "20", "fiscal_year": 2028},
        {"category": "consultants", "amount": "10", "fiscal_year": 2027, "date_from": "2026-05-01"},
    ]  # fmt: skip
    file.answers.update_or_create(question="budget_table", defaults={"value": lines, "by": cast.sophie})
    parts = [(one.fiscal_year, str(part)) for one, part in proposed_shares(file, Decimal("900.00"))]
    assert parts == [(2026, "0.00"), (2027, "300.00"), (2028, "600.00")]


def test_line_without_its_days_spends_over_those_of_the_project(spend):
    period = {"from": "2027-03-31", "to": "2027-04-02"}
    shares = list(zip((2026, 2027, 2028), ("300.00", "600.00", "0.00"), strict=True))
    assert spend(("10", "", ""), period=period) == shares


def test_year_that_is_closed_falls_to_the_next_that_is_open(spend):
    Envelope.objects.filter(fiscal_year=2026).update(closed_on=date(2027, 6, 1))
    assert spend(("10", "2026-05-01", "2026-05-02")) == [(2027, "900.00"), (2028, "0.00")]
    Envelope.objects.update(closed_on=date(2029, 6, 1))
    assert spend(("10", "2026-05-01", "2026-05-02")) == []


@proves(proposed_shares, moot={"`amount <= 0` with the bound moved": "the parts of nothing are nothing"})
def test_agreements_of_one_year_share_as_the_programme_is_funded(cast, file, programme, spend):
    own = Agreement.objects.get()
    other = Agreement.objects.create(
        partner=own.partner, cluster=own.cluster, reference="AUTRE", title_fr="Autre", title_en="Other",
        starts_on=date(2026, 4, 1), ends_on=date(2029, 3, 31), language_regime="fr_prevails",
    )  # fmt: skip
    another_envelope(cast, other, 2027)
    programme.funding.update(share=75)
    programme.funding.create(agreement=other, share=25)
    other_programme(programme).funding.create(agreement=own, share=10)
    assert spend(("10", "2027-05-01", "2027-05-02")) == [
        (2026, "0.00"), (2027, "675.00"), (2027, "225.00"), (2028, "0.00"),
    ]  # fmt: skip
    assert spend(("10", "2026-05-01", "2026-05-02"))[0] == (2026, "900.00")
    assert spend(("10", "2027-03-31", "2027-04-01")) == [
        (2026, "450.00"), (2027, "337.50"), (2027, "112.50"), (2028, "0.00"),
    ]  # fmt: skip


# ------------------------------------------------------------------ whom to give a file to


@pytest.fixture
def panel(client: Client, cast):
    """`panel(file)`: the people who can be given it, and those who cannot, as the officer's page lists them."""

    def show(file):
        client.force_login(cast.officer)
        page = client.get(reverse("review-file", args=[file.reference]))
        return [one.user for one in page.context["free"]], [one.user for one in page.context["barred"]]

    return show


def test_reviewers_in_office_are_offered_the_least_loaded_first_then_by_name(cast, file, programme, give, panel):
    again = another(file, state="eligible")
    for person in (cast.ana, cast.dev):
        Appointment.objects.filter(user=person, role="reviewer").update(capacity=3)
    give(another(file), cast.ana), give(another(file), cast.ana), give(another(file), cast.dev)
    for state in ("submitted", "declined", "recused", "cancelled"):  # none of them weighs
        give(another(file), cast.ben, state)
    free, barred = panel(again)
    by_name = sorted([cast.ben, cast.chloe], key=lambda one: (one.family_name, one.given_name))
    assert (free, barred) == ([*by_name, cast.dev, cast.ana], [])


def test_nobody_out_of_office_or_of_another_cluster_is_offered_a_file(cast, file, foreign, programme, panel):
    again = another(file, state="eligible")
    Appointment.objects.filter(role="reviewer").delete()
    today = clock.today()

    def hold(name, role="reviewer", **more):
        held = {"cluster": programme.cluster, "program": programme, "seat": "cluster", "starts_on": today} | more
        Appointment.objects.create(user=getattr(cast, name), role=role, **held)

    hold("ana"), hold("ben", program=None), hold("chloe", ends_on=today)
    hold("dev", ends_on=today - DAY)
    hold("emily", starts_on=today + DAY)
    hold("michel", program=foreign.call.program, cluster=foreign.call.program.cluster)
    hold("sponsor", program=None, cluster=foreign.call.program.cluster)
    hold("olivier"), User.objects.filter(pk=cast.olivier.pk).update(is_active=False)
    hold("finance", "screener")
    free, barred = panel(again)
    assert (set(free), barred) == ({cast.ana, cast.ben, cast.chloe}, [])


def test_appointment_to_the_programme_itself_goes_before_that_to_all_of_the_cluster(cast, file, programme, client):
    appoint(cast.ana, by=cast.administrator, role="reviewer", cluster=programme.cluster, seat="independent", capacity=1)
    client.force_login(cast.officer)
    page = client.get(reverse("review-file", args=[another(file, state="eligible").reference]))
    (ana,) = [one for one in page.context["free"] if one.user == cast.ana]
    assert (ana.seat, ana.capacity) == ("cluster", 20)


def test_who_cannot_be_given_a_file_is_listed_after_with_why(cast, file, give, client):
    again = another(file, state="eligible")
    give(again, cast.ana, "offered"), give(again, cast.ben, "declined"), give(again, cast.dev, "cancelled")
    declare_standing(again.pk, user=cast.chloe, standing="unsure")
    client.force_login(cast.officer)
    page = client.get(reverse("review-file", args=[again.reference]))
    assert [one.user for one in page.context["free"]] == [cast.dev]
    why = {one.user: [reason.code for reason in one.conflicts] for one in page.context["barred"]}
    assert why == {cast.ana: ["already"], cast.ben: ["declined"], cast.chloe: ["declared"]}


# ------------------------------------------------------------------ what was done before


@proves(AssignmentQuerySet.past_of, past_of)
def test_past_reviews_are_ones_own_by_the_day_they_came_in_or_were_given_the_latest_first(cast, file, give, client):
    second, third, first, fourth, same, fifth = (
        give(another(file), cast.ana, state, at=NOW - given * DAY, submitted_at=submitted and NOW - submitted * DAY)
        for state, given, submitted in (
            ("submitted", 9, 2), ("declined", 3, None), ("cancelled", 1, None), ("submitted", 5, 4),
            ("submitted", 6, 4), ("recused", 7, 6),
        )
    )  # fmt: skip
    closed = give(another(file), cast.ana, at=NOW - 8 * DAY)
    declare_standing(closed.application_id, user=cast.ana, standing="unsure")
    give(another(file), cast.ana), give(another(file), cast.ana, "offered"), give(another(file), cast.ben, "submitted")
    client.force_login(cast.ana)
    rows = client.get(reverse("review-past")).context["rows"]
    assert [(one, one.told, one.opens) for one in rows] == [
        (first, "left", False), (second, "submitted", True), (third, "left", False),
        (same, "submitted", True), (fourth, "submitted", True), (fifth, "left", False),
        (closed, "closed", False),
    ]  # fmt: skip
    recent = client.get(reverse("review-queue")).context["recent"]
    assert list(recent) == [second, same, fourth]


ENDS = {
    "before": {"offered": "offered", "accepted": "accepted", "declined": "declined", "recused": "recused",
               "cancelled": "cancelled"},
    "after": {"submitted": "submitted", "reopened": "accepted", "recused": "recused", "taken back": "cancelled"},
}  # fmt: skip
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')


def shown(answer):
    """What a page says, without what differs at each request."""
    return CSRF.sub("", answer.content.decode().partition("<h1")[2].partition("<footer")[0])


@proves(AssignmentQuerySet.past_of)
@pytest.mark.parametrize("given", ENDS)
@pytest.mark.parametrize("who", ["in doubt", "in conflict", "on a side", "no more in office"])
def test_what_becomes_of_a_review_is_not_told_to_whom_it_is_closed_nor_to_who_left(
    cast, file, give, client, who, given
):
    """Every page of a reviewer, what it refuses, and what is answered to a declaration: the same whatever became of the
    review, at whatever date, before it came in and after."""
    came_in = {"submitted_at": NOW - 3 * DAY, "total": 60} if given == "after" else {}
    one = give(file, cast.ana, "submitted" if came_in else "accepted", at=NOW - 9 * DAY, **came_in)
    other = give(another(file), cast.ana)
    if who == "no more in office":
        Appointment.objects.filter(user=cast.ana, role="reviewer").update(ends_on=clock.today() - DAY)
    elif who == "on a side":
        party = Organisation.objects.create(legal_name="Autre", neq="1140000009")
        Application.objects.filter(pk=file.pk).update(organisation=party)
        Membership.objects.create(user=cast.ana, organisation=party, role="member")
    else:
        declare_standing(file.pk, user=cast.ana, standing="unsure" if who == "in doubt" else "conflict")
    client.force_login(cast.ana)
    sign_undertaking(file.call, by=cast.ana)

    def answer(method, name, data=None):
        with transaction.atomic():
            send = getattr(client, method)
            answered = send(reverse(name, args=[one.public_id]), data, headers={"x-request-id": "1" * 32})
            transaction.set_rollback(True)
        return name, method, answered.status_code, answered.headers.get("Location"), shown(answered)

    def read():
        lists = [shown(client.get(reverse(f"review-{name}"))) for name in ("queue", "past")]
        pages = [answer("get", f"review-{name}") for name in ("score", "check", "read", "declare-own", "decline")]
        sent = [answer("post", "review-decline", {"reason": "Absent."})]
        sent += [answer("post", "review-declare-own", {"answer": said, "note": "x"}) for said in ("none", "conflict")]
        return [*lists, *pages, *sent, told(cast.ana)]

    of_it = "closed" if who != "no more in office" else "submitted" if came_in else "left"
    seen = {}
    for end, state in ENDS[given].items():
        Assignment.objects.filter(pk=one.pk).update(state=state, since=NOW, due=NOW + 9 * DAY)
        seen[end] = read()
        rows = {row: (row.told, row.opens) for row in client.get(reverse("review-past")).context["rows"]}
        assert rows.pop(one) == (of_it, False), end
        assert list(rows) == ([other] if who == "no more in office" else []), end
    first, *rest = seen.values()
    for end, found in zip([*seen][1:], rest, strict=True):
        differ = [(a, b) for a, b in zip(first, found, strict=True) if a != b]
        assert not differ, end
    assert len(seen) > 3


@proves(last_submitted)
def test_queue_page_recalls_the_last_reviews_submitted(cast, file, give, client):
    """Five of them; not one that was given back since."""
    second, third, first, same, fourth, _fifth = (
        give(another(file), cast.ana, "submitted", submitted_at=NOW - days * DAY) for days in (2, 3, 1, 2, 4, 5)
    )
    give(another(file), cast.ben, "submitted", submitted_at=NOW)
    give(another(file), cast.ana, "accepted", submitted_at=NOW)
    client.force_login(cast.ana)
    assert client.get(reverse("review-queue")).context["recent"] == [first, same, second, third, fourth]


@proves(assignment_on, is_theirs)
def test_assignment_by_which_a_person_has_a_file_is_their_own_on_that_file_while_they_have_it(cast, file, give):
    """One that a new panel has since is still theirs, as they know it."""
    other, left, aside = another(file), another(file), another(file)
    mine, theirs, elsewhere = give(file, cast.ana), give(file, cast.ben), give(other, cast.ana, "offered")
    give(left, cast.ana, "recused")
    before = give(aside, cast.ana, "submitted", set_aside_at=NOW)
    found = [assignment_on(one.reference, cast.ana) for one in (file, other, left, aside)]
    assert found == [mine, elsewhere, None, before]
    assert assignment_on(file.reference, cast.ben) == theirs
    assert assignment_on(file.reference, cast.officer) is None
    declare_standing(file.pk, user=cast.ana, standing="unsure")
    assert [assignment_on(one.reference, cast.ana) for one in (file, other)] == [None, elsewhere]
    assert [is_theirs(one) for one in (mine, theirs, elsewhere)] == [False, True, True]


@proves(AssignmentQuerySet.as_they_came)
def test_others_reviews_are_those_that_count_in_the_order_they_came(cast, file, give, client):
    own = give(file, cast.ana, "submitted", submitted_at=NOW)
    third, first, second, same = (
        give(file, person, "submitted", submitted_at=NOW - days * DAY)
        for person, days in ((cast.ben, 1), (cast.dev, 3), (cast.chloe, 2), (cast.michel, 2))
    )
    give(file, cast.endorser, "submitted", set_aside_at=NOW), give(file, cast.screener, "recused")
    give(file, cast.approver), give(another(file), cast.ben, "submitted")
    client.force_login(cast.ana)
    reviews = client.get(reverse("review-read", args=[own.public_id])).context["reviews"]
    assert [one.assignment for one in reviews] == [own, first, second, same, third]


@proves(AssignmentQuerySet.beside, AssignmentQuerySet._of_a_panel)
def test_reviews_read_beside_ones_own_are_those_of_its_panel_whichever_has_the_file(cast, file, give, client):
    """Two panels had the file before. Each reads its own: what counted of it, and of no other file."""
    first, second, third = [], [], []
    for panel, people, aside in (
        (first, (cast.ana, cast.ben, cast.dev), NOW - DAY),
        (second, (cast.chloe, cast.screener), NOW),
        (third, (cast.officer, cast.endorser, cast.approver), None),
    ):
        panel += [give(file, one, "submitted", submitted_at=NOW, set_aside_at=aside, total=60) for one in people]
    for person in (cast.dev, cast.approver):
        declare_standing(file.pk, user=person, standing="unsure")
    declare_standing(another(file).pk, user=cast.ben, standing="unsure")
    give(file, cast.finance, "submitted", set_aside_at=NOW, total=None)
    give(file, cast.auditor, "recused", set_aside_at=NOW, total=60)
    give(another(file), cast.ben, "submitted", set_aside_at=NOW, total=60)
    read = [set(Assignment.objects.beside(one)) for one in (first[0], second[0], third[0])]
    assert read == [{first[1]}, {second[1]}, {third[1]}]
    client.force_login(cast.ana)
    reviews = client.get(reverse("review-read", args=[first[0].public_id])).context["reviews"]
    assert [one.assignment for one in reviews] == first[:2]


@proves(interests_of)
def test_interests_of_a_person_are_their_own_those_that_run_last(cast, client):
    days = {"ended": (-90, -30), "ends": (-9, 30), "old": (-60, None), "new": (-3, None), "middle": (-20, None)}
    days["old too"] = days["old"]
    for name in ("old", "ends", "new", "ended", "middle", "old too"):
        first, last = (None if day is None else clock.today() + day * DAY for day in days[name])
        cast.dev.interests.create(kind="employer", organisation_name=name, starts_on=first, ends_on=last)
    cast.ana.interests.create(kind="employer", organisation_name="Another's")
    client.force_login(cast.dev)
    found = client.get(reverse("review-interests")).context["interests"]
    assert [one.organisation_name for one in found] == ["ended", "ends", "new", "middle", "old too", "old"]


# ------------------------------------------------------------------ the page of a panel


@proves(AssignmentQuerySet.by_state)
def test_page_of_a_panel_has_who_has_the_file_apart_from_who_left_it(cast, file, give, client):
    second, fourth = give(file, cast.ben, "offered"), give(file, cast.dev, "accepted")
    live = [give(file, cast.ana, "submitted"), second, give(file, cast.approver, "offered"), fourth]
    last = give(file, cast.dev, "cancelled")
    gone = [give(file, cast.chloe, "recused"), give(file, cast.endorser, "declined"), last]
    give(another(file), cast.ana)
    client.force_login(cast.chair)
    page = client.get(reverse("review-file", args=[file.reference])).context
    assert [one.assignment for one in page["assignments"]] == live
    assert [one for one, _note in page["gone"]] == gone


def test_page_of_a_panel_leads_the_chair_to_the_doubts_that_stand(cast, file, client):
    def declare(name, answer="unsure", at=file, **more):
        return Declaration.objects.create(application=at, user=getattr(cast, name), answer=answer, **more)

    first, second, third = declare("dev"), declare("ben"), declare("ana")
    declare("officer", "conflict"), declare("screener", ruled_by=cast.chair)
    declare("chloe"), declare("chloe", "none")
    declare("ana", at=another(file))
    Declaration.objects.filter(pk=first.pk).update(note="Mon frère.")  # a rewritten row lies last in its table
    page = reverse("review-file", args=[file.reference])
    client.force_login(cast.chair)
    assert client.get(page).context["to_rule"] == [(first, True), (second, True), (third, True)]
    client.force_login(cast.officer)  # reads that they wait for the chair
    assert client.get(page).context["to_rule"] == [(first, False), (second, False), (third, False)]


@proves(RecommendationQuerySet.standing)
def test_page_of_a_ranking_recalls_what_is_recommended_already_the_best_first(cast, file, client):
    closing = NOW - DAY
    Application.objects.update(cohort_closes_at=closing)
    scores = {"second": 80, "third": 70, "first": 90}
    made = {name: another(file, state="recommended", score=score) for name, score in scores.items()}
    for state in ApplicationState.values:
        if state != "recommended":
            another(file, state=state)
    another(file, state="recommended", cohort_closes_at=closing - DAY)
    another(file, state="recommended", call=another_call(file.call))
    barred = another(file, state="recommended")
    declare_standing(barred.pk, user=cast.chair, standing="conflict")
    client.force_login(cast.chair)
    page = client.get(reverse("review-ranking", args=[file.call.public_id])).context
    assert list(page["recommended"]) == [made["first"], made["second"], made["third"]]
    assert page["under_way"] == 5  # submitted, asked for changes, eligible, and two in review
    assert [line.envelope.fiscal_year for line in page["envelopes"]] == [2026, 2027, 2028]


@proves(sees_scores)
@pytest.mark.parametrize("state", ["", *AssignmentState.values])
def test_scores_are_not_shown_to_who_still_has_a_review_of_the_file_to_give(cast, file, give, client, state):
    """An officer who reviews it too reads the others' scores once their own cannot change."""
    Application.objects.filter(pk=file.pk).update(state="reviewed")
    give(file, cast.ben), give(another(file), cast.officer)  # another person's, and of another file
    if state:
        give(file, cast.officer, state)
    client.force_login(cast.officer)
    page = client.get(reverse("review-file", args=[file.reference])).context
    assert page["shows_scores"] is (state not in ("offered", "accepted"))


@pytest.mark.parametrize("state", ApplicationState.values[1:])  # nobody of the staff opens a draft
def test_scores_are_shown_to_staff_once_the_review_is_complete(cast, file, client, state):
    Application.objects.filter(pk=file.pk).update(state=state)
    client.force_login(cast.chair)
    page = client.get(reverse("review-file", args=[file.reference])).context
    assert page["shows_scores"] is (
        state not in ("submitted", "changes_requested", "eligible", "ineligible", "in_review")
    )
