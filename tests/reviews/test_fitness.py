"""Who can be given a file: each reason against it, asked one by one and in bulk with the same answer."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from uuid6 import uuid7

from accounts.models import User
from applications.models import Application
from moves.refusals import WrongMoment
from moves.services import record_duty
from moves.states import Duty
from programs.models import Appointment
from programs.services.people import appoint
from reviews import checks
from reviews.checks.fitness import _closed_to, _records, sat_before
from reviews.models import Assignment
from reviews.services import (
    assign_reviewer,
    cancel_assignment,
    declare_interests,
    decline_assignment,
    record_interest,
    recuse_reviewer,
)
from reviews.states import AssignmentState
from tests.decisions.files import submitted_row
from tests.files import another, another_call, with_rules
from tests.mutants import proves
from tests.reviews.files import assigned_file, eligible_file, file_in_review, fresh, of, reviewed_file
from work import clock

pytestmark = pytest.mark.django_db
YESTERDAY = date(2026, 10, 5)


# What is read is looked up by file and by person: these conditions only keep the others' from being read.
FEWER = {
    f"without `{one}": "what is of nobody, and of no file, that is asked for is never looked up"
    for one in (
        "application__in=", "reviewer__in=", "application__call__in=", "organisation__in=", "user__in=",
    )
}  # fmt: skip


@pytest.fixture(autouse=True)
def in_october(clock_at):
    clock_at(datetime(2026, 10, 6, 14, tzinfo=UTC))


def standing(found):
    """`{person: [code, …]}` of the files asked, which must be one."""
    return {one.user: [str(conflict.code) for conflict in one.conflicts] for one in found}


def full(cast, programme):
    """A file that Ben alone can be given, each other for a reason of their own; and what is said of each."""
    application = assigned_file(cast, programme, reviewers=("ana", "chloe"))
    decline_assignment(of(application, cast.chloe), by=cast.chloe, reason="En congé.")
    record_interest(by=cast.dev, kind="employer", organisation_name="aéronefs BORÉAL inc.")
    Appointment.objects.filter(user=cast.dev, role="reviewer").update(capacity=0)
    appoint(cast.screener, by=cast.administrator, role="reviewer", program=programme, seat="cluster")
    appoint(cast.olivier, by=cast.administrator, role="reviewer", program=programme, seat="industry")
    appoint(cast.chair, by=cast.administrator, role="reviewer", program=programme, seat="industry")
    declare_interests(application, by=cast.chair, answer="unsure", note="Un doute.")
    return application, {
        cast.ana: ["already"],
        cast.ben: [],
        cast.chloe: ["declined"],
        cast.dev: ["employer", "capacity"],
        cast.screener: ["duty"],
        cast.olivier: ["membership", "applicant_domain"],
        cast.chair: ["declared"],
    }


@proves(_records, moot=FEWER)
def test_each_reason_is_said_of_whom_it_concerns(cast, programme):
    application, expected = full(cast, programme)
    assert standing(checks.fitness([application])) == expected


def test_page_bulk_and_act_say_the_same_of_everybody(cast, programme):
    application, expected = full(cast, programme)
    assert standing(checks.candidates(application, reader=cast.officer)) == expected
    for person in (*expected, cast.sophie):
        assert standing(checks.fitness([application], [person])) == {person: expected.get(person, ["appointment"])}
        if person == cast.ben:
            continue
        with pytest.raises(WrongMoment) as stopped:
            assign_reviewer(application, person, by=cast.officer)
        assert [refusal.code for refusal in stopped.value.refusals] == expected.get(person, ["appointment"])
    assert assign_reviewer(application, cast.ben, by=cast.officer).seat == "cluster"


def test_words_of_a_reason_are_those_of_the_refusal(cast, programme):
    application, _expected = full(cast, programme)
    (fit,) = checks.fitness([application], [cast.dev])
    with pytest.raises(WrongMoment) as stopped:
        assign_reviewer(application, cast.dev, by=cast.officer)
    said = [str(refusal.message) for refusal in stopped.value.refusals]
    assert said == [f"{cast.dev.full_name}\xa0: {conflict.message}" for conflict in fit.conflicts]


@proves(_records, moot=FEWER)
def test_each_file_has_its_own_answers(cast, programme):
    """A tie, a doubt, a refusal and an assignment are of one file; a full queue is of the whole call."""
    first = assigned_file(cast, programme, reviewers=("ana", "ben"))
    second = eligible_file(cast, programme, company="precision")
    record_interest(by=cast.chloe, kind="family", organisation_name="", neq=first.organisation.neq)
    declare_interests(first, by=cast.ben, answer="unsure", note="Un doute.")
    Appointment.objects.filter(user=cast.ana, role="reviewer").update(capacity=1)
    Assignment.objects.create(  # what is given waits for nothing
        application=another(first), reviewer=cast.ana, assigned_by=cast.officer, seat="cluster", state="submitted",
        due=datetime(2026, 10, 6, 14, tzinfo=UTC),
    )  # fmt: skip
    found = checks.fitness([second, first], [cast.ben, cast.ana, cast.chloe])
    assert [(one.application_id, one.user, [str(c.code) for c in one.conflicts], one.load) for one in found] == [
        (second.pk, cast.ben, [], 1),
        (second.pk, cast.ana, ["capacity"], 1),
        (second.pk, cast.chloe, [], 0),
        (first.pk, cast.ben, ["declared", "already"], 1),
        (first.pk, cast.ana, ["already", "capacity"], 1),
        (first.pk, cast.chloe, ["family"], 0),
    ]


@proves(_records, _closed_to, moot=FEWER | {"without `call__in=": "what is of another call is never looked up"})
def test_a_file_that_is_closed_to_who_gives_counts_as_everybody_s_and_is_told_of_nobody(cast, programme):
    """Ana and Ben have the closed file alone, Chloé an open one; it may be anybody's for who may not read it, on the
    page as at the act. One of another call, or one that left, is nobody's."""
    closed = assigned_file(cast, programme, reviewers=("ana", "ben"))
    seen = assigned_file(cast, programme, company="precision", reviewers=("chloe",))
    file = another(seen, state="eligible")
    declare_interests(closed, by=cast.officer, answer="conflict", note="Ma sœur y travaille.")
    Appointment.objects.filter(role="reviewer", user__in=[cast.ana, cast.chloe]).update(capacity=1)

    def said(reader):
        found = checks.candidates(file, reader=reader)
        return [(one.user, one.load, [(c.code, c.message) for c in one.conflicts]) for one in found]

    one_file = [("capacity", "a déjà 1 dossier à évaluer")]
    perhaps = (
        "a peut-être déjà le nombre maximal de dossiers de cet appel\xa0: "
        "un dossier qui vous est fermé est compté comme le sien"
    )
    assert said(cast.officer) == [
        (cast.ben, 0, []), (cast.dev, 0, []), (cast.ana, 0, [("capacity", perhaps)]), (cast.chloe, 1, one_file)
    ]  # fmt: skip
    assert said(cast.screener) == [
        (cast.dev, 0, []), (cast.ben, 1, []), (cast.chloe, 1, one_file), (cast.ana, 1, one_file)
    ]  # fmt: skip
    for person, full in ((cast.ana, perhaps), (cast.chloe, one_file[0][1])):
        with pytest.raises(WrongMoment) as stopped:
            assign_reviewer(file, person, by=cast.officer)
        (refusal,) = stopped.value.refusals
        assert (refusal.code, refusal.message.rstrip(".")) == ("capacity", f"{person.full_name}\xa0: {full}")
    Assignment.objects.filter(application=closed).update(state="cancelled")  # nothing that is told of it
    assert said(cast.officer)[2] == (cast.ana, 0, [("capacity", perhaps)])
    here = {"call": closed.call, "state": closed.state}
    for nobodys in ({"call": another_call(closed.call)}, {"state": "withdrawn"}):
        Application.objects.filter(pk=closed.pk).update(**here | nobodys)
        assert (cast.ana, 0, []) in said(cast.officer)


