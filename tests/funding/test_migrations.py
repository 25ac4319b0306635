"""Partners, agreements, envelopes and the ledger came from `programs`: their rows stayed where they were."""

import re

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import SeparateDatabaseAndState
from django.test.utils import CaptureQueriesContext

from funding.models import LedgerEntry, PartnerSeat
from funding.services import seat_partner

WRITES = re.compile(r'(?:ALTER TABLE|DROP TABLE|CREATE TABLE|TRUNCATE|UPDATE|INSERT INTO|DELETE FROM) ("\w+")')
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
    written = [query["sql"] for query in asked if WRITES.match(query["sql"])]
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
