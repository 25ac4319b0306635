"""Who declares interests in a file, and comes through the door to do it: page, list and act say the same."""

from datetime import UTC, date, datetime

import pytest
from django.http import Http404
from django.urls import reverse

from applications.access import enter
from applications.models import Application
from audit.models import Reading
from moves.refusals import Forbidden, WrongMoment
from programs.models import Appointment
from programs.services.people import appoint
from reviews.access import REVIEWER, TO_DECLARE, _has_a_part_in, _under_review, may_declare
from reviews.models import Assignment, Declaration
from reviews.services import declare_interests, recuse_reviewer
from tests.files import submitted_file
from tests.mutants import proves
from tests.reviews.files import assigned_file, file_in_review, fresh, of

pytestmark = pytest.mark.django_db
STAFF_OF_FILES = {
    "officer",
    "screener",
    "confirmer",
    "chair",
    "endorser",
    "approver",
    "reconsiderer",
    "finance",
    "auditor",
}
PARTNERS = {"concurrence", "analyst", "ministry_admin"}


@pytest.fixture(autouse=True)
def in_october(clock_at):
    clock_at(datetime(2026, 10, 6, 14, tzinfo=UTC))


def comes_in(person, file):
    try:
        enter(person, TO_DECLARE, read=None, pk=file.pk)
    except Http404:
        return False
    return True


def people_of(cast):
    return {name: person for name, person in vars(cast).items() if hasattr(person, "appointments")}


@proves(may_declare, _has_a_part_in)
def test_who_has_a_part_in_a_file_declares_and_nobody_else(cast, programme):
    file = assigned_file(cast, programme)
    people = people_of(cast)
    found = {name for name, person in people.items() if comes_in(person, file)}
    assert found == (STAFF_OF_FILES | PARTNERS | {"ana", "ben", "dev"}) & people.keys()
    assert found == {name for name, person in people.items() if may_declare(file, person)}


def test_auditor_who_says_that_a_file_is_not_theirs_to_read_reads_it_no_more(cast, programme, client):
    file = assigned_file(cast, programme)
    client.force_login(cast.auditor)
    page = client.get(reverse("file-detail", args=[file.reference]))
    way = reverse("review-declare", args=[file.reference])
    assert f'href="{way}?next=' in page.content.decode()
    client.post(way, {"answer": "conflict", "note": "Mon frère y travaille."})
    assert client.get(reverse("file-detail", args=[file.reference])).status_code == 403
    assert Declaration.objects.get(user=cast.auditor).note == "Mon frère y travaille."


def test_who_the_door_does_not_let_in_declares_nothing(cast, programme):
    file = assigned_file(cast, programme)
    for person in people_of(cast).values():
        if comes_in(person, file):
            assert declare_interests(file, by=person, answer="conflict", note="Un lien.").user == person
        else:
            with pytest.raises(Forbidden):
                declare_interests(file, by=person, answer="conflict", note="Un lien.")


@proves(may_declare, _has_a_part_in)
def test_ended_role_gives_no_part_in_a_file_and_an_assignment_of_the_past_still_does(cast, programme):
    file = assigned_file(cast, programme)
    Appointment.objects.filter(user=cast.screener).update(ends_on=date(2026, 10, 5))
    Appointment.objects.filter(user=cast.ana).update(ends_on=date(2026, 10, 5))
    recuse_reviewer(of(file, cast.ana), by=cast.officer, note="Conjoint du fournisseur.")
    assert [comes_in(person, file) for person in (cast.screener, cast.ana)] == [False, True]


def test_role_in_the_whole_cluster_gives_a_part_in_its_files(cast, programme):
    file = assigned_file(cast, programme)
    appoint(cast.chloe, by=cast.administrator, role="endorser", cluster=programme.cluster)
    appoint(cast.michel, by=cast.administrator, role="reviewer", cluster=programme.cluster, seat="independent")
    assert [comes_in(person, file) for person in (cast.chloe, cast.michel)] == [True, False]


