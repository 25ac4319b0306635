"""What a partner reads through the API: its own agreements' rows, nothing early, nothing else's."""

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import jsonschema
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from openapi_spec_validator import validate

from applications.models import Application, ChangeRequest
from applications.states import ApplicationState
from audit.actors import CLOCK
from audit.models import Reading
from audit.services import tell
from audit.states import ReadOne
from awards.models import Award
from decisions.models import Decision
from funding import ledger
from funding.money import Cause
from moves.services import declare_standing
from reports import selectors, services
from reports.api import filters
from reports.api.document import document
from reports.api.examples import example_of
from reports.api.filters import ManyFilter
from reports.api.pages import after, in_order, page_of, write_cursor
from reports.api.resource import Resource
from reports.models import ApiCall
from tests.mutants import proves
from tests.reports.conftest import NOW, SUBMITTED, Caller
from work import clock
from work.models import new_public_id

ROOT = Path(__file__).parents[2]

LISTS = ["agreements", "envelopes", "programs", "calls", "applications", "decisions", "awards"]


@pytest.fixture
def full(world):
    """A file approved and told, and one of the MDN's programme with everything too."""
    world.mine = world.approved()
    since = datetime(2026, 11, 9, 15, tzinfo=UTC)
    world.theirs = world.file(state=ApplicationState.APPROVED, call=world.defence_call, since=since)
    shares = {world.envelopes[world.mdn]: Decimal("50000.00")}
    world.decide(world.theirs, shares=shares, sent=since + timedelta(days=1))
    return world


# ------------------------------------------------------------------ access


@pytest.mark.parametrize("name", LISTS)
def test_partner_reads_its_own_rows_and_no_other(full, as_partner, name):
    mine = {row["id"] for row in as_partner(full.meie).rows(name)}
    theirs = {row["id"] for row in as_partner(full.mdn).rows(name)}
    assert len(mine) == 1
    assert len(theirs) == 1
    assert mine.isdisjoint(theirs)


@pytest.mark.parametrize("name", LISTS)
def test_row_of_another_partner_is_not_found(full, as_partner, name):
    (theirs,) = as_partner(full.mdn).rows(name)
    caller = as_partner(full.meie)
    for path in [f"{name}/{theirs['id']}", f"{name}/{theirs['id']}/ledger", f"{name}/no-such-row"]:
        answer = caller.get(path)
        assert answer.status_code == 404
        assert answer.json()["type"].endswith("#problem-not-found")


@proves(Resource.open_rows)
def test_what_a_conflict_closes_to_a_person_is_not_told_from_their_seat_nor_by_a_key_that_they_made(
    full, as_partner, client
):
    """Another analyst's key reads it: the partner has it all the same."""
    own = as_partner(full.meie)
    other = full.seat("ben@meie.example", full.meie)
    _key, secret = services.create_api_key(full.meie, by=other, name="Ben", expires_at=NOW + timedelta(days=1))
    by_key = Caller(own.client, secret)
    share = [(full.envelopes[full.meie], Decimal("11.11"))]
    ledger.reserve(share, application_id=full.mine.pk, by=full.officer, because=Cause.RECOMMEND)
    ledger.commit(share, application_id=full.mine.pk, by=full.officer, because=Cause.ISSUE)
    ledger.tell(full.mine.pk, at=NOW)
    ids = {name: by_key.rows(name)[0]["id"] for name in ("applications", "decisions", "awards")}
    client.force_login(full.ana)
    for name, one in ids.items():
        assert [row["id"] for row in client.get(f"/api/v1/{name}").json()["data"]] == [one]
    declare_standing(full.mine.pk, user=full.ana, standing="conflict")
    for name, one in ids.items():
        assert client.get(f"/api/v1/{name}").json()["data"] == []
        closed = client.get(f"/api/v1/{name}/{one}", headers={"accept-language": "en"})
        assert (closed.status_code, "You have a conflict of interest" in closed.content.decode()) == (403, True)
    assert len(client.get("/api/v1/agreements").json()["data"]) == 1
    assert list(client.get(reverse("partner-awards")).context["awards"]) == []
    client.logout()
    assert {name: by_key.rows(name)[0]["id"] for name in ids} == ids
    money = f"envelopes/{full.envelopes[full.meie].public_id}/ledger"
    files = [row["application_reference"] for row in by_key.rows(money)]
    assert full.mine.reference in files
    for name, one in ids.items():
        assert (own.rows(name), own.get(f"{name}/{one}").status_code) == ([], 404)
    assert [row["application_reference"] for row in own.rows(money)] == [None] * len(files)
    full.ana.partner_seats.update(ends_on=NOW.date() - timedelta(days=1))
    assert own.rows("applications") == []


