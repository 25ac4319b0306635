"""Which seats, agreements, programmes and files are a partner's, and what waits for its officer: in, out, in order."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from applications.models import Application, ChangeRequest, Snapshot
from audit.actors import CLOCK
from audit.services import tell
from awards.models import Award
from decisions.models import Concurrence, Decision
from funding.models import PartnerSeat
from moves.services import declare_standing, record_duty
from reports import selectors
from tests.reports.conftest import NOW, SUBMITTED
from work import clock

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


# What may be told, and since when


@pytest.mark.parametrize("rows", [selectors.decisions_of, selectors.awards_of])
@pytest.mark.parametrize(("second", "third"), [(2, 3), (3, 2)])
def test_what_is_decided_twice_again_was_replaced_when_the_first_of_the_later_letters_left(world, rows, second, third):
    """Whichever of the two left first. Nothing replaces the last."""
    application = world.file(state="approved")
    for number, days in ((1, 1), (2, second), (3, third)):
        shares = {world.envelopes[world.meie]: D("10.00")}
        world.decide(application, number=number, shares=shares, sent=SUBMITTED + timedelta(days=days))
    replaced = [one.replaced_at for one in rows(world.meie).order_by("id")]
    assert replaced == [SUBMITTED + timedelta(days=2), SUBMITTED + timedelta(days=third), None]


def test_outcome_is_told_since_the_last_letter_that_left(world):
    first, last = (SUBMITTED + timedelta(days=days) for days in (1, 9))
    application = world.file(state="approved", since=last)
    world.decide(application, number=1, kind="waitlisted", sent=first)
    world.decide(application, number=2, shares={world.envelopes[world.meie]: D("10.00")}, sent=last)
    (found,) = selectors.applications_of(world.meie)
    assert (found.told_at, found.told_state, found.told_since) == (last, "approved", last)


@pytest.mark.parametrize("column", ["answered_at", "cancelled_at"])
def test_file_is_told_to_be_assessed_since_the_last_request_that_was_answered_or_cancelled(world, column):
    application = world.file(state="in_review", since=NOW)
    for days in (3, 1, 2):
        at = SUBMITTED + timedelta(days=days)
        ChangeRequest.objects.create(application=application, by=world.officer, due=NOW, **{column: at})
    (found,) = selectors.applications_of(world.meie)
    assert (found.told_state, found.told_since) == ("being_assessed", SUBMITTED + timedelta(days=3))


# What left


def test_files_that_their_applicants_took_back_are_gone_since_that_very_instant_the_oldest_first(world):
    def taken_back(days, **more):
        return world.file(state="draft", since=NOW + timedelta(days=days), **more)

    third, first, second = (taken_back(days) for days in (3, 1, 2))
    taken_back(0), taken_back(1, call=world.defence_call)
    world.file(since=NOW + timedelta(days=1))  # it is there
    Snapshot.objects.filter(application=taken_back(1)).delete()  # never sent
    since = NOW + timedelta(days=1)
    gone = selectors.gone_since(world.meie, "application", since)
    assert gone == [(one.public_id, one.since) for one in (first, second, third)]
    assert selectors.gone_since(world.meie, "application", since, limit=2) == gone[:2]
    assert selectors.gone_since(world.meie, "award", since) == []


def test_rows_that_the_change_feed_says_are_gone_are_told_among_the_files_taken_back(world):
    def said(days, kind=Application, *, gone=True, call=world.call):
        row = kind(application=world.file(call=call)) if kind is Award else world.file(call=call)
        with clock.at(NOW + timedelta(days=days)):
            tell(row, gone=gone)
        return row.public_id, NOW + timedelta(days=days)

    fourth, first, second = said(4), said(1), said(2)
    said(0), said(1, gone=False), said(1, call=world.defence_call)
    award = said(1, Award)
    between = world.file(state="draft", since=NOW + timedelta(days=3))
    since = NOW + timedelta(days=1)
    gone = selectors.gone_since(world.meie, "application", since)
    assert gone == [first, second, (between.public_id, between.since), fourth]
    for limit in (1, 2, 3):
        assert selectors.gone_since(world.meie, "application", since, limit=limit) == gone[:limit]
    assert selectors.gone_since(world.meie, "award", since) == [award]
