"""Appointments to programmes: who gives them, what each role needs, what the trail keeps."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from audit.models import Entry
from moves.refusals import Forbidden, WrongMoment
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