def test_ledger_of_another_partner_is_not_found(full, as_partner):
    envelope = full.envelopes[full.mdn].public_id
    assert as_partner(full.meie).get(f"envelopes/{envelope}/ledger").status_code == 404
    assert len(as_partner(full.mdn).rows(f"envelopes/{envelope}/ledger")) == 1


@pytest.mark.parametrize("name", LISTS)
def test_partner_without_agreement_reads_empty_lists(world, as_partner, name):
    world.approved()
    new = world.partner("NEUF")
    user = world.seat("new@neuf.example", new)
    _key, secret = services.create_api_key(new, by=user, name="x", expires_at=NOW + timedelta(days=1))
    assert Caller(as_partner(world.meie).client, secret).rows(name) == []


@proves(Resource.row)
def test_file_is_found_by_its_reference(full, as_partner):
    mine, others = as_partner(full.meie), [full.file(), full.file()]
    for file in (full.mine, *others):
        assert mine.get(f"applications/{file.reference}").json()["id"] == str(file.public_id)
        assert mine.get(f"applications/{file.public_id}").json()["reference"] == file.reference
    assert mine.get(f"applications/{full.theirs.reference}").status_code == 404


def test_co_funded_award_shows_own_share_and_others_as_one_figure(full, as_partner):
    (mine,), (other,) = as_partner(full.meie).rows("awards"), as_partner(full.dec).rows("awards")
    assert (mine["amount"], mine["own_share"], mine["other_public_aid"]) == ("100000.00", "60000.00", "40000.00")
    assert (other["amount"], other["own_share"], other["other_public_aid"]) == ("100000.00", "40000.00", "60000.00")
    envelope = full.envelopes[full.meie]
    assert mine["shares"] == [
        {
            "envelope": str(envelope.public_id),
            "agreement": "MEIE-2026-1",
            "fiscal_year": "2026-2027",
            "amount": "60000.00",
        }
    ]


def test_bonus_is_told_apart_of_the_application_the_decision_and_the_award(world, meie):
    """100 000 $ granted of 102 000 $ asked, of which 12 000 $ of bonus: what is granted reimburses costs first."""
    application = world.approved(requested_bonus=Decimal("12000.00"))
    Application.objects.filter(pk=application.pk).update(requested_amount=Decimal("102000.00"))
    (file,), (decision,), (award,) = (meie.rows(name) for name in ("applications", "decisions", "awards"))
    assert (file["requested_amount"], file["requested_bonus"]) == ("102000.00", "12000.00")
    for row in (decision, award):
        assert (row["amount"], row["reimbursement"], row["bonus"]) == ("100000.00", "90000.00", "10000.00")


def test_funder_that_pays_nothing_of_an_award_does_not_read_it(world, as_partner):
    since = datetime(2026, 11, 9, 15, tzinfo=UTC)
    application = world.file(state=ApplicationState.APPROVED, since=since)
    world.decide(application, shares={world.envelopes[world.meie]: Decimal("100.00")}, sent=since)
    assert len(as_partner(world.meie).rows("awards")) == 1
    caller = as_partner(world.dec)
    assert caller.rows("awards") == []
    assert caller.rows("decisions") == []
    assert len(caller.rows("applications")) == 1


def test_program_shows_own_funding_only(full, as_partner):
    (program,) = as_partner(full.dec).rows("programs")
    assert [one["agreement"]["reference"] for one in program["funding"]] == ["DEC-2026-1"]
    assert "MEIE" not in json.dumps(program)


def test_no_internal_key_leaves(full, as_partner):
    caller = as_partner(full.meie)
    for name in LISTS:
        for row in caller.rows(name):
            assert "pk" not in row
            assert len(row["id"]) == 36


def test_filter_by_another_partners_agreement_tells_nothing(full, as_partner):
    other = full.agreements[full.dec].public_id
    assert as_partner(full.meie).rows(f"awards?agreement={other}") == []


# -------------------------------------------------------- nothing too early


def test_outcome_is_not_told_before_its_letter_is_sent(world, meie):
    application = world.approved(sent=None)
    (row,) = meie.rows("applications")
    assert row["state"] == "being_assessed"
    assert row["since"] == row["updated_at"] == "2026-10-01T11:00:00-04:00"
    assert meie.rows("decisions") == []
    assert meie.rows("awards") == []
    assert meie.rows("applications?updated_since=2026-10-02T00:00:00Z") == []
    assert meie.rows("applications?state=approved") == []
    assert len(meie.rows("applications?state=being_assessed")) == 1
    assert meie.get(f"decisions/{Decision.objects.get(application=application).public_id}").status_code == 404
    assert meie.get(f"awards/{Award.objects.get(application=application).public_id}").status_code == 404


