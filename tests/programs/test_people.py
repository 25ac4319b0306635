"""Appointments to programmes: who gives them, what each role needs, what the trail keeps."""

from copy import copy
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import Cluster, ClusterAppointment, User
from accounts.roles import ClusterRole
from applications.models import Application
from audit.actors import CLOCK
from audit.models import Entry
from funding.access import envelopes_of
from funding.models import Partner, PartnerSeat
from funding.roles import PartnerRole
from funding.rules import holds_partner_role
from moves.refusals import Forbidden, WrongMoment
from programs.models import Appointment, Call, Program
from programs.querysets import (
    AppointmentQuerySet,
    CallQuerySet,
    ProgramQuerySet,
    held_on,
    in_office_holders,
    in_office_officers,
    read_by,
)
from programs.roles import ProgramRole
from programs.rules import (
    approval_limit,
    handles_money,
    holds,
    holds_somewhere,
    is_program_officer,
    is_staff,
    may_appoint,
    may_import,
    roles_held,
    works_here,
)
from programs.services.people import appoint, end_appointment
from tests.decisions.files import submitted_row
from tests.files import another, another_call, another_cluster
from tests.mutants import proves
from work import clock


def test_appointment_holds_on_every_programme_of_the_cluster_until_it_ends(cast, cluster, programme):
    held = appoint(cast.ana, by=cast.administrator, role="chair", cluster=cluster)
    assert holds(cast.ana, ProgramRole.CHAIR, programme)
    entry = Entry.objects.get(verb="program.appoint", subject_type="cluster")
    assert entry.given["person"] == str(cast.ana.public_id)
    assert entry.given["role"] == "chair"
    end_appointment(held, by=cast.administrator)
    assert not holds(cast.ana, ProgramRole.CHAIR, programme)
    assert Entry.objects.filter(verb="program.end_appointment").count() == 1


def test_appointment_again_changes_the_one_held(cast, cluster, programme):
    for limit in ("100000", "250000"):
        appoint(cast.ana, by=cast.administrator, role="approver", cluster=cluster, limit=Decimal(limit))
    assert approval_limit(cast.ana, programme) == Decimal("250000.00")
    assert cast.ana.appointments.filter(role="approver").count() == 1


@pytest.mark.parametrize(
    ("role", "given", "field"),
    [
        ("reviewer", {}, "seat"),
        ("reviewer", {"seat": "moon"}, "seat"),
        ("approver", {}, "limit"),
        ("approver", {"limit": Decimal("-0.01")}, "limit"),
        ("chair", {"ends_on": clock.today() - timedelta(days=1)}, "ends_on"),
    ],
)
def test_appointment_without_what_its_role_needs_is_refused_at_its_field(cast, cluster, role, given, field):
    with pytest.raises(ValidationError) as problem:
        appoint(cast.ana, by=cast.administrator, role=role, cluster=cluster, **given)
    assert list(problem.value.error_dict) == [field]
    assert not cast.ana.appointments.exists()


@pytest.mark.parametrize("key", ["officer", "auditor", "finance", "chair", "sophie", "analyst"])
def test_appointments_to_the_cluster_are_given_by_administrators_only(cast, cluster, key):
    by = getattr(cast, key)
    held = appoint(cast.ana, by=cast.administrator, role="reviewer", cluster=cluster, seat="cluster")
    for write in (
        lambda: appoint(by, by=by, role="approver", cluster=cluster, limit=1),
        lambda: appoint(cast.ben, by=by, role="reviewer", cluster=cluster, seat="cluster"),
        lambda: end_appointment(held, by=by),
    ):
        with pytest.raises(Forbidden):
            write()


def test_approver_may_be_given_a_limit_of_nothing(cast, cluster):
    assert appoint(cast.ana, by=cast.administrator, role="approver", cluster=cluster, limit="0").limit == 0


def test_closed_account_is_appointed_to_nothing(cast, cluster):
    cast.ana.is_active = False
    cast.ana.save(update_fields=["is_active"])
    with pytest.raises(WrongMoment):
        appoint(cast.ana, by=cast.administrator, role="chair", cluster=cluster)


