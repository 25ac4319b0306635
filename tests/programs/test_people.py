"""Appointments to programmes: who gives them, what each role needs, what the trail keeps."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from audit.models import Entry
from moves.refusals import Forbidden, WrongMoment
from programs.models import Appointment, Program
from programs.querysets import in_office_holders, in_office_officers
from programs.roles import ProgramRole
from programs.rules import approval_limit, holds
from programs.services.people import appoint, end_appointment
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