@pytest.mark.parametrize(("excluded", "found"), [(["sponsor", "competitor"], ["competitor"]), (["sponsor"], [])])
def test_who_works_for_a_competitor_reviews_where_the_rules_let_them(cast, programme, excluded, found):
    """Whoever has an interest in the sponsor never does."""
    application = eligible_file(cast, programme)
    with_rules(application.call, panel={"excluded": excluded})
    record_interest(by=cast.chloe, kind="competitor", organisation_name="", neq=application.organisation.neq)
    record_interest(by=cast.dev, kind="shareholding", organisation_name="Aéronefs Boréal inc.")
    asked = checks.fitness([application], [cast.chloe, cast.dev])
    assert standing(asked) == {cast.chloe: found, cast.dev: ["shareholding"]}


def test_ended_role_and_closed_account_are_no_candidates(cast, programme):
    application = eligible_file(cast, programme)
    Appointment.objects.filter(user=cast.ana, role="reviewer").update(ends_on=YESTERDAY)
    cast.ben.is_active = False
    cast.ben.save()
    assert {one.user for one in checks.candidates(application, reader=cast.officer)} == {cast.chloe, cast.dev}
    assert standing(checks.fitness([application], [cast.ana, cast.ben])) == {
        cast.ana: ["appointment"],
        cast.ben: ["appointment"],
    }