@proves(in_office_holders, AppointmentQuerySet.on)
def test_people_who_hold_a_role_are_those_in_office_today_on_the_programme_or_all_of_its_cluster(
    cast, cluster, programme
):
    other = Program.objects.create(
        cluster=cluster, working_group=programme.working_group, code="AUTRE", slug="autre",
        name_fr="Autre", name_en="Other", contact_email="autre@example.com",
    )  # fmt: skip
    Appointment.objects.all().delete()
    today = clock.today()

    def hold(who, role=ProgramRole.APPROVER, **more):
        held = {"program": programme, "cluster": cluster, "starts_on": today, "limit": Decimal("50000")} | more
        Appointment.objects.create(user=getattr(cast, who), role=role, **held)

    hold("ana")
    hold("ben", program=None)
    hold("chloe", ends_on=today)
    hold("dev", ends_on=today - timedelta(days=1))
    hold("chair", starts_on=today + timedelta(days=1))
    hold("endorser", ProgramRole.ENDORSER)
    hold("approver", program=other)
    hold("emily", program=None, cluster=another_cluster())
    hold("auditor")
    hold("finance")
    User.objects.filter(pk=cast.finance.pk).update(is_active=False)
    held = in_office_holders(programme, ProgramRole.APPROVER)
    assert list(held) == sorted([cast.ana, cast.ben, cast.chloe, cast.auditor], key=lambda one: one.pk)


def _rows_of_every_kind(cast, cluster, programme, elsewhere):
    """Somebody for each way to hold, to have held, and to be about to hold each role, here and elsewhere."""
    sister, other = (
        Program.objects.create(
            cluster=where, working_group=programme.working_group, code=code, slug=code.lower(),
            name_fr="Autre", name_en="Other", contact_email="autre@example.com",
        )
        for where, code in ((cluster, "SOEUR"), (elsewhere, "AUTRE"))
    )  # fmt: skip
    Appointment.objects.all().delete()
    ClusterAppointment.objects.all().delete()
    day, today = timedelta(days=1), clock.today()
    terms = {
        "ana": {"program": programme},
        "ben": {"program": None},
        "chloe": {"program": programme, "ends_on": today},
        "dev": {"program": programme, "ends_on": today - day},
        "chair": {"program": programme, "starts_on": today + day},
        "concurrence": {"program": sister},
        "endorser": {"program": other, "cluster": elsewhere},
        "approver": {"program": None, "cluster": elsewhere},
        "finance": {"program": programme},
    }
    usual = {"cluster": cluster, "starts_on": today - 9 * day, "limit": 1, "seat": "cluster"}
    Appointment.objects.bulk_create(
        Appointment(user=getattr(cast, who), role=role, **usual | term)
        for who, term in terms.items()
        for role in ProgramRole
    )
    for role, who in zip(ClusterRole, ("officer", "auditor", "administrator", "screener"), strict=True):
        ClusterAppointment.objects.create(user=getattr(cast, who), cluster=cluster, role=role)
    ClusterAppointment.objects.create(user=cast.sophie, cluster=elsewhere, role="officer")
    ClusterAppointment.objects.create(user=cast.emily, cluster=cluster, role="officer", starts_on=today + day)
    ClusterAppointment.objects.create(user=cast.michel, cluster=cluster, role="officer", ends_on=today - day)
    ClusterAppointment.objects.create(user=cast.olivier, cluster=cluster, role="officer")
    for closed in (cast.finance, cast.olivier):  # closed since their rows were read
        User.objects.filter(pk=closed.pk).update(is_active=False)
    return sister, other


@proves(in_office_holders, AppointmentQuerySet.on, holds, held_on, holds_somewhere)
@pytest.mark.parametrize("role", [ProgramRole.OFFICER, ProgramRole.APPROVER])  # of a cluster too; of programmes alone
def test_who_holds_a_role_is_the_same_from_the_person_from_the_programme_and_of_the_two(cast, cluster, programme, role):
    """The auditor holds every other role."""
    elsewhere = Cluster.objects.create(slug="ailleurs", name_fr="Ailleurs", name_en="Elsewhere")
    sister, other = _rows_of_every_kind(cast, cluster, programme, elsewhere)
    everywhere = {cast.ben} | ({cast.officer} if role == "officer" else set())
    here, beside = everywhere | {cast.ana, cast.chloe}, everywhere | {cast.concurrence}
    there = {cast.endorser, cast.approver} | ({cast.sophie} if role == "officer" else set())
    everybody, others = set(vars(cast).values()), [other_role for other_role in ProgramRole if other_role != role]
    for other_role in others:
        row = {"cluster": cluster, "program": programme, "limit": 1, "seat": "cluster"}
        Appointment.objects.create(user=cast.auditor, role=other_role, **row)
    for program, people in ((programme, here), (sister, beside), (other, there)):
        assert set(in_office_holders(program, role)) == people
        assert {one for one in everybody if holds(one, role, program)} == people
        assert {one for one in everybody if Program.objects.filter(held_on(one, role), pk=program.pk)} == people
        calls = program.calls.all()
        if calls:
            assert {one for one in everybody if calls.filter(held_on(one, role, program="program"))} == people
    assert list(Program.objects.exclude(held_on(cast.approver, role)).order_by("pk")) == [programme, sister]
    assert {one for one in everybody if holds_somewhere(one, role)} == here | beside | there


