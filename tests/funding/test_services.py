"""Seats of partners: who gives them and takes them back, and what the trail keeps."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from audit.models import Entry
from funding.models import Partner, PartnerSeat
from funding.rules import holds_partner_role
from funding.services import end_partner_seat, seat_partner
from moves.refusals import Forbidden, WrongMoment
from tests.mutants import proves
from work import clock


@pytest.fixture
def partner(cluster):
    return Partner.objects.create(cluster=cluster, short_name="MX", name_fr="Ministère X", name_en="Ministry X")


def test_partner_seat_is_given_and_ended(cast, partner):
    seat = seat_partner(cast.emily, partner, by=cast.administrator, role="concurrence")
    assert holds_partner_role(cast.emily, "concurrence", partner)
    assert not holds_partner_role(cast.emily, "analyst", partner)
    end_partner_seat(seat, by=cast.administrator)
    assert not holds_partner_role(cast.emily, "concurrence", partner)
    assert Entry.objects.filter(verb="partner.seat").latest("id").given["role"] == "concurrence"


@pytest.mark.parametrize("key", ["officer", "auditor", "finance", "chair", "sophie", "analyst"])
def test_seats_are_given_and_taken_back_by_administrators_only(cast, partner, key):
    by = getattr(cast, key)
    seat = seat_partner(cast.analyst, partner, by=cast.administrator, role="analyst")
    for write in (
        lambda: seat_partner(by, partner, by=by, role="analyst"),
        lambda: end_partner_seat(seat, by=by),
    ):
        with pytest.raises(Forbidden):
            write()
    assert PartnerSeat.objects.filter(partner=partner).get().ends_on is None


def test_closed_account_gets_no_seat(cast, partner):
    cast.emily.is_active = False
    cast.emily.save(update_fields=["is_active"])
    with pytest.raises(WrongMoment):
        seat_partner(cast.emily, partner, by=cast.administrator, role="analyst")


def test_seat_that_ends_before_it_starts_is_refused_at_its_field(cast, partner):
    with pytest.raises(ValidationError) as problem:
        seat_partner(
            cast.emily, partner, by=cast.administrator, role="analyst", ends_on=clock.today() - timedelta(days=1)
        )
    assert list(problem.value.error_dict) == ["ends_on"]


@proves(holds_partner_role)
@pytest.mark.parametrize(
    ("role", "first", "last", "holds"),
    [
        ("concurrence", 0, None, True),
        ("concurrence", -9, 0, True),
        ("concurrence", -9, -1, False),
        ("concurrence", 1, None, False),
        ("analyst", 0, None, False),
    ],
)
def test_seat_counts_on_its_days_for_its_role_at_its_partner(cast, partner, cluster, role, first, last, holds):
    days = [None if day is None else clock.today() + timedelta(days=day) for day in (first, last)]
    PartnerSeat.objects.create(user=cast.emily, partner=partner, role=role, starts_on=days[0], ends_on=days[1])
    other = Partner.objects.create(cluster=cluster, short_name="MY", name_fr="Ministère Y", name_en="Ministry Y")
    assert holds_partner_role(cast.emily, "concurrence", partner) is holds
    assert not holds_partner_role(cast.emily, "concurrence", other)
