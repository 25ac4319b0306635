"""Which seats, agreements, programmes and files are a partner's, and what waits for its officer: in, out, in order."""

from datetime import date, timedelta

import pytest

from audit.actors import CLOCK
from decisions.models import Concurrence, Decision
from funding.models import PartnerSeat
from moves.services import declare_standing, record_duty
from reports import selectors
from tests.reports.conftest import NOW

DAY = NOW.date()


def seat(user, partner, role="analyst", *, starts=date(2026, 1, 1), ends=None):
    return PartnerSeat.objects.create(user=user, partner=partner, role=role, starts_on=starts, ends_on=ends)


def test_seats_are_those_that_a_person_holds_today_by_partner_the_first_given_first(world):
    person = world.person("sam@meie.example")
    third = seat(person, world.mdn, ends=DAY)
    first = seat(person, world.meie, "concurrence", starts=DAY)
    second = seat(person, world.meie)
    seat(person, world.dec, ends=DAY - timedelta(days=1))
    seat(person, world.dec, "concurrence", starts=DAY + timedelta(days=1))
    assert list(selectors.seats_of(person)) == [first, second, third]
    assert [one.partner for one in selectors.seats_of(person)] == [world.meie, world.meie, world.mdn]


def test_nobody_but_a_person_with_an_open_account_holds_a_seat(world):
    assert not selectors.seats_of(CLOCK).exists()
    assert not selectors.seats_of(world.officer).exists()
    world.ana.is_active = False
    assert not selectors.seats_of(world.ana).exists()


@pytest.mark.parametrize(("ends", "found"), [(DAY - timedelta(days=1), 404), (DAY, 200), (None, 200)])
def test_pages_of_a_partner_close_with_the_seat(world, client, ends, found):
    PartnerSeat.objects.filter(user=world.ana).update(ends_on=ends)
    client.force_login(world.ana)
    assert client.get("/partner").status_code == found


def test_what_a_partner_funds_is_its_own_and_no_others(world):
    assert list(selectors.agreements_of(world.meie)) == [world.agreements[world.meie]]
    assert list(selectors.envelopes_of(world.meie)) == [world.envelopes[world.meie]]
    assert list(selectors.programs_of(world.meie)) == [world.fe]
    assert list(selectors.programs_of(world.mdn)) == [world.defence]
    assert list(selectors.calls_of(world.meie)) == [world.call]
    type(world.call).objects.filter(pk=world.call.pk).update(state="draft")
    assert list(selectors.calls_of(world.meie)) == []


def test_files_of_a_partner_are_those_of_its_programmes_once_submitted(world):
    own = world.file()
    world.file(state="draft")
    world.file(call=world.defence_call)
    assert list(selectors.applications_of(world.meie)) == [own]


def test_what_waits_for_the_partners_officer_is_what_it_may_give_now_the_longest_asked_first(world):
    def asked(hours, *, partner=world.meie, state="approved", **more):
        application = world.file(state="recommended")
        decision = Decision.objects.create(application=application, kind="approved", amount="80000.00", state=state)
        agreement = world.agreements[partner]
        at = NOW + timedelta(hours=hours)
        return Concurrence.objects.create(
            decision=decision, application=application, agreement=agreement, asked_at=at, **more
        )

    conny = world.seat("conny@meie.example", world.meie, role="concurrence")
    seat(conny, world.dec, "concurrence")
    third, first, second = (asked(hours) for hours in (3, 1, 1))
    asked(0, partner=world.dec)  # asked of her too, for another partner
    asked(0, state="draft")
    asked(0, state="concurred")
    Concurrence.objects.filter(pk=asked(0).pk).update(state="given")
    asked(0, voided_at=NOW)
    declare_standing(asked(0).application_id, user=conny, standing="conflict")
    record_duty(asked(0).application_id, by=conny, duty="screen")
    assert list(selectors.waiting_for_concurrence(world.meie, conny)) == [first, second, third]
    assert list(selectors.waiting_for_concurrence(world.meie, world.ana)) == []