@proves(holds_somewhere, roles_held)
def test_staff_and_those_who_work_here_hold_a_role_today_of_a_programme_or_of_a_cluster(cast, cluster, programme):
    elsewhere = Cluster.objects.create(slug="ailleurs", name_fr="Ailleurs", name_en="Elsewhere")
    _rows_of_every_kind(cast, cluster, programme, elsewhere)
    everybody = vars(cast).values()
    appointed = {cast.ana, cast.ben, cast.chloe, cast.concurrence, cast.endorser, cast.approver}
    officers = {*appointed, cast.officer, cast.sophie}
    assert {one for one in everybody if may_import(one)} == officers
    assert {one for one in everybody if handles_money(one)} == officers
    assert {one for one in everybody if is_staff(one)} == officers | {cast.auditor, cast.screener}
    assert {one for one in everybody if works_here(one)} == officers | {cast.auditor, cast.screener, cast.administrator}
    of_cluster = {cast.officer: {ProgramRole.OFFICER}, cast.sophie: {ProgramRole.OFFICER}}
    held = {one: roles for one in everybody if (roles := roles_held(one))}
    assert held == of_cluster | {one: set(ProgramRole) for one in appointed}
    Appointment.objects.exclude(role=ProgramRole.REVIEWER).delete()
    assert not is_staff(cast.ana)
    assert not handles_money(cast.ana)


@proves(holds, holds_somewhere, roles_held, approval_limit, envelopes_of, holds_partner_role)
@proves(ProgramQuerySet.of_staff, CallQuerySet.of_staff)
def test_who_is_no_person_holds_nothing_though_a_key_is_the_same(cast, cluster, programme):
    """An officer and approver whose account was closed a moment ago, an API key of the same number, the clock."""
    for role, more in (("officer", {}), ("approver", {"limit": 1})):
        Appointment.objects.create(user=cast.ana, cluster=cluster, program=programme, role=role, **more)
    ClusterAppointment.objects.create(user=cast.ana, cluster=cluster, role="finance")
    PartnerSeat.objects.create(user=cast.ana, partner=(partner := Partner.objects.get()), role="analyst")
    closed = User.objects.get(pk=cast.ana.pk)
    closed.is_active = False
    key = copy(cast.ana)
    key.actor = "key"

    def asked(by):
        lists = [Program.objects.of_staff(by), Call.objects.of_staff(by), envelopes_of(by), roles_held(by)]
        limit = approval_limit(by, programme) is not None
        asks = [holds_somewhere(by, ProgramRole.OFFICER), holds_partner_role(by, PartnerRole.ANALYST, partner)]
        return [bool(found) for found in lists] + [limit, holds(by, ProgramRole.OFFICER, programme), *asks]

    assert asked(cast.ana) == [True] * 8
    for by in (closed, key, CLOCK, None):
        assert asked(by) == [False] * 8


def test_officer_of_every_programme_of_a_cluster_that_has_none_may_bring_the_first(cast, cluster):
    appoint(cast.ana, by=cast.administrator, role="officer", cluster=cluster)
    assert not Program.objects.exists()
    assert may_import(cast.ana)
    assert not may_import(cast.ben)


@proves(approval_limit)
def test_limit_is_the_highest_of_the_appointments_that_run_here(cast, cluster, programme):
    Appointment.objects.all().delete()
    held = {"user": cast.ana, "role": ProgramRole.APPROVER, "cluster": cluster}
    assert approval_limit(cast.ana, programme) is None
    Appointment.objects.create(program=programme, limit=Decimal("10.00"), **held)
    Appointment.objects.create(program=None, limit=Decimal("20.00"), **held)
    assert approval_limit(cast.ana, programme) == Decimal("20.00")
    Appointment.objects.filter(program=None).update(ends_on=clock.today() - timedelta(days=1))
    assert approval_limit(cast.ana, programme) == Decimal("10.00")
    User.objects.filter(pk=cast.ana.pk).update(is_active=False)
    assert approval_limit(cast.ana, programme) is None