def test_file_found_complete_is_told_at_once_with_its_instant(world, meie):
    """Its row is in the next reading, as JSON and as CSV; sent again, it is to be found complete again."""
    application = world.file()
    (row,) = meie.rows("applications")
    assert row["complete_at"] is None
    found = datetime(2026, 10, 5, 14, tzinfo=UTC)
    Application.objects.filter(pk=application.pk).update(complete_at=found)
    (row,) = meie.rows("applications?updated_since=2026-10-05T14:00:00Z")
    assert (row["complete_at"], row["updated_at"]) == ("2026-10-05T10:00:00-04:00",) * 2
    assert meie.rows("applications?updated_since=2026-10-05T14:00:01Z") == []
    lines = b"".join(meie.get("applications?format=csv").streaming_content).decode()
    (line,) = csv.DictReader(io.StringIO(lines))
    assert line["complete_at"] == "2026-10-05T10:00:00-04:00"
    Application.objects.filter(pk=application.pk).update(complete_at=None)
    assert meie.rows("applications")[0]["complete_at"] is None


def test_outcome_is_told_once_its_letter_is_sent(world, meie):
    world.approved()
    (row,) = meie.rows("applications")
    assert (row["state"], row["since"]) == ("approved", "2026-11-10T10:00:00-05:00")
    assert [d["kind"] for d in meie.rows("decisions")] == ["approved"]
    assert len(meie.rows("awards?updated_since=2026-11-10T15:00:00Z")) == 1
    assert meie.rows("awards?updated_since=2026-11-10T15:00:01Z") == []


def test_second_outcome_is_as_secret_as_the_first(world, meie):
    """Waitlisted and told; then approved, whose letter waits: neither state, nor instant, nor award tells it."""
    first = datetime(2026, 11, 1, 15, tzinfo=UTC)
    application = world.file(state=ApplicationState.APPROVED, since=first + timedelta(days=9))
    world.decide(application, kind="waitlisted", issued=first, sent=first + timedelta(hours=1))
    shares = {world.envelopes[world.meie]: Decimal("10.00")}
    world.decide(application, number=2, shares=shares, issued=first + timedelta(days=9))
    (row,) = meie.rows("applications")
    assert (row["state"], row["since"]) == ("waitlisted", "2026-11-01T11:00:00-05:00")
    (decision,) = meie.rows("decisions")
    assert (decision["kind"], decision["superseded_at"]) == ("waitlisted", None)
    assert meie.rows("awards") == []


def test_later_decision_replaces_an_award_once_its_own_letter_is_sent(world, meie):
    application = world.approved()
    told = NOW - timedelta(days=1)
    later = world.decide(application, kind="declined", number=2, issued=told - timedelta(days=1))
    assert [a["superseded_at"] for a in meie.rows("awards")] == [None]
    later.letter.__class__.objects.filter(pk=later.letter.pk).update(sent_at=told)
    (award,) = meie.rows("awards?updated_since=2026-11-19T00:00:00Z")
    assert award["superseded_at"] == award["updated_at"] == "2026-11-19T10:00:00-05:00"


def test_decision_that_is_upheld_still_stands(world, meie):
    application = world.approved()
    world.decide(application, kind="reconsidered", number=2, issued=NOW - timedelta(days=2), sent=NOW)
    assert [a["superseded_at"] for a in meie.rows("awards")] == [None]


def test_draft_is_not_read(world, meie):
    Application.objects.create(
        call=world.call, organisation=world.nordet, created_by=world.officer, organisation_name="N", title="Secret"
    )
    assert meie.rows("applications") == []


@pytest.mark.parametrize("end", ["answered_at", "cancelled_at"])
def test_change_request_moves_the_public_instant(world, meie, end):
    application = world.file()
    ended = SUBMITTED + timedelta(days=3)
    ChangeRequest.objects.create(application=application, by=world.officer, at=SUBMITTED, due=ended, **{end: ended})
    (row,) = meie.rows("applications")
    assert row["since"] == "2026-10-04T11:00:00-04:00"


def reserved(world, amount, application=None):
    """A file for which this much is reserved, and told of nothing."""
    application = application or world.file(state=ApplicationState.RECOMMENDED)
    share = [(world.envelopes[world.meie], Decimal(amount))]
    ledger.reserve(share, application_id=application.pk, by=world.officer, because=Cause.RECOMMEND)
    return application


