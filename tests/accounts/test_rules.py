"""What every appointment asks of a person and of its term, whichever app gives it."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from accounts.models import User
from accounts.roles import ClusterRole
from accounts.rules import account_is_closed, ends_before_it_starts, holds_cluster_role, is_member, is_signatory
from accounts.services import appoint_to_cluster
from audit.actors import CLOCK
from funding.models import Partner
from funding.services import seat_partner
from moves.refusals import WrongMoment
from programs.services.people import appoint
from tests.files import another_cluster
from tests.mutants import proves
from work import clock

DAY = date(2027, 3, 1)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "code"), [(DAY, None, None), (DAY, DAY, None), (DAY, DAY - timedelta(days=1), "dates")]
)
def test_a_term_ends_on_its_first_day_at_the_earliest(starts_on, ends_on, code):
    refusal = ends_before_it_starts(starts_on, ends_on)
    assert (refusal and refusal.code) == code


def test_a_closed_account_is_told_from_an_open_one():
    assert account_is_closed(User(is_active=True)) is None
    assert account_is_closed(User(is_active=False)).code == "closed"


def givers(cast, cluster):
    by, partner = cast.administrator, Partner.objects.get(cluster=cluster)
    return (
        lambda **term: appoint_to_cluster(cast.emily, cluster, by=by, role="auditor", **term),
        lambda **term: appoint(cast.emily, by=by, role="chair", cluster=cluster, **term),
        lambda **term: seat_partner(cast.emily, partner, by=by, role="analyst", **term),
    )


def test_nothing_is_given_to_a_closed_account(cast, cluster, programme):
    cast.emily.is_active = False
    for give in givers(cast, cluster):
        with pytest.raises(WrongMoment) as stopped:
            give()
        assert [refusal.code for refusal in stopped.value.refusals] == ["closed"]


def test_nothing_is_given_for_a_term_that_ends_before_it_starts(cast, cluster, programme):
    for give in givers(cast, cluster):
        with override("en"), pytest.raises((WrongMoment, ValidationError)) as stopped:
            give(ends_on=clock.today() - timedelta(days=1))
        assert "The appointment ends before it starts." in str(stopped.value)
    assert not cast.emily.appointments.exists()
    assert not cast.emily.cluster_appointments.exists()
    assert not cast.emily.partner_seats.exists()


@proves(holds_cluster_role)
def test_role_of_a_cluster_is_held_there_today_and_no_other_one_nor_elsewhere(cast, cluster):
    """Ana is finance officer here today and auditor elsewhere; yesterday she was administrator here."""
    other, today, day = another_cluster(), clock.today(), timedelta(days=1)
    for where, role, ends_on in (
        (cluster, "finance", today), (other, "auditor", None), (cluster, "administrator", today - day),
    ):  # fmt: skip
        cast.ana.cluster_appointments.create(cluster=where, role=role, starts_on=today - day, ends_on=ends_on)
    cast.ana.cluster_appointments.create(cluster=cluster, role="officer", starts_on=today + day)
    held = {
        (role, name)
        for role in ClusterRole.values
        for name, where in (("here", cluster), ("elsewhere", other.pk), ("anywhere", None))
        if holds_cluster_role(cast.ana, role, where)
    }
    assert held == {("finance", "here"), ("finance", "anywhere"), ("auditor", "elsewhere"), ("auditor", "anywhere")}
    assert not holds_cluster_role(cast.ben, "finance", cluster)
    closed = User.objects.get(pk=cast.ana.pk)
    closed.is_active = False
    for nobody in (closed, CLOCK, SimpleNamespace(actor="key", pk=cast.ana.pk, is_active=True), None):
        assert not holds_cluster_role(nobody, "finance", cluster)


@proves(is_member, is_signatory)
def test_member_acts_for_their_own_organisation_and_only_its_signatory_signs(cast, usinage, precision):
    """Olivier is a member of the one and signs for the other; Emily signed for both, and left."""
    precision.memberships.create(user=cast.olivier, role="signatory")
    for organisation in (usinage, precision):
        organisation.memberships.create(user=cast.emily, role="signatory", ended_at=clock.now())
    closed = User.objects.get(pk=cast.sophie.pk)
    closed.is_active = False
    key = SimpleNamespace(actor="key", pk=cast.sophie.pk, is_active=True)
    people = [cast.sophie, cast.olivier, cast.michel, cast.emily, cast.officer, closed, key, CLOCK, None]
    for organisation, members, signatories in (
        (usinage, [cast.sophie, cast.olivier], [cast.sophie]),
        (precision, [cast.olivier, cast.michel], [cast.olivier, cast.michel]),
    ):
        assert [one for one in people if is_member(organisation, one)] == members
        assert [one for one in people if is_signatory(organisation, one)] == signatories
