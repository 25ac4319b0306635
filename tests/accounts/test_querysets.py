"""Roles held for a time: which rows count today, whose they are, and the clusters where they do."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse

from accounts.models import Cluster, ClusterAppointment, Invitation, Membership, Organisation, User
from accounts.querysets import (
    ClusterQuerySet,
    InvitationQuerySet,
    MembershipQuerySet,
    OrganisationQuerySet,
    TermQuerySet,
)
from audit.actors import CLOCK
from funding.models import Partner, PartnerSeat
from programs.models import Appointment
from tests.mutants import proves
from work import clock


def _held(table, cast, cluster, partner):
    """One row of each kind: to its last day, from its first, ended, not begun, of a closed account."""
    where = {"partner": partner} if table is PartnerSeat else {"cluster": cluster}
    role = {PartnerSeat: "analyst", Appointment: "chair", ClusterAppointment: "finance"}[table]
    day, today = timedelta(days=1), clock.today()
    terms = {
        "ana": {"starts_on": today - day, "ends_on": today},
        "ben": {"starts_on": today},
        "chloe": {"starts_on": today - 2 * day, "ends_on": today - day},
        "dev": {"starts_on": today + day},
        "sophie": {"starts_on": today},
    }
    table.objects.all().delete()
    for who, term in terms.items():
        table.objects.create(user=getattr(cast, who), role=role, **where, **term)
    User.objects.filter(pk=cast.sophie.pk).update(is_active=False)


@proves(TermQuerySet.held_today, TermQuerySet.held_by, TermQuerySet.holders)
@pytest.mark.parametrize("table", [ClusterAppointment, Appointment, PartnerSeat])
def test_role_is_held_today_from_its_first_day_to_its_last_by_an_open_account(cast, cluster, programme, table):
    _held(table, cast, cluster, Partner.objects.first())
    people = sorted([cast.ana, cast.ben], key=lambda one: one.pk)
    assert {row.user for row in table.objects.held_today()} == set(people)
    assert list(table.objects.held_today().holders()) == people
    assert {one for one in vars(cast).values() if table.objects.held_by(one).exists()} == set(people)
    assert table.objects.count() == 5


@proves(TermQuerySet.held_by, ClusterQuerySet.served_by)
def test_who_is_no_person_holds_nothing_though_a_key_is_the_same(cast, cluster):
    held = ClusterAppointment.objects.held_by(cast.officer).get()
    key = SimpleNamespace(actor="key", pk=held.user_id, is_active=True)
    for by in (CLOCK, key, None):
        assert not ClusterAppointment.objects.held_by(by).exists()
        assert not Cluster.objects.served_by(by, held.role).exists()


@proves(ClusterQuerySet.served_by)
def test_clusters_served_are_those_of_the_roles_that_are_named(cast, cluster):
    other = Cluster.objects.create(slug="ailleurs", name_fr="Ailleurs", name_en="Elsewhere")
    ClusterAppointment.objects.create(user=cast.officer, cluster=other, role="finance")
    ended = clock.today() - timedelta(days=1)
    ClusterAppointment.objects.create(user=cast.officer, cluster=other, role="auditor", ends_on=ended)
    assert set(Cluster.objects.served_by(cast.officer, "officer")) == {cluster}
    assert set(Cluster.objects.served_by(cast.officer, "officer", "finance")) == {cluster, other}
    assert set(Cluster.objects.served_by(cast.officer, "auditor")) == set()
    assert set(Cluster.objects.served_by(cast.officer)) == set()


@proves(
    OrganisationQuerySet.of_member, MembershipQuerySet.current, MembershipQuerySet.ran_since,
    MembershipQuerySet.of_address,
)  # fmt: skip
def test_person_acts_for_an_organisation_until_they_leave_it_and_again_if_they_come_back(cast, usinage, precision):
    """Olivier left the one and still acts for the other; Michel left his at the instant asked of, and came back."""
    now = clock.now()
    Membership.objects.exclude(user__in=[cast.olivier, cast.michel]).delete()
    left, back = usinage.memberships.get(), precision.memberships.get()
    left.ended_at, back.ended_at = now - timedelta(seconds=1), now
    Membership.objects.bulk_update([left, back], ["ended_at"])
    acts = precision.memberships.create(user=cast.olivier, role="member")
    again = precision.memberships.create(user=cast.michel, role="member")
    assert set(Membership.objects.current()) == {acts, again}
    assert set(Membership.objects.ran_since(now)) == {acts, again, back}
    assert list(Membership.objects.of_address(f" {cast.michel.email.upper()} ")) == [again]
    assert list(Organisation.objects.of_member(cast.olivier)) == [precision]
    assert list(Organisation.objects.of_member(cast.michel)) == [precision]
    assert list(Organisation.objects.of_member(cast.sophie)) == []


NAMES = ("Élise Roy", "Fanny Roy", "Zoé Édouard", "Élise Roy")


@proves(MembershipQuerySet.by_organisation, MembershipQuerySet.by_person)
def test_memberships_are_listed_by_the_name_of_the_organisation_and_of_the_person_as_people_list_names(
    cast, usinage, client
):
    """É is an E. On the pages: those of today, of that person or organisation alone."""
    Membership.objects.all().delete()
    names = ("Zinc", "Étain", "Fonte")
    companies = [
        Organisation.objects.create(legal_name=name, neq=f"114987654{number}", street="1", city="Laval")
        for number, name in enumerate(names)
    ]
    people = [
        User.objects.create(email=f"{number}@zinc.example", given_name=given, family_name=family)
        for number, (given, family) in enumerate(one.split() for one in NAMES)
    ]
    zinc, tin, iron = (one.memberships.create(user=people[0], role="signatory") for one in companies)
    fanny, edouard, elise = (companies[0].memberships.create(user=one) for one in people[1:])
    usinage.memberships.create(user=people[0], ended_at=clock.now())
    companies[0].memberships.create(user=cast.sophie, ended_at=clock.now())
    zinc.save()  # the last of its table
    same = Organisation.objects.create(legal_name="Zinc", neq="1149876549", street="1", city="Laval")
    namesake = same.memberships.create(user=cast.olivier)
    assert list(Membership.objects.filter(pk__in=[namesake.pk, zinc.pk]).by_organisation()) == [zinc, namesake]
    assert list(people[0].memberships.current().by_organisation()) == [tin, iron, zinc]
    assert list(companies[0].memberships.current().by_person()) == [edouard, zinc, elise, fanny]
    client.force_login(people[0])
    for address in ("/account/profile", reverse("organisation-list")):
        assert list(client.get(address).context["memberships"]) == [tin, iron, zinc]
    page = client.get(reverse("organisation", args=[companies[0].public_id])).context
    assert list(page["memberships"]) == [edouard, zinc, elise, fanny]


@proves(InvitationQuerySet.waiting)
def test_invitations_that_wait_are_neither_accepted_nor_expired_by_address(cast, cluster, usinage, client, clock_at):
    now = clock.now()

    def invite(email, *, to=cluster, **fields):
        kind = {"cluster": to} if to == cluster else {"organisation": to}
        known = {"token_digest": f"{Invitation.objects.count():064}", "expires_at": now + timedelta(seconds=1)}
        return Invitation.objects.create(email=email, invited_by=cast.officer, **kind, **known | fields)

    invite("used@x.example", accepted_at=now, accepted_by=cast.ana), invite("late@x.example", expires_at=now)
    clock_at(now)
    second, third, first, again = (invite(f"{name}@x.example") for name in ("b", "c", "a", "b"))
    theirs = invite("theirs@x.example", to=usinage)
    second.save()  # the last of its table
    assert list(Invitation.objects.waiting()) == [first, second, again, third, theirs]
    client.force_login(cast.administrator)
    assert list(client.get(reverse("people")).context["invitations"]) == [first, second, again, third]
    client.force_login(cast.sophie)
    page = client.get(reverse("organisation", args=[usinage.public_id]))
    assert list(page.context["invitations"]) == [theirs]