def test_no_amount_of_a_file_is_read_before_its_letter_has_left(world, as_partner, client):
    """Two partners pay: neither its rows, its balances, its CSV nor its pages say anything until then. Afterwards rows
    and balances agree to the cent."""
    readers = {partner: as_partner(partner) for partner in (world.meie, world.dec)}
    client.force_login(world.ana)
    envelopes = {partner: world.envelopes[partner] for partner in readers}

    def read():
        paths = ["envelopes", "envelopes?format=csv", "envelopes?updated_since=2026-11-20T15:00:01Z"]
        answers = {
            (partner, path): caller.get(path).getvalue()
            for partner, caller in readers.items()
            for path in [
                *paths,
                f"envelopes/{envelopes[partner].public_id}",
                *(f"envelopes/{envelopes[partner].public_id}/ledger{query}" for query in ("", "?format=csv")),
            ]
        }
        page = client.get(reverse("partner-home")).content.decode()
        return answers | {"page": re.findall(r'<figure class="moneybar">.*?</figure>', page, re.DOTALL)}

    gone, application = world.file(), world.file()
    before = read()
    assert len(before["page"]) == 1
    with clock.at(NOW + timedelta(hours=1)):
        reserved(world, "7.00", gone)
        ledger.release_all(gone.pk, by=world.officer, because=Cause.WITHDRAW)
        shares = [(envelopes[world.meie], Decimal("6000.01")), (envelopes[world.dec], Decimal("4000.00"))]
        ledger.reserve(shares, application_id=application.pk, by=world.officer, because=Cause.RECOMMEND)
        ledger.commit(shares, application_id=application.pk, by=world.officer, because=Cause.ISSUE)
    assert read() == before
    world.decide(application, shares=dict(shares), sent=NOW + timedelta(days=1))
    for partner, amount, free in ((world.meie, "6000.01", "993999.99"), (world.dec, "4000.00", "996000.00")):
        rows = readers[partner].rows(f"envelopes/{envelopes[partner].public_id}/ledger")
        assert [(row["kind"], row["amount"], row["application_reference"]) for row in rows] == [
            ("allocate", "1000000.00", None),
            ("reserve", amount, application.reference),
            ("commit", amount, application.reference),
        ]
        assert [row["told_at"] for row in rows] == ["2026-11-20T10:00:00-05:00", *["2026-11-21T10:00:00-05:00"] * 2]
        assert rows[1]["changes"] == [{"balance": "reserved", "amount": amount}]
        (envelope,) = readers[partner].rows("envelopes?updated_since=2026-11-20T15:00:01Z")
        assert (envelope["reserved"], envelope["committed"], envelope["free"]) == ("0.00", amount, free)
        assert (envelope["engaged"], envelope["updated_at"]) == (amount, "2026-11-21T10:00:00-05:00")
        after = {balance: Decimal(0) for balance in ("allocated", "reserved", "committed")}
        for change in (change for row in rows for change in row["changes"]):
            after[change["balance"]] += Decimal(change["amount"])
        assert {balance: f"{amount:.2f}" for balance, amount in after.items()} == {one: envelope[one] for one in after}
    assert "6\xa0000,01" in "".join(read()["page"])


def test_entries_that_are_told_later_than_they_were_made_are_not_missed_by_who_asks_what_changed(world, meie):
    """Three are made in one order and told in another, between the readings and between the pages of one."""
    path = f"envelopes/{world.envelopes[world.meie].public_id}/ledger"
    first, second, third = (reserved(world, amount) for amount in (1, 2, 3))
    known, since = {}, None

    def pull(at, *, meanwhile=None):
        """One reading, a row a page, as the documentation says. `meanwhile`: what happens after its first page."""
        nonlocal since
        question, seen = f"{path}?page_size=1" + (f"&updated_since={since}" if since else ""), []
        while question:
            answer = meie.get(question).json()
            seen += [int(Decimal(row["amount"])) for row in answer["data"]]
            known.update({row["id"]: row for row in answer["data"]})
            question = answer["next"] and answer["next"].split("/api/v1/")[1]
            if meanwhile:
                meanwhile = meanwhile()
        since = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        return seen

    minutes = [NOW + timedelta(minutes=minute) for minute in range(6)]
    assert pull(minutes[0] + timedelta(seconds=1)) == [1_000_000]
    ledger.tell(third.pk, at=minutes[1])
    ledger.tell(second.pk, at=minutes[2])

    def last():
        ledger.tell(first.pk, at=minutes[3])

    assert pull(minutes[2] + timedelta(seconds=30), meanwhile=last) == [3, 2, 1]
    assert pull(minutes[3] + timedelta(seconds=1)) == [1]
    assert pull(minutes[4]) == []
    assert sorted(int(Decimal(row["amount"])) for row in known.values()) == [1, 2, 3, 1_000_000]
    assert [line.split(",")[6] for line in meie.get(f"{path}?format=csv").getvalue().decode().splitlines()[1:]] == [
        "1000000.00", "3.00", "2.00", "1.00",
    ]  # fmt: skip


