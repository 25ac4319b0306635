"""What every appointment asks of a person and of its term, whichever app gives it."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from accounts.models import User
from accounts.rules import account_is_closed, ends_before_it_starts
from accounts.services import appoint_to_cluster
from funding.models import Partner
from funding.services import seat_partner
from moves.refusals import WrongMoment
from programs.services.people import appoint
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
