"""Which assignments, ties and appointments count: one row of each kind, in and out."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from accounts.models import ClusterAppointment, Membership, Organisation, User
from applications.models import Application
from audit.actors import CLOCK
from moves.services import declare_standing
from programs.models import Appointment
from reviews.access import _has_a_part_in, may_declare
from reviews.checks.conflicts import parties_of, ties_of
from reviews.checks.fitness import _appointments
from reviews.models import Assignment, Interest, Recommendation
from reviews.querysets import AssignmentQuerySet, RecommendationQuerySet
from reviews.states import AssignmentState
from tests.decisions.files import other_programme, submitted_row
from tests.files import another
from tests.mutants import proves
from tests.reviews.test_fitness import FEWER
from work.names import enterprise_key

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 10, 6, 14, tzinfo=UTC)
TODAY = date(2026, 10, 6)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def in_october(clock_at):
    clock_at(NOW)


@proves(
    AssignmentQuerySet.of_reviewer,
    AssignmentQuerySet.readable,
    AssignmentQuerySet.held,
    AssignmentQuerySet.live,
    AssignmentQuerySet.refused,
)
def test_assignments_are_live_readable_or_refused_by_their_state_and_live_until_they_are_set_aside(cast, programme):
    file = submitted_row(cast, programme)

    def give(person, state, **more):
        return Assignment.objects.create(
            application=another(file), reviewer=person, assigned_by=cast.officer, seat="cluster", due=NOW, state=state,
            **more,
        )  # fmt: skip

    present = {state: give(cast.ana, state) for state in AssignmentState}
    aside = {state: give(cast.ana, state, set_aside_at=NOW) for state in AssignmentState}
    give(cast.ben, "accepted")
    for nobody in (CLOCK, SimpleNamespace(actor="key", pk=cast.ana.pk, is_active=True)):
        assert not Assignment.objects.of_reviewer(nobody).exists()
    mine = Assignment.objects.of_reviewer(cast.ana)
    assert set(mine) == {*present.values(), *aside.values()}
    assert set(mine.live()) == {present[one] for one in ("offered", "accepted", "submitted")}
    assert set(mine.held()) == {rows[one] for rows in (present, aside) for one in ("offered", "accepted", "submitted")}
    assert set(mine.held()) == {one for one in mine if one.is_held}
    for found, states in ((mine.readable(), ("accepted", "submitted")), (mine.refused(), ("declined", "recused"))):
        assert set(found) == {rows[one] for rows in (present, aside) for one in states}


@proves(AssignmentQuerySet.open_to)
def test_what_becomes_of_a_review_is_told_to_a_reviewer_of_today_to_whom_its_file_is_open(cast, programme):
    """Of one review in each state, of those of closed files and of somebody else; and once the role has ended."""
    base = submitted_row(cast, programme)

    def give(state="accepted", person=cast.ana):
        columns = {"reviewer": person, "assigned_by": cast.officer, "seat": "cluster", "due": NOW, "state": state}
        return Assignment.objects.create(application=another(base, state="in_review"), **columns)

    mine = {give(state) for state in AssignmentState}
    doubt, side, theirs = give(), give(), give(person=cast.ben)
    declare_standing(doubt.application_id, user=cast.ana, standing="unsure")
    declare_standing(theirs.application_id, user=cast.ana, standing="clear")
    other = Organisation.objects.create(legal_name="Autre", neq="1140000009")
    Application.objects.filter(pk=side.application_id).update(organisation=other)
    Membership.objects.create(user=cast.ana, organisation=other, role="member")
    assert set(Assignment.objects.open_to(cast.ana)) == mine
    assert set(Assignment.objects.open_to(cast.ben)) == {theirs}
    Appointment.objects.filter(user=cast.ana).update(ends_on=TODAY - DAY)
    assert set(Assignment.objects.open_to(cast.ana)) == set()


@proves(AssignmentQuerySet.visible_to)
def test_review_is_open_to_the_staff_of_its_file_and_to_its_reviewer_in_office_once_it_is_begun(cast, programme):
    base = submitted_row(cast, programme)

    def give(state="accepted", person=cast.ana, of="in_review"):
        return Assignment.objects.create(
            application=another(base, state=of), reviewer=person, assigned_by=cast.officer, seat="cluster", due=NOW,
            state=state,
        )  # fmt: skip

    mine = {state: give(state) for state in AssignmentState}
    closed, theirs, early, later = give(), give(person=cast.ben), give(of="eligible"), give(of="reviewed")
    again = give("submitted", of="eligible")  # screened again since, of which its reviewer is not told
    declare_standing(closed.application_id, user=cast.ana, standing="conflict")
    rows = Assignment.objects
    assert set(rows.visible_to(cast.ana)) == {mine["accepted"], mine["submitted"], later, again}
    assert set(rows.visible_to(cast.ben)) == {theirs}
    assert set(rows.visible_to(cast.officer)) == {*mine.values(), closed, theirs, early, later, again}
    declare_standing(theirs.application_id, user=cast.officer, standing="unsure")
    assert theirs not in rows.visible_to(cast.officer)
    assert set(rows.visible_to(cast.sophie)) == set()
    Appointment.objects.filter(user=cast.ana).update(ends_on=TODAY - DAY)
    assert set(rows.visible_to(cast.ana)) == set()


@proves(RecommendationQuerySet.standing)
def test_recommendation_stands_until_it_is_void(cast, programme):
    file = submitted_row(cast, programme)
    _void, stands = (
        Recommendation.objects.create(application=file, outcome="declined", by=cast.chair, voided_at=voided)
        for voided in (NOW, None)
    )
    assert list(Recommendation.objects.standing()) == [stands]


@proves(ties_of, moot=FEWER)
def test_ties_of_a_person_are_whom_they_act_for_and_the_interests_of_the_last_two_years_as_they_came(cast, usinage):
    def act_for(user, name, neq):
        made = Organisation.objects.create(legal_name=name, neq=neq)
        return Membership.objects.create(user=user, organisation=made, role="member")

    def declare(user, name, starts=TODAY, ends=None):
        fields = {"kind": "employer", "organisation_name": name, "starts_on": starts, "ends_on": ends}
        return Interest.objects.create(user=user, **fields)

    first, second = act_for(cast.ana, "Premier", "1140000001"), act_for(cast.ana, "Second", "1140000002")
    act_for(cast.ben, "Autre", "1140000003")
    for number, ended in ((4, NOW - 700 * DAY), (5, NOW - 740 * DAY)):  # two years ago, or a little more
        left = act_for(cast.ana, f"Quitté {number}", f"114000000{number}")
        Membership.objects.filter(pk=left.pk).update(ended_at=ended)
    since = date(2024, 10, 6)
    runs, ended = declare(cast.ana, "Employeur"), declare(cast.ana, "Ancien", since, since)
    declare(cast.ana, "Oublié", since - DAY, since - DAY)
    to_come = declare(cast.ana, "Futur", TODAY + DAY)  # who knows of it today is bound by it today
    declare(cast.ben, "Autre")
    first.save(), runs.save()  # the last of their tables: the order is not that of the rows
    found = ties_of([cast.ana])
    assert found.keys() == {cast.ana.pk}
    assert found[cast.ana.pk].organisations == {first.organisation_id, second.organisation_id}
    assert [tie.neq for tie in found[cast.ana.pk].memberships] == ["1140000001", "1140000002", "1140000004"]
    keys = [enterprise_key(one.organisation_name) for one in (runs, ended, to_come)]
    assert [tie.names for tie in found[cast.ana.pk].interests] == [{key} for key in keys]


MATCHED = dict.fromkeys(
    ("without `program=None`", "without `cluster__in=", "without `Q(program__in=programs) | everywhere`"),
    "each row is matched to its programme after: it only reads fewer",
) | {"order by `-id`": "nobody holds a role twice at a time there"}


@proves(_appointments, moot=MATCHED)
def test_reviewers_of_a_programme_are_appointed_to_it_else_to_all_of_its_cluster_and_in_office(cast, programme):
    beside, there = other_programme(programme), other_programme(programme, "CX", elsewhere=True)
    Appointment.objects.all().delete()

    def person(name):
        return User.objects.create_user(f"{name}@aero.example", given_name=name, family_name="Roy")

    def appoint(user, where=programme, role="reviewer", *, everywhere=False, **more):
        return Appointment.objects.create(
            user=user, cluster=where.cluster, program=None if everywhere else where, role=role, seat="cluster",
            **{"starts_on": TODAY, **more},
        )  # fmt: skip

    both, wide, own = person("both"), person("wide"), person("own")
    appoint(both, everywhere=True)
    of_both, of_own = appoint(both), appoint(own, ends_on=TODAY)
    of_wide = appoint(wide, everywhere=True)
    appoint(person("chair"), role="chair"), appoint(person("later"), starts_on=TODAY + DAY)
    appoint(person("ended"), starts_on=TODAY - DAY, ends_on=TODAY - DAY)
    appoint(person("beside"), beside), appoint(person("there"), there, everywhere=True)
    ClusterAppointment.objects.create(user=person("all"), cluster=programme.cluster, role="officer", starts_on=TODAY)
    found = _appointments({programme}, None, hold=False)
    here = programme.pk
    assert found == {(here, both.pk): of_both, (here, own.pk): of_own, (here, wide.pk): of_wide}
    assert _appointments({programme}, [own, cast.chair], hold=True) == {(here, own.pk): of_own}


@proves(may_declare, _has_a_part_in)
def test_part_in_a_file_is_of_that_file_once_submitted_and_by_a_seat_that_is_held(cast, programme):
    file = submitted_row(cast, programme)
    other, draft = another(file), another(file, state="draft")
    Assignment.objects.create(application=file, reviewer=cast.ana, assigned_by=cast.officer, seat="cluster", due=NOW)

    def declares(person):
        return [may_declare(one, person) for one in (file, other, draft)]

    assert (declares(cast.ana), declares(cast.officer)) == ([True, False, False], [True, True, False])
    assert declares(cast.analyst) == [True, True, False]
    cast.analyst.partner_seats.update(starts_on=TODAY - DAY, ends_on=TODAY - DAY)
    assert (declares(cast.analyst), declares(cast.sophie)) == ([False] * 3, [False] * 3)


@proves(parties_of, moot=FEWER)
def test_parties_of_a_file_are_its_applicant_with_who_acts_for_it_and_the_sponsors_that_stand(cast, programme, usinage):
    file = submitted_row(cast, programme)
    for domain, ended in (("present.example", None), ("ancien.example", NOW - DAY)):
        user = User.objects.create_user(f"ines@{domain}", given_name="Inès", family_name="Roy")
        Membership.objects.create(user=user, organisation=usinage, role="member", ended_at=ended)
    Membership.objects.create(user=cast.officer, organisation=usinage, role="member")  # she writes from the cluster's
    ran = User.objects.create_user("rose@parti.example", given_name="Rose", family_name="Roy")  # she ran it once
    ran.cluster_appointments.create(
        cluster=file.call.program.cluster, role="officer",
        starts_on=TODAY - 9 * DAY, ends_on=TODAY - DAY,
    )  # fmt: skip
    Membership.objects.create(user=ran, organisation=usinage, role="member")
    for number, ended in enumerate(({}, {"cancelled_at": NOW}, {"declined_at": NOW})):
        file.sponsorships.create(
            email=f"h@sponsor{number}.example", token_digest=str(number), invited_by=cast.sophie, expires_at=NOW,
            organisation_name=f"Commanditaire {number}", **ended,
        )  # fmt: skip
    found = parties_of([file])[file.pk]
    assert found.sponsor_domains == {"sponsor0.example"}
    assert found.applicant_domains & {"present.example", "ancien.example"} == {"present.example"}
    assert cast.officer.email.partition("@")[2] not in found.applicant_domains
    assert "parti.example" in found.applicant_domains
    assert (found.applicant, found.neqs) == (usinage.pk, {usinage.neq})
    assert found.names == {"usinagegauthier", "commanditaire0"}


@proves(parties_of, moot=FEWER)
def test_parties_of_a_file_are_those_of_each_submission_too_with_the_sponsor_of_the_one_that_counts(
    cast, programme, usinage
):
    file = submitted_row(cast, programme)
    beside = another(file)
    kept = {"canonical": "{}", "digest": "", "form_version": 1, "signed_name": "", "by": cast.sophie}
    file.snapshots.update(
        applicant_name="Gauthier inc.", applicant_neq="1140000001", applicant_mail="a.example\ngmail.com",
        applicant_website="https://facebook.com/gauthier", sponsor_neqs="1140000003\n1140000004",
    )  # fmt: skip
    file.snapshots.create(
        number=2, **kept, superseded_at=NOW, applicant_name="Gauthier et fils", applicant_neq="1140000002",
        applicant_mail="b.example", applicant_website="https://www.c.example/fr", sponsor_neqs="1140000005",
    )  # fmt: skip
    beside.snapshots.create(number=1, **kept, applicant_neq="1140000006")
    found = parties_of([file])[file.pk]
    assert found.names == {"usinagegauthier", "gauthier", "gauthieretfils"}
    assert found.neqs == {usinage.neq, *(f"114000000{number}" for number in (1, 2, 3, 4))}
    assert found.applicant_domains == {"gauthier.example", "a.example", "b.example", "c.example"}
    assert parties_of([file, beside])[beside.pk].neqs == {usinage.neq, "1140000006"}