def test_change_that_is_committed_after_the_reading_that_followed_it_is_not_missed_by_who_keeps_a_copy(world, meie):
    """Stamped at noon, committed a little later, read in between: the next reading overlaps, as the documentation and
    the document of the API both say."""
    known, began = {}, None

    def pull(at):
        nonlocal began
        since = f"?updated_since={(began - filters.OVERLAP).strftime('%Y-%m-%dT%H:%M:%SZ')}" if began else ""
        rows, began = meie.rows(f"applications{since}"), at
        known.update({row["id"]: row["reference"] for row in rows})
        return [row["reference"] for row in rows]

    there = world.file()
    stamp = SUBMITTED + timedelta(days=30)
    assert pull(stamp + timedelta(seconds=1)) == [there.reference]
    late = world.file()  # its transaction ended two seconds after its stamp
    Application.objects.filter(pk=late.pk).update(submitted_at=stamp, since=stamp, updated_at=stamp)
    assert pull(stamp + timedelta(minutes=1)) == [late.reference]
    assert pull(stamp + timedelta(minutes=7)) == [late.reference]  # once more, and once only
    assert pull(stamp + timedelta(minutes=13)) == []
    assert sorted(known.values()) == sorted([there.reference, late.reference])
    assert timedelta(minutes=5) == filters.OVERLAP
    told = (ROOT / "docs" / "api.md").read_text()
    assert "`updated_since=<five minutes before the instant your last reading began>`" in told
    with translation.override("en"):
        assert "give an instant five minutes before your last reading began" in str(
            filters.Applications.base_filters["updated_since"].extra["help_text"]
        )


def test_ledger_entry_of_the_last_evening_of_a_fiscal_year_is_of_that_day_and_year(world, meie):
    """The offset of its zone says the day: in UTC it was April 1 already."""
    envelope = world.envelopes[world.meie]
    with clock.at(datetime(2027, 4, 1, 1, tzinfo=UTC)):
        ledger.receive(envelope, amount=Decimal(5), by=world.officer)
    entry = meie.rows(f"envelopes/{envelope.public_id}/ledger")[-1]
    assert (entry["at"], entry["fiscal_year"]) == ("2027-03-31T21:00:00-04:00", "2026-2027")


def test_envelope_shows_the_figures_of_the_page(world, meie):
    (row,) = meie.rows("envelopes")
    assert (row["allocated"], row["free"], row["engaged_percent"]) == ("1000000.00", "1000000.00", "0.0000")
    assert row["fiscal_year"] == "2026-2027"


# ------------------------------------------------------------------ pages


@proves(after, in_order)
def test_each_row_is_on_one_page_in_the_order_of_its_instant_then_of_its_identifier(world):
    """Whatever the order in which they were made, or lie in the table."""
    second, first, third, fourth = (reserved(world, amount) for amount in (2, 1, 3, 4))
    for application, minute in ((fourth, 3), (third, 2), (second, 2), (first, 1)):
        ledger.tell(application.pk, at=NOW + timedelta(minutes=minute))
    entries = selectors.ledger_of(world.envelopes[world.meie], CLOCK).exclude(kind="allocate")
    by_instant = [entries.get(application_id=one.pk) for one in (first, second, third, fourth)]
    Application.objects.filter(pk=second.pk).update(public_id=new_public_id())  # the last, of the first made
    Application.objects.filter(pk=first.pk).update(title="Premier")  # a rewritten row lies last in its table
    by_identifier = [first, third, fourth, second]
    for rows, by, expected in ((entries, "told_at", by_instant), (Application.objects.all(), "", by_identifier)):
        seen, cursor = [], {}
        for _page in expected:
            page, then = page_of(rows, {"page_size": "1", **cursor}, by)
            seen += page
            cursor = {"cursor": then}
        assert (seen, then) == (expected, None)
        whole, _none = page_of(rows, {"page_size": "9"}, by)
        assert whole == expected
        for place, row in enumerate(whole):
            rest, _none = page_of(rows, {"page_size": "9", "cursor": write_cursor(row.public_id)}, by)
            assert rest == expected[place + 1 :]


def test_pages_stay_whole_when_rows_are_added_between_them(world, meie):
    first = [world.file() for _ in range(5)]
    page = meie.get("applications?page_size=2").json()
    seen = [row["reference"] for row in page["data"]]
    world.file()
    while page["next"]:
        page = meie.get(page["next"].partition("/api/v1/")[2]).json()
        seen += [row["reference"] for row in page["data"]]
    assert seen[:5] == [a.reference for a in first]
    assert len(seen) == len(set(seen)) == 6


