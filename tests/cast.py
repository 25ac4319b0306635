"""The named cast, for every test: people, organisations, and a programme they are appointed on.

The world is built once in a process, through the services, then rolled back; each test that asks for it gets the
same rows copied back in some milliseconds. It was built on 6 January 2025, so that any later instant finds
everybody in office. The outbox is empty: what is in it, the test put there.
"""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection, transaction

from audit.actors import SetUp
from tests import kept
from work import clock

SET_UP = SetUp("tests")
BUILT_AT = datetime(2025, 1, 6, 14, tzinfo=UTC)
BUNDLE = Path(__file__).resolve().parent.parent / "builder" / "bundles" / "filiere-excellence.yaml"
COMPANIES = ("usinage", "precision", "northwind", "prime")

_kept: dict[str, list[tuple[str, str, bytes]]] = {}
_counted_on: set[tuple[str, str]] = set()  # the databases whose sequences are past the rows of a level


@pytest.fixture
def world(request, store):
    """The rows of the cast, and of the programme when the test asks for it."""
    level = "programme" if "programme" in request.fixturenames else "cast"
    kept.begin(None, None)
    with transaction.atomic():
        if not _may_copy_back():
            _make(level)
            return level
        _copy_back(level)
    if "committed_db" not in request.fixturenames:  # where commits are real nobody counts what was written
        patches = request.getfixturevalue("monkeypatch") if "monkeypatch" in request.fixturenames else None
        kept.begin(level, patches)
    return level


@pytest.fixture
def cast(world):
    """The people by name: officer, screener, ana, ben, chloe, dev, chair, endorser, approver, analyst, concurrence,
    auditor, administrator, finance, sophie and olivier (Usinage Gauthier), michel, emily, sponsor."""
    from demo import people

    return SimpleNamespace(**people.the_people())


@pytest.fixture
def cluster(world):
    from accounts.models import Cluster

    return Cluster.objects.get(slug="aerofil")


@pytest.fixture
def usinage(world):
    """« Usinage Gauthier inc. »: signatory Sophie, member Olivier; 12 employees, French."""
    return _organisation("usinage")


@pytest.fixture
def precision(world):
    """« Précision Laurentides inc. »: signatory Michel; 48 employees, French."""
    return _organisation("precision")


@pytest.fixture
def northwind(world):
    """ "Northwind Aerostructures Inc.": signatory Emily; 130 employees, English."""
    return _organisation("northwind")


@pytest.fixture
def prime(world):
    """« Aéronefs Boréal inc. »: a prime that sponsors suppliers; signatory Hélène (`cast.sponsor`)."""
    return _organisation("prime")


@pytest.fixture
def programme(world):
    """Filière Excellence as the officer imported it (its call a draft), with the whole cast appointed on it."""
    from programs.models import Program

    return Program.objects.get(code="FE")


def _organisation(company):
    from accounts.models import Organisation
    from demo.cast import COMPANIES as FACTS

    return Organisation.objects.get(neq=FACTS[company]["neq"])


def _make(level):
    """The world, through the services."""
    from demo import people
    from notifications.models import Message

    with clock.at(BUILT_AT):
        _cluster, cast = people.found()
        for company in COMPANIES:
            people.register(company, cast)
        if level == "programme":
            from builder.services import import_bundle

            program = import_bundle(BUNDLE.read_text(encoding="utf-8"), by=cast["officer"])
            people.appoint_all(program, cast)
        Message.objects.all().delete()


def _copy_back(level):
    """The rows of the world, made by the first test of this process that asks for them."""
    if level not in _kept:
        _kept[level] = _build(level)
    _put_back(_kept[level])
    here = (connection.settings_dict["NAME"], level)
    if here not in _counted_on:
        _count_on(_kept[level])
        _counted_on.add(here)


def _build(level):
    """The rows that making the world adds, table by table, as COPY reads them; nothing of it stays in the database."""
    before = {model: _last(model) for model in _models()}
    try:
        with transaction.atomic():
            _make(level)
            raise _Rollback([rows for model in _models() if (rows := _taken(model, before[model]))[2]])
    except _Rollback as done:
        return done.rows


def _may_copy_back():
    """Copying rows back goes past the trail's triggers, which refuse a chain that does not begin at its beginning.

    A user of the database without that right makes the world again for each test, which is slower.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_parameter_privilege(current_user, 'session_replication_role', 'SET')")
        return cursor.fetchone()[0]


class _Rollback(Exception):
    def __init__(self, rows):
        self.rows = rows


def _models():
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.pk.get_internal_type().endswith("AutoField")
    ]


def _last(model):
    return model._base_manager.order_by("-pk").values_list("pk", flat=True).first() or 0


def _taken(model, after):
    quote = connection.ops.quote_name
    columns = ", ".join(quote(f.column) for f in model._meta.local_concrete_fields if not f.generated)
    table, key = quote(model._meta.db_table), quote(model._meta.pk.column)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY (SELECT {columns} FROM {table} WHERE {key} > {int(after)} ORDER BY {key}) TO STDOUT") as out,
    ):
        return table, columns, b"".join(bytes(block) for block in out)


def _put_back(rows):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, columns, content in rows:
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as into:
                into.write(content)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def _count_on(rows):
    """The tables' own sequences go past the rows copied back, for good: a database that never made the world has them
    at their beginning, and would give the next row a key that is taken."""
    copied = {table for table, _columns, _content in rows}
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for model in _models():
            table, key = quote(model._meta.db_table), model._meta.pk.column
            if table in copied:
                cursor.execute(
                    f"SELECT setval(own, GREATEST((SELECT max({quote(key)}) FROM {table}), "
                    "pg_sequence_last_value(own::regclass))) FROM pg_get_serial_sequence(%s, %s) AS own",
                    [table, key],
                )
