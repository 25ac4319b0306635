"""Which seats, agreements, programmes and files are a partner's, and what waits for its officer: in, out, in order."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from applications.models import Application, ChangeRequest, Snapshot
from applications.states import PublicState
from audit.actors import CLOCK
from audit.services import tell
from awards.models import Award
from decisions.models import Concurrence, Decision
from funding import ledger
from funding.models import Agreement, PartnerSeat
from funding.money import Cause
from moves.services import declare_standing, record_duty
from programs.models import Call, ProgramFunding, Rules
from programs.querysets import CallQuerySet
from reports import selectors, services
from reports.selectors.log import calls_logged
from reports.selectors.pipeline import pipeline, waiting_for_concurrence
from reports.selectors.scope import (
    _funded_by,
    _own,
    _sent,
    _superseded,
    agreements_of,
    applications_of,
    as_told,
    awards_of,
    calls_of,
    decisions_of,
    envelopes_of,
    gone_since,
    ledger_of,
    open_awards_of,
    own_awards,
    programs_of,
    seats_of,
)
from tests.decisions.files import other_agreement
from tests.mutants import proves
from tests.reports.conftest import NOW, SUBMITTED
from work import clock

DAY = NOW.date()


def seat(user, partner, role="analyst", *, starts=date(2026, 1, 1), ends=None):
    return PartnerSeat.objects.create(user=user, partner=partner, role=role, starts_on=starts, ends_on=ends)


@proves(seats_of)
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


@proves(agreements_of, envelopes_of, programs_of, _funded_by)
def test_what_a_partner_funds_is_its_own_and_no_others(world):
    assert list(selectors.agreements_of(world.meie)) == [world.agreements[world.meie]]
    assert list(selectors.envelopes_of(world.meie)) == [world.envelopes[world.meie]]
    assert list(selectors.programs_of(world.mdn)) == [world.defence]
    other = Agreement.objects.create(
        partner=world.meie, cluster=world.cluster, reference="MEIE-2026-2", title_fr="Entente", title_en="Agreement",
        starts_on=date(2026, 4, 1), ends_on=date(2029, 3, 31), language_regime="fr_prevails",
    )  # fmt: skip
    third = other_agreement(world.fe, partner=world.meie)
    Agreement.objects.filter(pk=third.pk).update(reference="MEIE-2025-1")
    Agreement.objects.get(pk=world.agreements[world.meie].pk).save()  # the last of its table
    assert list(selectors.agreements_of(world.meie)) == [third, world.agreements[world.meie], other]
    late, early, theirs = world.envelope(other, 2028), world.envelope(other, 2027), world.envelope(third, 2029)
    assert list(selectors.envelopes_of(world.meie)) == [theirs, world.envelopes[world.meie], early, late]
    first = ProgramFunding.objects.get(program=world.fe, agreement__partner=world.meie)
    second = ProgramFunding.objects.create(program=world.fe, agreement=other, share=5)
    first.save()  # the last of its table: the order is not that of the rows
    (found,) = selectors.programs_of(world.meie)
    assert (found, found.own_funding) == (world.fe, [first, second])


@proves(calls_of, CallQuerySet.once_published)
def test_calls_of_a_partner_are_those_of_its_programmes_once_published(world):
    """One that was cancelled while a draft never was: it lacks its dates, or its rules were never published."""
    rules, unpublished = (
        Rules.objects.create(program=world.fe, number=n, definition={}, effective_from=DAY, published_at=at)
        for n, at in ((2, NOW), (3, None))
    )

    def call(key, **fields):
        dates = {"opens_at": NOW - timedelta(days=9), "closes_at": NOW}
        return Call.objects.create(program=world.fe, key=key, **{"rules": rules, **dates, **fields})

    archived, cancelled = call("archived", state="archived"), call("cancelled", state="cancelled")
    call("draft", state="draft"), call("no rules", state="cancelled", rules=None)
    call("no rules yet", state="cancelled", rules=unpublished)
    call("no opening", state="cancelled", opens_at=None)
    call("no closing", state="cancelled", closes_at=None)
    assert set(selectors.calls_of(world.meie)) == {world.call, archived, cancelled}


@proves(applications_of, pipeline)
def test_files_of_a_partner_are_those_of_its_programmes_once_submitted_each_as_it_may_be_told(world):
    """As its last letter told it, whatever it came to since; what is no outcome, at once."""

    def file(state, *sent, days=5, kind="declined", **more):
        application = world.file(state=state, since=day(days), **more)
        for number, at in enumerate(sent, start=1):
            world.decide(application, number=number, kind=kind, sent=at)
        return application

    told = {
        file("submitted", days=0): ("being_assessed", SUBMITTED),
        file("in_review", day(6)): ("declined", day(6)),
        file("withdrawn"): ("withdrawn", day(5)),
        file("approved"): ("being_assessed", SUBMITTED),
        file("approved", None): ("being_assessed", SUBMITTED),
        file("approved", day(2), day(4), None): ("declined", day(4)),
        file("approved", day(5), kind="partial"): ("approved", day(5)),
        file("declined", day(2), day(6)): ("declined", day(6)),
    }
    file("draft"), file("approved", day(7), call=world.defence_call)
    found = {one: (one.told_state, one.told_since) for one in selectors.applications_of(world.meie)}
    assert found == told
    assert [(one.state, one.count) for one in selectors.pipeline(world.meie, CLOCK)] == [
        (PublicState.BEING_ASSESSED, 3), (PublicState.APPROVED, 1), (PublicState.DECLINED, 3),
        (PublicState.WITHDRAWN, 1),
    ]  # fmt: skip
    for one in found:
        if one.told_state != "being_assessed":
            declare_standing(one.pk, user=world.ana, standing="conflict")
    assert [(one.state, one.count) for one in selectors.pipeline(world.meie, world.ana)] == [
        (PublicState.BEING_ASSESSED, 3)
    ]


@proves(waiting_for_concurrence)
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


def day(number):
    return SUBMITTED + timedelta(days=number)


@proves(
    decisions_of,
    awards_of,
    _own,
    _sent,
    moot={
        "without `sent_at__isnull=False`": "none is no earliest instant",
        "order without `'envelope_id'`": "the last resort: without it the database gives them as it likes",
    },
)
def test_decisions_and_awards_of_a_partner_are_those_that_it_pays_once_their_letter_was_sent(world):
    """A refusal, of any file of its programmes. Each with what its own envelopes pay, the earliest year first."""
    meie, dec, mdn = (world.envelopes[one] for one in (world.meie, world.dec, world.mdn))
    later, again = (world.envelope(world.agreements[world.meie], year) for year in (2028, 2027))
    other = Agreement.objects.create(
        partner=world.meie, cluster=world.cluster, reference="MEIE-2026-2", title_fr="Entente", title_en="Agreement",
        starts_on=date(2026, 4, 1), ends_on=date(2029, 3, 31), language_regime="fr_prevails",
    )  # fmt: skip
    twin = world.envelope(other, 2027)
    again.save()  # the last of its table: the order is not that of the rows

    def decided(shares=(), *, call=None, sent=day(9), state="issued", **more):
        file = world.file(state="approved", since=day(8), call=call)
        decision = world.decide(file, shares=dict.fromkeys(shares, D("10.00")), sent=sent, **more)
        Decision.objects.filter(pk=decision.pk).update(state=state)
        return decision

    paid = decided([later, dec, twin, again, meie])
    replaced = decided([meie], state="superseded")
    refused = decided(kind="declined")
    decided([dec]), decided([meie], sent=None), decided([mdn], call=world.defence_call)
    decided(kind="declined", sent=None), decided(kind="declined", call=world.defence_call)
    void = decided(kind="declined", state="void")
    decisions = {one: [share.envelope for share in one.own] for one in selectors.decisions_of(world.meie)}
    assert decisions == {paid: [meie, again, twin, later], replaced: [meie], refused: []}
    assert void not in decisions
    awards = {one.decision: [share.envelope for share in one.own] for one in selectors.awards_of(world.meie)}
    assert awards == {paid: [meie, again, twin, later], replaced: [meie]}


@proves(open_awards_of)
def test_awards_of_a_page_are_those_open_to_its_reader_the_latest_first(world):
    first, closed, third, last = (Award.objects.get(application=world.approved()) for _award in range(4))
    Award.objects.get(pk=first.pk).save()  # the last of its table
    world.approved(sent=None)
    declare_standing(closed.application_id, user=world.ana, standing="conflict")
    assert list(selectors.open_awards_of(world.meie, world.ana)) == [last, third, first]
    assert list(selectors.open_awards_of(world.meie, CLOCK)) == [last, third, closed, first]
    assert list(selectors.open_awards_of(world.meie, world.ana, before=last.public_id)) == [third, first]
    assert list(selectors.open_awards_of(world.mdn, world.mia)) == []


@proves(own_awards)
def test_awards_are_found_by_what_the_partners_own_agreements_and_years_pay_alone(world):
    """An award that another pays too is found neither by the agreement nor by the year of that other."""
    meie, dec = world.agreements[world.meie], world.agreements[world.dec]
    more = other_agreement(world.fe, partner=world.meie)
    later, others = world.envelope(meie, 2027), world.envelope(more)
    theirs = world.envelope(dec, 2029)

    def paid(*envelopes):
        application = world.file(state="approved")
        world.decide(application, shares=dict.fromkeys(envelopes, D("10.00")), sent=NOW)
        return Award.objects.get(application=application)

    now, then, other = paid(world.envelopes[world.meie], theirs), paid(later), paid(others)
    paid(world.envelopes[world.dec])

    def found(**asked):
        return set(selectors.own_awards(Award.objects.all(), world.meie, **asked))

    assert found(agreement=meie.public_id) == {now, then}
    assert found(agreement=more.public_id) == {other}
    assert found(agreement=dec.public_id) == set()
    assert (found(year=2026), found(year=2027), found(year=2029)) == ({now, other}, {then}, set())
    assert found(agreement=meie.public_id, year=2026) == {now}
    assert set(selectors.own_awards(Award.objects.filter(pk=then.pk), world.meie, year=2026)) == set()


@proves(calls_logged)
def test_log_is_that_of_the_partner_the_latest_first_and_no_page_begins_within_an_instant(world):
    key, _secret = world.key()
    logged = {}
    for name, seconds in (("c", 3), ("a", 1), ("b", 2), ("b too", 2), ("b three", 2), ("d", 4)):
        with clock.at(NOW + timedelta(seconds=seconds)):
            logged[name] = services.log_call(
                world.meie, by=key, method="GET", path=f"/{name}", status=200, rows=0, milliseconds=1
            )
            services.log_call(world.dec, by=world.dan, method="GET", path="/", status=200, rows=0, milliseconds=1)
    d, c, b, a = (NOW + timedelta(seconds=seconds) for seconds in (4, 3, 2, 1))
    ties = [logged[name] for name in ("b three", "b too", "b")]
    assert selectors.calls_logged(world.meie, most=2) == ([logged["d"], logged["c"]], c)
    assert selectors.calls_logged(world.meie, most=2, before=d) == ([logged["c"], *ties], b)
    assert selectors.calls_logged(world.meie, most=2, before=c) == (ties, b)
    assert selectors.calls_logged(world.meie, most=2, before=b) == ([logged["a"]], None)
    assert selectors.calls_logged(world.meie, most=1, before=b) == ([logged["a"]], None)
    assert selectors.calls_logged(world.meie, most=9, before=a) == ([], None)


@proves(ledger_of, as_told)
def test_ledger_of_an_envelope_holds_what_was_told_of_it_and_names_each_file(world):
    """Each entry once its letter left; what is no file's, at once. The balances are the sums of these."""
    envelope = world.envelopes[world.meie]

    def reserved(amount, *, sent=None, of=envelope):
        application = world.file(state="approved")
        ledger.reserve([(of, D(amount))], application_id=application.pk, by=world.officer, because=Cause.RECOMMEND)
        if sent:
            ledger.tell(application.pk, at=sent)
        return application

    reserved(30, sent=NOW, of=world.envelopes[world.dec])
    secret, told = reserved(20), reserved(10, sent=NOW + timedelta(days=1))
    reserved(40, of=world.envelopes[world.dec])
    rows = selectors.ledger_of(envelope, world.ana).order_by("id")
    assert [(one.kind, one.file, one.told_at) for one in rows] == [
        ("allocate", None, NOW),
        ("reserve", told.reference, NOW + timedelta(days=1)),
    ]
    assert secret.reference not in {one.file for one in rows}
    declare_standing(told.pk, user=world.ana, standing="conflict")
    assert [one.file for one in rows.all()] == [None, None]
    assert [one.file for one in selectors.ledger_of(envelope, CLOCK).order_by("id")] == [None, told.reference]
    meie, dec = selectors.as_told([envelope, world.envelopes[world.dec]])
    assert (meie.reserved, meie.free, dec.reserved) == (D(10), D("999990.00"), D(30))