@proves(ManyFilter.filter)
def test_next_page_keeps_the_filters(world, meie):
    for _ in range(3):
        world.file()
    world.file(state=ApplicationState.WITHDRAWN)
    page = meie.get("applications?page_size=2&state=being_assessed").json()
    rest = meie.get(page["next"].partition("/api/v1/")[2]).json()
    assert [len(page["data"]), len(rest["data"]), rest["next"]] == [2, 1, None]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("page_size=0", "page_size"),
        ("page_size=501", "page_size"),
        ("page_size=00000000199999999", "page_size"),
        ("page_size=x", "page_size"),
        ("cursor=zzz", "cursor"),
        ("state=rich", "state"),
        ("updated_since=yesterday", "updated_since"),
        ("updated_since=2026-01-01T00:00:00", "updated_since"),
        ("updated_since=0001-01-01T00:00:00%2B23:59", "updated_since"),
        ("submitted_since=9999-12-31T23:59:59-23:59", "submitted_since"),
        ("call=7", "call"),
        ("fields=secret", "fields"),
        ("colour=red", "colour"),
        ("format=xml", "format"),
        ("format=csv&page_size=5", "page_size"),
        ("format=csv&bom=yes", "bom"),
        ("bom=true", "bom"),
    ],
)
def test_parameter_that_cannot_be_used_is_named(world, meie, query, parameter):
    answer = meie.get(f"applications?{query}")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


def test_filters_find_what_they_name(full, as_partner):
    caller = as_partner(full.meie)
    call, neq = full.call.public_id, full.nordet.neq
    assert len(caller.rows(f"applications?call={call}&neq={neq}&program=FE&state=approved,declined")) == 1
    assert caller.rows("applications?neq=1149999999") == []
    assert len(caller.rows("awards?fiscal_year=2026-2027")) == 1
    assert caller.rows("awards?fiscal_year=2027-2028") == []
    assert len(caller.rows("envelopes?fiscal_year=2026")) == 1
    assert len(caller.rows("decisions?kind=approved&application=FE-2026-00001")) == 1


def test_fields_are_the_ones_asked_for(full, as_partner):
    assert as_partner(full.meie).rows("awards?fields=amount,own_share") == [
        {"amount": "100000.00", "own_share": "60000.00"}
    ]


@pytest.mark.parametrize("name", [*LISTS, "ledger"])
def test_queries_do_not_grow_with_rows(world, as_partner, name):
    caller = as_partner(world.meie)
    path = f"envelopes/{world.envelopes[world.meie].public_id}/ledger" if name == "ledger" else name

    def count():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert caller.get(path).status_code == 200
        return len(queries)

    world.approved()
    caller.get(path)  # the key's last use is written once a minute
    one = count()
    for _ in range(4):
        application = world.approved()
        ledger.reserve(
            [(world.envelopes[world.meie], Decimal("1.00"))],
            application_id=application.pk,
            by=world.officer,
            because=Cause.RECOMMEND,
        )
    for year in (2027, 2028):
        world.envelope(world.agreements[world.meie], year)
    assert count() == one
    assert one <= 7


# ---------------------------------------------------------------- changes


def test_row_that_left_comes_as_a_tombstone(world, meie):
    application = world.file()
    Application.objects.filter(pk=application.pk).update(state=ApplicationState.DRAFT, since=NOW)  # taken back
    other = world.file(call=world.defence_call)
    Application.objects.filter(pk=other.pk).update(state=ApplicationState.DRAFT, since=NOW)
    answer = meie.get("applications?updated_since=2026-11-01T00:00:00Z").json()
    assert answer["data"] == []
    assert answer["gone"] == [{"id": str(application.public_id), "gone_at": "2026-11-20T10:00:00-05:00"}]
    assert meie.get("applications?updated_since=2026-11-21T00:00:00Z").json()["gone"] == []
    assert "gone" not in meie.get("applications").json()


def test_tombstone_of_the_change_feed_is_told_to_its_partner_only(world, as_partner):
    application = world.approved()
    tell(Award(application=application), gone=True)
    since = "awards?updated_since=2026-11-01T00:00:00Z"
    assert len(as_partner(world.dec).get(since).json()["gone"]) == 1
    assert as_partner(world.mdn).get(since).json()["gone"] == []


def test_plus_sign_that_was_not_encoded_is_understood(world, meie):
    world.file()
    assert len(meie.rows("applications?updated_since=2026-09-01T00:00:00+00:00")) == 1


