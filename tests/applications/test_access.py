"""The one door to a file: by which right it opens, to whom it is closed, what it stamps and what it remembers."""

from datetime import timedelta

import pytest
from django.http import Http404

from applications.access import OWN, STAFF, enter, open_file
from applications.models import Application
from audit.models import Entry, Reading
from audit.states import Read
from decisions.access import PARTNER
from moves.refusals import Forbidden, WrongMoment
from moves.services import declare_standing
from programs.models import Appointment
from reviews.access import REVIEWER
from tests.decisions import files as decided
from tests.files import submitted_file
from tests.reviews.files import assigned_file, file_in_review
from work import clock

pytestmark = pytest.mark.django_db
RIGHTS = {"own": OWN, "staff": STAFF, "reviewer": REVIEWER, "partner": PARTNER}


def opens(person, right, file):
    """Whether the door lets the person in by this right: "yes", "closed" or "no"."""
    try:
        enter(person, RIGHTS[right], read=None, pk=file.pk)
    except Http404:
        return "no"
    except Forbidden:
        return "closed"
    return "yes"


@pytest.mark.parametrize(
    ("right", "enters"),
    [
        ("own", {"sophie", "olivier"}),
        ("staff", {"officer", "screener", "chair", "endorser", "approver", "finance", "auditor", "reconsiderer"}),
        ("reviewer", {"ana", "ben", "dev"}),
        ("partner", set()),
    ],
)
def test_each_right_lets_in_its_own_people_and_nobody_else(cast, programme, right, enters):
    file = file_in_review(cast, programme)
    found = {name for name, person in vars(cast).items() if hasattr(person, "appointments")}
    assert {name for name in found if opens(getattr(cast, name), right, file) == "yes"} == (enters & found)


def test_partner_enters_what_it_is_asked_to_concur_in(cast, programme):
    file = decided.approved(cast, programme, amount="90000.00").application
    assert opens(cast.concurrence, "partner", file) == "yes"
    assert opens(cast.analyst, "partner", file) == "no"


def test_a_draft_is_its_applicants_alone(cast, programme):
    file = submitted_file(cast, programme)
    Application.objects.filter(pk=file.pk).update(state="draft")
    assert opens(cast.sophie, "own", file) == "yes"
    assert opens(cast.officer, "staff", file) == "no"


@pytest.mark.parametrize("standing", ["conflict", "unsure"])
def test_a_conflict_closes_the_file_whatever_the_right_but_to_the_applicants_own(cast, programme, standing):
    file = file_in_review(cast, programme)
    for person, right, answer in (
        (cast.officer, "staff", "closed"),
        (cast.ana, "reviewer", "closed"),
        (cast.sophie, "own", "yes"),
    ):
        declare_standing(file.pk, user=person, standing=standing)
        assert opens(person, right, file) == answer


def test_whom_a_conflict_closes_the_file_to_is_told_so_before_anything_else(cast, programme):
    """Its review has not begun, and their role ended: neither is said to somebody whom the file is closed to."""
    file = assigned_file(cast, programme)
    file.assignments.filter(reviewer=cast.ana).update(state="accepted")
    with pytest.raises(WrongMoment):
        enter(cast.ana, REVIEWER, read=Read.EVIDENCE, pk=file.pk)
    declare_standing(file.pk, user=cast.ana, standing="conflict")
    for ends_on in (None, clock.today() - timedelta(days=1)):
        Appointment.objects.filter(user=cast.ana).update(ends_on=ends_on)
        with pytest.raises(Forbidden) as refused:
            enter(cast.ana, REVIEWER, read=Read.EVIDENCE, pk=file.pk)
        assert refused.value.code == "conflict"


@pytest.mark.parametrize("name", ["officer", "chair", "auditor", "sophie", "ana", "analyst"])
def test_the_door_and_the_lists_say_the_same(cast, programme, name):
    """Of three files, one that the person is barred from, and one of another company."""
    person = getattr(cast, name)
    own, barred = submitted_file(cast, programme), submitted_file(cast, programme, company="precision", at=None)
    declare_standing(barred.pk, user=person, standing="conflict")
    for file in (own, barred):
        let_in = "yes" in (opens(person, "own", file), opens(person, "staff", file))
        assert let_in == Application.objects.visible_to(person).filter(pk=file.pk).exists()
        staff = opens(person, "staff", file) == "yes"
        assert staff == Application.objects.of_staff(person).filter(pk=file.pk).exists()