@proves(_superseded)
@pytest.mark.parametrize("rows", [selectors.decisions_of, selectors.awards_of])
@pytest.mark.parametrize(("second", "third"), [(2, 3), (3, 2)])
def test_what_is_decided_twice_again_was_replaced_when_the_first_of_the_later_letters_left(world, rows, second, third):
    """Whichever of the two left first. Nothing replaces the last."""
    application = world.file(state="approved")
    for number, days in ((1, 1), (2, second), (3, third)):
        shares = {world.envelopes[world.meie]: D("10.00")}
        world.decide(application, number=number, shares=shares, sent=SUBMITTED + timedelta(days=days))
    sent = SUBMITTED + timedelta(hours=1)
    world.decide(application, number=4, kind="reconsidered", sent=sent)  # upheld: it replaces nothing
    world.decide(world.file(state="approved"), number=9, shares=shares, sent=sent)  # of another file
    replaced = [one.replaced_at for one in rows(world.meie).order_by("id")][:3]
    assert replaced == [SUBMITTED + timedelta(days=2), SUBMITTED + timedelta(days=third), None]


def test_outcome_is_told_since_the_last_letter_that_left(world):
    first, last = (SUBMITTED + timedelta(days=days) for days in (1, 9))
    application = world.file(state="approved", since=last)
    world.decide(application, number=1, kind="waitlisted", sent=first)
    world.decide(application, number=2, shares={world.envelopes[world.meie]: D("10.00")}, sent=last)
    (found,) = selectors.applications_of(world.meie)
    assert (found.told_state, found.told_since) == ("approved", last)