def test_unchanged_answer_is_not_sent_again(full, as_partner):
    caller = as_partner(full.meie)
    first = caller.get("awards")
    again = caller.get("awards", **{"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    full.approved()
    assert caller.get("awards", **{"if-none-match": first.headers["ETag"]}).status_code == 200


# -------------------------------------------------------------------- CSV


def test_list_is_given_as_csv(full, as_partner):
    caller = as_partner(full.meie)
    for answer in (caller.get("awards?format=csv"), caller.get("awards", accept="text/csv")):
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        (row,) = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode()))
        assert (row["application.reference"], row["amount"], row["own_share"]) == (
            full.mine.reference,
            "100000.00",
            "60000.00",
        )


@pytest.mark.parametrize("title", ["=1+1", "+1", "-cmd", "@SUM(A1)", "\tx"])
def test_formula_in_csv_is_disarmed(world, meie, title):
    world.file(title=title)
    answer = meie.get("applications?format=csv&fields=title,requested_amount")
    assert list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode()))) == [
        ["title", "requested_amount"],
        [f"'{title}", "100000.00"],
    ]


def test_empty_csv_has_its_columns(world, meie):
    lines = b"".join(meie.get("applications?format=csv").streaming_content).decode().splitlines()
    assert len(lines) == 1
    assert "organisation.neq" in lines[0].split(",")


@pytest.mark.parametrize(("query", "is_marked"), [("", False), ("&bom=false", False), ("&bom=true", True)])
def test_csv_is_for_machines_in_any_language_and_marked_where_it_is_asked_for(world, meie, query, is_marked):
    world.file(title="Four")
    address = f"applications?format=csv&fields=title,requested_amount{query}"
    french, english = (
        b"".join(meie.get(address, **{"accept-language": language}).streaming_content)
        for language in ("fr-CA", "en-CA")
    )
    assert french == english
    assert french.startswith(b"\xef\xbb\xbftitle" if is_marked else b"title")
    assert french.endswith(b"Four,100000.00\r\n")


def test_row_is_not_given_as_csv(full, as_partner):
    answer = as_partner(full.meie).get(f"applications/{full.mine.reference}", accept="text/csv")
    assert answer.status_code == 406


# ------------------------------------------------------------ problems, log


@pytest.mark.parametrize(
    ("language", "title"), [("fr-CA", "Rien ici"), ("en-CA,fr;q=0.5", "Nothing here"), ("de", "Rien ici")]
)
def test_problem_is_told_in_the_language_asked_for(world, meie, language, title):
    for path in ("awards/no-such-row", "no/such/address"):
        answer = meie.get(path, **{"accept-language": language, "x-request-id": "abc-123"})
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["Content-Language"] == ("en-CA" if "en" in language else "fr-CA")
        assert set(answer.json()) == {"type", "title", "status", "detail", "instance", "request_id", "errors"}
        assert answer.json()["title"] == title
        assert answer.json()["instance"] == f"/api/v1/{path}"
        assert answer.json()["request_id"] == answer.headers["X-Request-ID"]


def test_api_is_read_only(world, client):
    _key, secret = world.key()
    answer = client.post("/api/v1/awards", headers={"authorization": f"Bearer {secret}"})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert answer.json()["status"] == 405


def test_fault_of_ours_is_a_problem_too(world, meie, monkeypatch):
    def broken(partner):
        raise RuntimeError("boom")

    monkeypatch.setattr(selectors, "awards_of", broken)
    meie.client.raise_request_exception = False
    answer = meie.get("awards")
    assert (answer.status_code, answer.json()["title"]) == (500, "The fault is ours")
    assert "boom" not in answer.content.decode()


def test_call_is_logged_and_reading_is_in_the_trail(full, client):
    key, secret = full.key()
    answer = client.get(
        "/api/v1/awards?page_size=5", headers={"authorization": f"Bearer {secret}", "x-request-id": "r-1"}
    )
    call = ApiCall.objects.get()
    assert (call.key, call.partner, call.method, call.path) == (key, full.meie, "GET", "/api/v1/awards?page_size=5")
    assert (call.status, call.rows, call.at) == (200, 1, NOW)
    reading = Reading.objects.of_file(full.mine.pk).get()
    assert (reading.actor_kind, reading.actor_id, reading.on_behalf_of) == ("key", key.pk, "MEIE")
    assert (reading.read, reading.application_id, reading.listed) == (ReadOne.api("award"), None, [full.mine.pk])
    assert (reading.question, reading.count) == ({"asked": "page_size=5"}, 1)
    assert reading.digest == sha256(answer.content).hexdigest()
    assert not Reading.objects.of_file(full.theirs.pk).exists()
    key.refresh_from_db()
    assert key.last_used_at == NOW