def test_appointment_to_the_programme_itself_gives_the_seat(cast, programme):
    application = eligible_file(cast, programme)
    appoint(cast.sophie, by=cast.administrator, role="reviewer", cluster=programme.cluster, seat="independent")
    assert checks.fitness([application], [cast.sophie])[0].seat == "independent"
    appoint(cast.sophie, by=cast.administrator, role="reviewer", program=programme, seat="industry")
    (fit,) = checks.fitness([application], [cast.sophie])
    assert (fit.seat, fit.seat_label, fit.capacity) == ("industry", "industrie", 20)


def test_candidates_are_the_free_ones_then_the_least_loaded_then_by_name(cast, programme):
    """By name: Ben, Chloé, Dev, Ana. Ben has a file already; Chloé cannot take this one."""
    assigned_file(cast, programme, reviewers=("ben",))
    second = eligible_file(cast, programme, company="precision")
    record_interest(by=cast.chloe, kind="employer", organisation_name="", neq=second.organisation.neq)
    found = checks.candidates(second, reader=cast.officer)
    assert [one.user for one in found] == [cast.dev, cast.ana, cast.ben, cast.chloe]


def test_candidates_of_one_family_name_are_in_the_order_of_their_given_names(cast, programme):
    for name, given in (("ana", "Zoé"), ("ben", "Alix"), ("chloe", "Yves"), ("dev", "Basile")):
        User.objects.filter(pk=getattr(cast, name).pk).update(family_name="Roy", given_name=given)
    application = eligible_file(cast, programme)
    assert [one.user for one in checks.candidates(application, reader=cast.officer)] == [
        cast.ben,
        cast.dev,
        cast.chloe,
        cast.ana,
    ]


def test_who_scored_has_the_file_and_no_other_reason_against_them(cast, programme):
    application = reviewed_file(cast, programme)
    assert standing(checks.fitness([application], [cast.ana])) == {cast.ana: ["already"]}


def test_a_taken_back_file_can_be_given_again(cast, programme):
    application = assigned_file(cast, programme, reviewers=("ana",))
    cancel_assignment(of(application, cast.ana), by=cast.officer)
    (fit,) = checks.fitness([application], [cast.ana])
    assert (fit.is_fit, fit.load) == (True, 0)


def test_who_was_recused_is_not_offered_the_file_again(cast, programme):
    application = assigned_file(cast, programme, reviewers=("ana",))
    recuse_reviewer(of(application, cast.ana), by=cast.officer, note="Conjoint du fournisseur.")
    assert standing(checks.fitness([application], [cast.ana])) == {cast.ana: ["declared", "declined"]}


def test_sponsor_that_declined_or_was_cancelled_ties_nobody(cast, programme):
    application = eligible_file(cast, programme)
    record_interest(by=cast.dev, kind="employer", organisation_name="Aéronefs Boréal inc.")
    assert [str(c.code) for c in checks.proposed_conflicts(application, cast.dev)] == ["employer"]
    for column in ("declined_at", "cancelled_at"):
        application.sponsorships.update(declined_at=None, cancelled_at=None)
        application.sponsorships.update(**{column: datetime(2026, 10, 1, 14, tzinfo=UTC)})
        assert checks.proposed_conflicts(application, cast.dev) == []


def test_sponsor_is_joined_by_the_neq_registered_under_its_name(cast, programme, usinage):
    """A file's sponsor is known by its name alone: a tie to the same organisation by its number is found."""
    application = eligible_file(cast, programme)
    sponsor = application.sponsorships.get()
    precision = eligible_file(cast, programme, company="precision").organisation
    sponsor.organisation_name = "".join(one.upper() if one.isascii() else one for one in f" {precision.legal_name} ")
    sponsor.save()
    record_interest(by=cast.dev, kind="shareholding", organisation_name="Société à numéro", neq=precision.neq)
    assert [str(c.code) for c in checks.proposed_conflicts(application, cast.dev)] == ["shareholding"]


def test_queries_grow_neither_with_the_files_nor_with_the_people(cast, programme, django_assert_num_queries):
    first = eligible_file(cast, programme)
    appoint(cast.michel, by=cast.administrator, role="reviewer", program=programme, seat="independent")
    second = eligible_file(cast, programme, company="precision")  # which competes with the first, and is his
    checks.fitness([first])
    with CaptureQueriesContext(connection) as few:
        assert len(checks.fitness([fresh(first)])) == 5
    third = file_in_review(cast, programme, company="precision")
    for name in ("olivier", "emily", "sponsor", "endorser"):
        appoint(getattr(cast, name), by=cast.administrator, role="reviewer", program=programme, seat="independent")
        record_interest(by=getattr(cast, name), kind="employer", organisation_name="Ailleurs")
    files = [fresh(one) for one in (first, second, third)]
    with django_assert_num_queries(len(few) - 1):  # the first time reads its file again
        assert len(checks.fitness(files)) == 27
    assert len(few) <= 21