def test_what_is_shown_is_remembered_and_what_only_acts_is_not(cast, programme):
    file = submitted_file(cast, programme)
    enter(cast.officer, STAFF, read=None, reference=file.reference)
    assert not Reading.objects.exists()
    enter(cast.officer, STAFF, read=Read.ANSWERS, reference=file.reference)
    reading = Reading.objects.get()
    assert (reading.actor_id, reading.application_id, reading.what) == (cast.officer.pk, file.pk, "answers")
    assert (reading.subject_type, reading.subject_id) == ("application", file.pk)


def test_who_is_not_let_in_opens_nothing_and_leaves_no_reading(cast, programme):
    file = submitted_file(cast, programme)
    declare_standing(file.pk, user=cast.officer, standing="conflict")
    for person in (cast.officer, cast.analyst):
        with pytest.raises((Http404, Forbidden)):
            enter(person, STAFF, read=Read.ANSWERS, pk=file.pk)
    assert not Reading.objects.exists()
    assert Application.objects.get(pk=file.pk).opened_at is None


@pytest.mark.parametrize(
    ("name", "right", "stamped"),
    [("officer", "staff", True), ("screener", "staff", True), ("auditor", "staff", False), ("sophie", "own", False)],
)
def test_the_first_reading_by_those_who_run_the_file_is_its_opening(cast, programme, name, right, stamped):
    file = submitted_file(cast, programme)
    entered = enter(getattr(cast, name), RIGHTS[right], read=Read.ANSWERS, pk=file.pk)
    assert (entered.opened_at is not None) is stamped


def test_the_opening_is_stamped_once(cast, programme):
    file = submitted_file(cast, programme)
    first = enter(cast.officer, STAFF, read=Read.ANSWERS, pk=file.pk).opened_at
    stale = Application.objects.get(pk=file.pk)
    stale.opened_at = None  # read before the other officer opened it
    assert open_file(stale, by=cast.screener).opened_at == first
    assert Entry.objects.filter(verb="application.open").count() == 1


@pytest.mark.parametrize(
    ("state", "enters"),
    [("offered", "no"), ("accepted", "yes"), ("submitted", "yes"), ("declined", "no"), ("recused", "no")],
)
def test_a_reviewer_enters_what_they_accepted_and_no_more(cast, programme, state, enters):
    file = file_in_review(cast, programme)
    file.assignments.filter(reviewer=cast.ana).update(state=state)
    assert opens(cast.ana, "reviewer", file) == enters


@pytest.mark.parametrize(("name", "right"), [("sophie", OWN), ("officer", STAFF)])
def test_the_door_costs_two_statements(cast, programme, django_assert_num_queries, name, right):
    """The file with its relations and the conflict in one, where the right asks of it; the reading in the other."""
    file = submitted_file(cast, programme)
    enter(cast.officer, STAFF, read=Read.ANSWERS, pk=file.pk)  # opens it
    with django_assert_num_queries(2):
        application = enter(getattr(cast, name), right, read=Read.ANSWERS, pk=file.pk)
        assert application.call.program.cluster.slug == "aerofil"


def test_a_closed_account_enters_nothing(cast, programme):
    file = submitted_file(cast, programme)
    for person, right in ((cast.sophie, "own"), (cast.officer, "staff")):
        assert opens(person, right, file) == "yes"
        person.is_active = False
        assert opens(person, right, file) == "no"


def test_a_reviewer_whose_role_ended_enters_no_more(cast, programme):
    file = file_in_review(cast, programme)
    file.assignments.filter(reviewer=cast.ana).update(state="accepted")
    Appointment.objects.filter(user=cast.ana).update(ends_on=clock.today() - timedelta(days=1))
    with pytest.raises(Forbidden):
        enter(cast.ana, REVIEWER, read=Read.EVIDENCE, pk=file.pk)