def test_csv_is_logged_when_it_ends(full, as_partner):
    answer = as_partner(full.meie).get("awards?format=csv")
    assert not ApiCall.objects.exists()
    content = b"".join(answer.streaming_content)
    assert ApiCall.objects.get().rows == 1
    reading = Reading.objects.of_file(full.mine.pk).get()
    assert (reading.question, reading.count, reading.listed) == ({"asked": "format=csv"}, 1, [full.mine.pk])
    assert reading.digest == sha256(content).hexdigest()


def test_csv_that_breaks_off_is_remembered_as_far_as_it_was_given(full, as_partner):
    caller = as_partner(full.meie)
    for lines in (1, 2):
        answer = caller.get("awards?format=csv")
        assert answer.streaming
        given = b"".join(next(answer._iterator) for _line in range(lines))
        answer._iterator.close()
        if lines == 1:  # the names of the columns, and no award yet
            assert not Reading.objects.exists()
    reading = Reading.objects.get()
    assert (reading.count, reading.digest) == (1, sha256(given).hexdigest())


def test_lists_without_a_file_and_what_the_caller_has_already_are_no_reading(full, as_partner, client):
    caller = as_partner(full.meie)
    caller.get("agreements")
    caller.get("awards?updated_since=2040-01-01T00:00:00Z")
    assert not Reading.objects.exists()
    (row,) = caller.rows("awards")
    caller.get(f"awards/{row['id']}")
    assert list(Reading.objects.order_by("id").values_list("application_id", "what", "which")) == [
        (None, "api", "award"), (full.mine.pk, "api", "award")
    ]  # fmt: skip


def test_csv_counts_one_reading_of_its_file(full, as_partner):
    list(as_partner(full.meie).get("awards?format=csv").streaming_content)
    assert Reading.objects.of_file(full.mine.pk).count() == 1


# ------------------------------------------------------------ the document


@pytest.mark.parametrize("language", ["fr", "en"])
def test_document_is_openapi(language):
    found = json.loads(json.dumps(document(language)))
    assert found["openapi"].startswith("3.1")
    validate(found)


def nameless(schema, path=""):
    """The properties without a description."""
    for name, one in schema.get("properties", {}).items():
        if not one.get("description"):
            yield f"{path}.{name}"


def test_every_field_and_parameter_is_described_in_both_languages():
    french, english = document("fr"), document("en")
    for name, schema in english["components"]["schemas"].items():
        assert list(nameless(schema, name)) == []
        for field, one in schema["properties"].items():
            assert french["components"]["schemas"][name]["properties"][field]["description"] != one["description"]
    for path in english["paths"].values():
        assert all(p.get("description") for p in path["get"]["parameters"] if "name" in p)


def schema_of(api, name):
    return {"$ref": f"#/components/schemas/{name}", "components": api["components"]}


@pytest.mark.parametrize("shape", ["Agreement", "Envelope", "Program", "Call", "Application", "Decision", "Award"])
def test_answers_are_what_the_document_says(full, as_partner, shape):
    name = f"{shape.lower()}s"
    api = json.loads(json.dumps(document("en")))
    answer = as_partner(full.meie).get(f"{name}?updated_since=2020-01-01T00:00:00Z").json()
    listed = api["paths"][f"/api/v1/{name}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    jsonschema.Draft202012Validator(listed | {"components": api["components"]}).validate(answer)
    (row,) = answer["data"]
    assert set(row) == set(api["components"]["schemas"][shape]["properties"])
    jsonschema.Draft202012Validator(schema_of(api, shape)).validate(example_of(api, shape))


def test_problems_and_ledger_are_what_the_document_says(full, as_partner):
    api = json.loads(json.dumps(document("en")))
    caller = as_partner(full.meie)
    problem = caller.get("awards?colour=red").json()
    jsonschema.Draft202012Validator(schema_of(api, "Problem")).validate(problem)
    for row in caller.rows(f"envelopes/{full.envelopes[full.meie].public_id}/ledger"):
        jsonschema.Draft202012Validator(schema_of(api, "LedgerEntry")).validate(row)


def test_document_and_page_are_for_anyone(db, client):
    answer = client.get("/api/v1/openapi.json", headers={"accept-language": "en"})
    assert answer.json()["info"]["title"] == "Passerelle: the partner's API"
    page = client.get("/api/v1/?lang=en").content.decode()
    assert "GET /api/v1/envelopes/{id}/ledger" in page
    assert "<script>" not in page


def test_null_character_names_nothing(full, meie):
    for name in ("applications", "programs", "decisions"):
        assert meie.get(f"{name}/%00").status_code == 404
