"""Appointments to programmes: who gives them, what each role needs, what the trail keeps."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from accounts.models import ClusterAppointment, User
from applications.models import Application
from audit.models import Entry
from moves.refusals import Forbidden, WrongMoment
from programs.models import Appointment, Call, Program
from programs.querysets import handles_money, in_office_holders, in_office_officers, is_staff, works_here
from programs.roles import ProgramRole
from programs.rules import approval_limit, holds, is_program_officer, may_appoint
from programs.selectors import may_import
from programs.services.people import appoint, end_appointment
from tests.decisions.files import submitted_row
from tests.files import another, another_call, another_cluster
from work import clock


class Anything:
    """A programme as the questions on roles see it: any of the cluster."""

    pk = 0

    def __init__(self, cluster):
        self.cluster_id = cluster.pk


def test_appointment_holds_on_every_programme_of_the_cluster_until_it_ends(cast, cluster):
    held = appoint(cast.ana, by=cast.administrator, role="chair", cluster=cluster)
    assert holds(cast.ana, ProgramRole.CHAIR, Anything(cluster))
    entry = Entry.objects.get(verb="program.appoint", subject_type="cluster")
    assert entry.given["person"] == str(cast.ana.public_id)
    assert entry.given["role"] == "chair"
    end_appointment(held, by=cast.administrator)
    assert not holds(cast.ana, ProgramRole.CHAIR, Anything(cluster))
    assert Entry.objects.filter(verb="program.end_appointment").count() == 1


def test_appointment_again_changes_the_one_held(cast, cluster):
    for limit in ("100000", "250000"):
        appoint(cast.approver, by=cast.administrator, role="approver", cluster=cluster, limit=Decimal(limit))
    assert approval_limit(cast.approver, Anything(cluster)) == Decimal("250000.00")
    assert cast.approver.appointments.count() == 1


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


def test_closed_account_is_appointed_to_nothing(cast, cluster):
    cast.ana.is_active = False
    cast.ana.save(update_fields=["is_active"])
    with pytest.raises(WrongMoment):
        appoint(cast.ana, by=cast.administrator, role="chair", cluster=cluster)


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
    hold("ben", program=None, limit=Decimal("49999.99"))
    hold("chloe", ends_on=today)
    hold("dev", ends_on=today - timedelta(days=1))
    hold("chair", starts_on=today + timedelta(days=1))
    hold("endorser", ProgramRole.ENDORSER)
    hold("approver", program=other)
    hold("auditor", limit=None)
    hold("finance")
    User.objects.filter(pk=cast.finance.pk).update(is_active=False)
    held = in_office_holders(programme, ProgramRole.APPROVER)
    assert list(held) == sorted([cast.ana, cast.ben, cast.chloe, cast.auditor], key=lambda one: one.pk)
    able = in_office_holders(programme, ProgramRole.APPROVER, limit=Decimal("50000"))
    assert list(able) == sorted([cast.ana, cast.chloe], key=lambda one: one.pk)


def test_officers_are_the_programmes_own_and_the_clusters(cast, cluster, programme):
    Appointment.objects.all().delete()
    today = clock.today()
    held = {"role": ProgramRole.OFFICER, "cluster": cluster, "starts_on": today}
    Appointment.objects.create(user=cast.ana, program=programme, **held)
    Appointment.objects.create(user=cast.ben, program=None, **held)
    Appointment.objects.create(user=cast.chair, program=programme, **held | {"role": ProgramRole.CHAIR})
    officers = sorted([cast.ana, cast.ben, cast.officer], key=lambda one: one.pk)  # the last, of the whole cluster
    assert list(in_office_officers(programme)) == officers


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
        "runs": [*Program.objects.managed_by(user), *Call.objects.managed_by(user)],
        "has in hand": list(Application.objects.held_by(user, ProgramRole.OFFICER)),
        "money": list(Program.objects.with_money_of(user)),
        "may": [ask(user) for ask in (is_staff, works_here, handles_money, may_import)],
    }


NOTHING = {"reads": [], "runs": [], "has in hand": [], "money": [], "may": [False] * 4}
TERMS = {"ended yesterday": (-9, -1, False), "begins tomorrow": (1, None, False), "last day": (-9, 0, True)}


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
        "may": [True, True, given != "cluster role", True],  # who runs the cluster handles no money by that alone
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