def test_officers_are_the_programmes_own_and_the_clusters(cast, cluster, programme):
    Appointment.objects.all().delete()
    today = clock.today()
    held = {"role": ProgramRole.OFFICER, "cluster": cluster, "starts_on": today}
    Appointment.objects.create(user=cast.ana, program=programme, **held)
    Appointment.objects.create(user=cast.ben, program=None, **held)
    Appointment.objects.create(user=cast.chair, program=programme, **held | {"role": ProgramRole.CHAIR})
    officers = sorted([cast.ana, cast.ben, cast.officer], key=lambda one: one.pk)  # the last, of the whole cluster
    assert list(in_office_officers(programme)) == officers


@proves(in_office_holders)
def test_officers_of_the_cluster_are_those_in_office_of_this_one_with_an_open_account(cast, cluster, programme):
    Appointment.objects.all().delete()
    ClusterAppointment.objects.all().delete()
    today, other = clock.today(), another_cluster()

    def hold(who, role="officer", **more):
        held = {"cluster": cluster, "starts_on": today} | more
        ClusterAppointment.objects.create(user=getattr(cast, who), role=role, **held)

    hold("dev"), hold("ben", ends_on=today)
    hold("ana", ends_on=today - timedelta(days=1))
    hold("chair", starts_on=today + timedelta(days=1))
    hold("approver", cluster=other), hold("auditor", "auditor"), hold("finance", "finance")
    hold("officer"), User.objects.filter(pk=cast.officer.pk).update(is_active=False)
    assert list(in_office_officers(programme)) == sorted([cast.dev, cast.ben], key=lambda one: one.pk)


# ------------------------------------------------------------------ what a role opens, and for how long

EVERY_ROLE = ProgramRole.values


@pytest.fixture
def apart(cast, programme):
    """A programme of another cluster, with its call and a file, beside those of the cast; everybody's roles taken."""
    file = submitted_row(cast, programme)
    theirs = another(file, call=another_call(file.call, cluster=another_cluster()))
    Appointment.objects.all().delete()
    ClusterAppointment.objects.all().delete()
    return theirs


def opened(user):
    """The programmes, the calls and the files that `user` reads, runs, or has in hand as an officer: their keys."""
    return {
        "reads": [*Program.objects.of_staff(user), *Call.objects.of_staff(user), *Application.objects.of_staff(user)],
        "runs": [
            *Program.objects.filter(held_on(user, ProgramRole.OFFICER)),
            *Call.objects.filter(held_on(user, ProgramRole.OFFICER, program="program")),
        ],
        "has in hand": list(Application.objects.held_by(user, ProgramRole.OFFICER)),
        "money": list(Program.objects.with_money_of(user)),
        "may": [ask(user) for ask in (is_staff, works_here, handles_money, may_import)],
    }


NOTHING = {"reads": [], "runs": [], "has in hand": [], "money": [], "may": [False] * 4}
TERMS = {"ended yesterday": (-9, -1, False), "begins tomorrow": (1, None, False), "last day": (-9, 0, True)}


@proves(ProgramQuerySet.of_staff, CallQuerySet.of_staff, ProgramQuerySet.with_money_of, read_by)
@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize("given", ["programme", "all of the cluster", "cluster role"])
def test_officer_opens_what_they_run_while_in_office(cast, apart, programme, cluster, given, term):
    first, last, runs = TERMS[term]
    days = [None if day is None else clock.today() + timedelta(days=day) for day in (first, last)]
    held = {"user": cast.ana, "cluster": cluster, "role": "officer", "starts_on": days[0], "ends_on": days[1]}
    if given == "cluster role":
        ClusterAppointment.objects.create(**held)
    else:
        Appointment.objects.create(program=programme if given == "programme" else None, **held)
    call = programme.calls.get()
    file = call.applications.get()
    everything = {
        "reads": [programme, call, file],
        "runs": [programme, call],
        "has in hand": [file],
        "money": [programme],
        "may": [True] * 4,
    }
    assert opened(cast.ana) == (everything if runs else NOTHING)
    assert is_program_officer(programme, cast.ana) is runs
    assert not is_program_officer(apart.call.program, cast.ana)