@proves(applications_of)
@pytest.mark.parametrize("column", ["answered_at", "cancelled_at"])
def test_file_is_told_to_be_assessed_since_the_last_request_that_was_answered_or_cancelled(world, column):
    application = world.file(state="in_review", since=NOW)
    for days in (3, 1, 2):
        at = SUBMITTED + timedelta(days=days)
        ChangeRequest.objects.create(application=application, by=world.officer, due=NOW, **{column: at})
    ChangeRequest.objects.create(application=world.file(), by=world.officer, due=NOW, **{column: NOW})
    found = selectors.applications_of(world.meie).get(pk=application.pk)
    assert (found.told_state, found.told_since) == ("being_assessed", SUBMITTED + timedelta(days=3))


# What left

CUT = {"without the limit": "what is over it is cut from the whole: it only reads fewer rows"}


@proves(gone_since, moot=CUT)
def test_files_that_their_applicants_took_back_are_gone_since_that_very_instant_the_oldest_first(world):
    def taken_back(days, **more):
        return world.file(state="draft", since=NOW + timedelta(days=days), **more)

    fourth, first, second, third = (taken_back(days) for days in (3, 1, 2, 2))
    taken_back(0), taken_back(1, call=world.defence_call)
    world.file(since=NOW + timedelta(days=1))  # it is there
    Snapshot.objects.filter(application=taken_back(1)).delete()  # never sent
    since = NOW + timedelta(days=1)
    gone = selectors.gone_since(world.meie, "application", since, world.ana)
    assert gone == [(one.public_id, one.since) for one in (first, second, third, fourth)]
    assert selectors.gone_since(world.meie, "application", since, world.ana, limit=2) == gone[:2]
    assert selectors.gone_since(world.meie, "award", since, world.ana) == []
    declare_standing(second.pk, user=world.ana, standing="unsure")
    left = selectors.gone_since(world.meie, "application", since, world.ana)
    assert left == [one for one in gone if one[0] != second.public_id]


@proves(gone_since, moot=CUT)
def test_rows_that_the_change_feed_says_are_gone_are_told_among_the_files_taken_back(world):
    def said(days, kind=Application, *, gone=True, call=world.call):
        row = kind(application=world.file(call=call)) if kind is Award else world.file(call=call)
        with clock.at(NOW + timedelta(days=days)):
            tell(row, gone=gone)
        return row.public_id, NOW + timedelta(days=days)

    fourth, first, second, same = said(4), said(1), said(2), said(2)
    said(0), said(1, gone=False), said(1, call=world.defence_call)
    award = said(1, Award)
    between = world.file(state="draft", since=NOW + timedelta(days=3))
    since = NOW + timedelta(days=1)
    gone = selectors.gone_since(world.meie, "application", since, world.ana)
    assert gone == [first, second, same, (between.public_id, between.since), fourth]
    for limit in (1, 2, 3, 4):
        assert selectors.gone_since(world.meie, "application", since, world.ana, limit=limit) == gone[:limit]
    assert selectors.gone_since(world.meie, "award", since, world.ana) == [award]