def test_reviewers_of_two_programmes_are_each_asked_of_their_own_files(cast, programme):
    """Whoever reviews for one programme alone is no candidate of the other, and may be one of both by the cluster."""
    first, second = eligible_file(cast, programme), eligible_file(cast, programme, company="precision")
    other = copied(programme, slug="autre", code="AU")
    Application.objects.filter(pk=second.pk).update(call=copied(second.call, program=other))
    second = fresh(second)
    appoint(cast.olivier, by=cast.administrator, role="reviewer", program=other, seat="industry")
    appoint(cast.michel, by=cast.administrator, role="reviewer", cluster=other.cluster, seat="independent")
    found = [(one.application_id, one.user) for one in checks.fitness([first, second])]
    assert {user for file, user in found if file == first.pk} == {
        cast.ana, cast.ben, cast.chloe, cast.dev, cast.michel
    }  # fmt: skip
    assert {user for file, user in found if file == second.pk} == {cast.olivier, cast.michel}


def copied(row, **other):
    """Another row like this one, but for its identifiers and what is said."""
    row = type(row).objects.get(pk=row.pk)
    row.pk, row._state.adding, row.public_id = None, True, uuid7()
    for name, value in other.items():
        setattr(row, name, value)
    row.save()
    return row


def test_first_of_several_acts_is_the_one_that_is_named(cast, programme):
    application = eligible_file(cast, programme)
    record_duty(application.pk, by=cast.screener, duty=Duty.CONFIRM)
    appoint(cast.screener, by=cast.administrator, role="reviewer", program=programme, seat="cluster")
    (fit,) = checks.fitness([application], [cast.screener])
    assert [conflict.message.endswith(f"{Duty.SCREEN.label}") for conflict in fit.conflicts] == [True]


@proves(sat_before)
def test_who_sat_before_did_so_before_the_latest_reopening_of_the_file_asked(cast, programme):
    first, other = submitted_row(cast, programme), submitted_row(cast, programme, company="precision")
    reopened = datetime(2026, 10, 2, 14, tzinfo=UTC)
    for file, reviewer, at in ((first, cast.ana, reopened), (other, cast.ben, None)):
        Assignment.objects.create(
            application=file, reviewer=reviewer, assigned_by=cast.officer, seat="cluster", due=reopened,
            state=AssignmentState.SUBMITTED, set_aside_at=at,
        )  # fmt: skip
    for person, duty, day in (
        (cast.chair, Duty.RECOMMEND, 1),
        (cast.approver, Duty.APPROVE, 1),
        (cast.endorser, Duty.ENDORSE, 1),
        (cast.dev, Duty.SCORE, 3),
    ):
        with clock.at(datetime(2026, 10, day, 14, tzinfo=UTC)):
            record_duty(first.pk, by=person, duty=duty)
            record_duty(other.pk, by=person, duty=duty)
    people = [getattr(cast, name).pk for name in ("ana", "ben", "chair", "approver", "endorser", "dev", "officer")]
    with clock.at(reopened):
        record_duty(first.pk, by=cast.officer, duty=Duty.SCORE)
    found = checks.sat_before([first.pk, other.pk], people)
    assert found == {(first.pk, person.pk) for person in (cast.ana, cast.chair, cast.approver, cast.officer)}
    assert checks.sat_before([other.pk], people) == set()
    assert checks.sat_before([first.pk], [cast.dev.pk]) == set()


@proves(sat_before)
def test_of_two_reopenings_the_latest_says_who_sat_before(cast, programme):
    """What was done between the two was done before the latest, for the second panel."""
    file = submitted_row(cast, programme)
    for reviewer, day in ((cast.ben, 4), (cast.ana, 2)):  # as rows lie when an early one was written again
        at = datetime(2026, 10, day, 14, tzinfo=UTC)
        Assignment.objects.create(
            application=file, reviewer=reviewer, assigned_by=cast.officer, seat="cluster", due=at,
            state=AssignmentState.SUBMITTED, set_aside_at=at,
        )  # fmt: skip
    for person, duty, day in ((cast.chair, Duty.RECOMMEND, 3), (cast.approver, Duty.APPROVE, 5)):
        with clock.at(datetime(2026, 10, day, 14, tzinfo=UTC)):
            record_duty(file.pk, by=person, duty=duty)
    found = checks.sat_before([file.pk], [person.pk for person in (cast.ana, cast.ben, cast.chair, cast.approver)])
    assert found == {(file.pk, person.pk) for person in (cast.ana, cast.ben, cast.chair)}