# What each role on a programme opens of it: its set-up, its money.
ROLES = {
    "officer": (True, True),
    "screener": (True, False),
    "confirmer": (True, False),
    "reviewer": (False, False),
    "chair": (True, True),
    "endorser": (True, True),
    "approver": (True, True),
    "reconsiderer": (True, False),
}


@proves(ProgramQuerySet.of_staff, ProgramQuerySet.with_money_of)
@pytest.mark.parametrize("role", EVERY_ROLE)
def test_role_on_a_programme_opens_its_set_up_and_its_money_as_the_table_says(cast, apart, programme, cluster, role):
    reads, handles = ROLES[role]
    Appointment.objects.create(user=cast.ana, cluster=cluster, program=programme, role=role, seat="cluster", limit=1)
    assert (is_staff(cast.ana), works_here(cast.ana), handles_money(cast.ana)) == (reads, reads, handles)
    assert list(Program.objects.of_staff(cast.ana)) == [programme] * reads
    assert list(Program.objects.with_money_of(cast.ana)) == [programme] * handles
    assert may_import(cast.ana) is (role == "officer")


# And each role in the whole cluster: it reads the set-up; it works here.
CLUSTER_ROLES = {
    "officer": (True, True),
    "auditor": (True, True),
    "finance": (True, True),
    "administrator": (False, True),
}


@pytest.mark.parametrize("role", CLUSTER_ROLES)
def test_role_in_the_cluster_opens_its_programmes_as_the_table_says(cast, apart, programme, cluster, role):
    reads, works = CLUSTER_ROLES[role]
    ClusterAppointment.objects.create(user=cast.ana, cluster=cluster, role=role)
    assert (is_staff(cast.ana), works_here(cast.ana), may_import(cast.ana)) == (reads, works, role == "officer")
    assert list(Program.objects.of_staff(cast.ana)) == list(Program.objects.with_money_of(cast.ana))
    assert list(Program.objects.of_staff(cast.ana)) == [programme] * reads


@proves(approval_limit)
def test_limit_of_an_approver_is_the_highest_of_those_they_hold_today_on_the_programme(cast, apart, programme, cluster):
    today, theirs = clock.today(), apart.call.program

    def hold(limit, role="approver", **more):
        held = {"cluster": cluster, "program": programme, "starts_on": today, "seat": "cluster"} | more
        Appointment.objects.create(user=cast.ana, role=role, limit=limit, **held)

    assert approval_limit(cast.ana, programme) is None
    hold(900, "chair")
    assert approval_limit(cast.ana, programme) is None
    hold(50)
    assert approval_limit(cast.ana, programme) == 50
    hold(200, program=None)
    assert approval_limit(cast.ana, programme) == 200
    Appointment.objects.filter(limit=50).update(limit=250)
    assert approval_limit(cast.ana, programme) == 250
    hold(999, program=theirs, cluster=theirs.cluster), hold(999, program=None, cluster=theirs.cluster)
    assert approval_limit(cast.ana, programme) == 250
    Appointment.objects.filter(limit=250).update(ends_on=today - timedelta(days=1))
    assert approval_limit(cast.ana, programme) == 200
    Appointment.objects.filter(limit=200).update(starts_on=today + timedelta(days=1))
    assert approval_limit(cast.ana, programme) is None


def test_officer_of_a_programme_appoints_its_reviewers_and_nobody_else(cast, apart, programme, cluster):
    theirs = apart.call.program
    Appointment.objects.create(user=cast.ana, cluster=cluster, program=programme, role="officer")
    given = [role for role in EVERY_ROLE if may_appoint(cluster, programme, role, cast.ana)]
    assert given == ["reviewer"]
    assert not may_appoint(cluster, None, "reviewer", cast.ana)
    assert not may_appoint(theirs.cluster, theirs, "reviewer", cast.ana)


@pytest.mark.parametrize("limit", [None, Decimal("-0.01")])
def test_database_keeps_no_approver_without_a_limit(cast, programme, limit):
    """Whatever writes the row: an appointment without one would be an approver of anything, or of nothing."""
    with pytest.raises(IntegrityError, match="appointment_approver_has_a_limit"), transaction.atomic():
        Appointment.objects.create(
            user=cast.ana, cluster=programme.cluster, program=programme, role=ProgramRole.APPROVER, limit=limit
        )
