"""Partners, agreements, envelopes and the ledger came from `programs`: their rows stayed where they were."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import SeparateDatabaseAndState
from django.test.utils import CaptureQueriesContext

from decisions.models import Decision
from funding import ledger
from funding.models import Envelope, LedgerEntry, PartnerSeat, ToldEntry
from funding.money import Cause
from funding.services import seat_partner
from letters.models import Letter
from tests.decisions.files import file_row
from work import clock

WRITES = re.compile(r'(?:ALTER TABLE|DROP TABLE|CREATE TABLE|TRUNCATE|UPDATE|INSERT INTO|DELETE FROM) ("\w+")')
BEGAN = datetime(2026, 11, 2, 15, tzinfo=UTC)
NAMES = ("Partner", "PartnerSeat", "Agreement", "Envelope", "LedgerEntry")


def rows():
    with connection.cursor() as cursor:
        found = {}
        for name in NAMES:
            cursor.execute(f"SELECT * FROM programs_{name.lower()} ORDER BY id")
            found[name] = cursor.fetchall()
        return found


@pytest.mark.slow
def test_tables_run_both_ways_between_apps_with_their_rows_in_place(cast, programme):
    partner = programme.agreements.get().partner
    seat_partner(cast.emily, partner, by=cast.administrator, role="analyst")
    before = rows()
    assert all(before.values())
    with CaptureQueriesContext(connection) as asked:
        MigrationExecutor(connection).migrate([("funding", None)])
        executor = MigrationExecutor(connection)
        earlier = executor.loader.project_state([("programs", "0002_ledger_append_only")]).apps
        kept = [earlier.get_model("programs", name).objects.count() for name in NAMES]
        executor.migrate(executor.loader.graph.leaf_nodes())
    assert kept == [len(before[name]) for name in NAMES]
    own = [f'"programs_{name.lower()}"' for name in NAMES]  # migrations of other tables are gone through too
    written = [query["sql"] for query in asked if WRITES.match(query["sql"]) and '"told_at"' not in query["sql"]]
    assert written != []
    assert [sql for sql in written if WRITES.match(sql)[1] in own] == []
    assert rows() == before
    assert PartnerSeat.objects.get(user=cast.emily).partner == partner
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        LedgerEntry.objects.update(note="changed")


@pytest.mark.parametrize(
    "name",
    [
        ("funding", "0001_initial"),
        ("programs", "0003_to_funding"),
        ("awards", "0002_to_funding"),
        ("decisions", "0007_to_funding"),
        ("reports", "0003_to_funding"),
        ("reviews", "0005_to_funding"),
    ],
)
def test_move_between_apps_writes_nothing_in_the_database(name):
    (operation,) = MigrationLoader(None).disk_migrations[name].operations
    assert isinstance(operation, SeparateDatabaseAndState)
    assert operation.state_operations
    assert operation.database_operations == []


@pytest.mark.slow
def test_since_when_entries_are_told_is_filled_from_the_letters_as_the_service_would_have_written_it(
    committed_db, cast, programme
):
    """An award told, paid in part and contested; one whose letter waits; one sent back and told less; one given up."""
    envelope = Envelope.objects.order_by("id").first()
    files, minute = [file_row(cast, programme) for _n in range(5)], [0]

    def act(verb, file, amount=None, *, because=Cause.RECOMMEND, **more):
        minute[0] += 1
        with clock.at(BEGAN + timedelta(minutes=minute[0])):
            given = [] if amount is None else [[(envelope, Decimal(amount))]]
            key = {"application_id": file.pk} if given else {}
            verb(*(given or [file.pk]), by=cast.finance, because=because, **key, **more)

    def letter(file, number=1):
        minute[0] += 1
        at = BEGAN + timedelta(minutes=minute[0])
        sent = Letter.objects.create(
            application=file, kind="approved", code=f"C-{minute[0]}", language="fr", regime="fr_prevails",
            subject_line="…", html="…", state="sent", sent_at=at,
        )  # fmt: skip
        Decision.objects.create(application=file, kind="approved", number=number, amount=1, letter=sent)
        ledger.tell(file.pk, at=at)

    contested, waits, sent_back, given_up, withdrawn = files
    for file in (contested, waits, given_up):
        act(ledger.reserve, file, 100)
        act(ledger.commit, file, 100, because=Cause.ISSUE)
    act(ledger.reserve, sent_back, 90)
    act(ledger.release_all, sent_back, because=Cause.VOID_RECOMMENDATION)
    act(ledger.reserve, sent_back, 80)
    for file in (contested, sent_back, given_up):
        letter(file)
    act(ledger.pay, contested, 30)
    act(ledger.release_all, contested, from_="committed", because=Cause.SUPERSEDE)
    act(ledger.release_all, given_up, from_="committed", because=Cause.WITHDRAW)
    ledger.tell_given_back(given_up.pk, at=BEGAN + timedelta(minutes=minute[0]))  # as it is withdrawn
    act(ledger.reserve, withdrawn, 70)
    act(ledger.release_all, withdrawn, because=Cause.WITHDRAW)
    told = dict(ToldEntry.objects.order_by("entry_id").values_list("entry_id", "at"))
    assert len(told) == 2 + 1 + 1 + 3
    at = Envelope.objects.order_by("id").values_list("id", "told_at")
    before = list(at)
    migrate([("funding", "0001_initial")])
    migrate()
    assert dict(ToldEntry.objects.order_by("entry_id").values_list("entry_id", "at")) == told
    assert list(at) == before
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        ToldEntry.objects.update(at=BEGAN)


def migrate(targets=None):
    executor = MigrationExecutor(connection)
    executor.migrate(targets or executor.loader.graph.leaf_nodes())