@proves(may_declare, _has_a_part_in)
def test_draft_is_declared_on_by_nobody(cast, programme):
    file = submitted_file(cast, programme)
    Application.objects.filter(pk=file.pk).update(state="draft")
    assert not comes_in(cast.officer, file)


@pytest.mark.parametrize("answer", ["conflict", "unsure"])
def test_file_closed_by_a_conflict_still_shows_its_declaration(cast, programme, client, answer):
    file = assigned_file(cast, programme)
    for person in (cast.chair, cast.ana):
        declare_interests(file, by=person, answer=answer, note="Ma sœur y travaille.")
        client.force_login(person)
        assert client.get(reverse("review-declare", args=[file.reference]), follow=True).status_code == 200


def test_declaration_read_is_remembered_and_a_mere_way_to_it_is_not(cast, programme, client):
    file = assigned_file(cast, programme)
    client.force_login(cast.chair)
    client.get(reverse("review-declare", args=[file.reference]))
    client.force_login(cast.ana)
    client.get(reverse("review-declare", args=[file.reference]))  # leads to the reviewer's own page
    assert [one.actor_id for one in Reading.objects.all()] == [cast.chair.pk]
    client.get(reverse("review-declare-own", args=[of(file, cast.ana).public_id]))
    kept = Reading.objects.order_by("id").values_list("actor_id", "application_id", "what")
    assert list(kept) == [(cast.chair.pk, file.pk, "interests"), (cast.ana.pk, file.pk, "interests")]


def test_page_shows_what_a_declaration_needs_and_nothing_of_the_file(cast, programme, client):
    file = file_in_review(cast, programme)
    for person in (cast.approver, cast.ana):
        client.force_login(person)
        shown = client.get(reverse("review-declare", args=[file.reference]), follow=True).content.decode()
        for named in (file.reference, file.organisation_name, "Aéronefs Boréal inc."):
            assert named in shown
        for hidden in ("train d’atterrissage", "review-document", "75 000", "75\xa0000"):
            assert hidden not in shown


def test_readable_assignments_are_those_accepted_or_submitted(cast, programme):
    """Of one assignment in each state, and of somebody else's."""
    file = file_in_review(cast, programme)
    for state, readable in (
        ("offered", False),
        ("accepted", True),
        ("submitted", True),
        ("declined", False),
        ("recused", False),
        ("cancelled", False),
    ):
        file.assignments.filter(reviewer=cast.ana).update(state=state)
        mine = Assignment.objects.of_reviewer(cast.ana)
        assert mine.readable().exists() is readable
        assert Application.objects.filter(REVIEWER.files(cast.ana)).exists() is readable
        assert not mine.exclude(reviewer=cast.ana).exists()


@proves(_under_review)
def test_file_that_is_not_yet_under_review_opens_to_who_gave_a_review_of_it_before_and_to_nobody_else(cast, programme):
    """It is screened again after one, of which its reviewer is not told; not to a colleague who gave none."""
    file, other = file_in_review(cast, programme), file_in_review(cast, programme, company="precision")
    Application.objects.filter(pk__in=[file.pk, other.pk]).update(state="eligible")
    file, other = fresh(file), fresh(other)
    for one, person in ((file, cast.ben), (other, cast.ana)):  # both have both files
        one.assignments.filter(reviewer=person).update(state="submitted")
    _under_review(other, cast.ana)
    for one, person in ((file, cast.ana), (other, cast.ben)):
        with pytest.raises(WrongMoment):
            _under_review(one, person)


def test_closed_account_has_no_assignment_of_its_own(cast, programme):
    assigned_file(cast, programme)
    assert Assignment.objects.of_reviewer(cast.ana).count() == 1
    cast.ana.is_active = False
    assert Assignment.objects.of_reviewer(cast.ana).count() == 0
