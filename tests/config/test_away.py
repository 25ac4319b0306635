"""Which exceptions mean that a machine is away, and which do not."""

import errno
from contextlib import suppress

import psycopg
import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, ProgrammingError, connection, transaction
from django.http import UnreadablePostError
from kombu.exceptions import OperationalError as BrokerError
from redis import exceptions as redis

from config.away import machine_away
from work.states import Machine


def raised(error, cause):
    """`error` as it is once raised from `cause`."""
    try:
        raise error from cause
    except Exception as caught:
        return caught


def of_state(state):
    """Django's error of a SQLSTATE, raised from the driver's."""
    return raised(OperationalError("…"), psycopg.errors.lookup(state)("…"))


@pytest.mark.parametrize(
    "error",
    [
        raised(OperationalError("refused"), psycopg.OperationalError("connection to server failed: refused")),
        raised(OperationalError("closed"), psycopg.OperationalError("server closed the connection unexpectedly")),
        raised(InterfaceError("closed"), psycopg.InterfaceError("the connection is closed")),
        of_state("57P01"),  # stopped by the administrator
        of_state("57P03"),  # starting up, or in recovery
        of_state("53300"),  # too many connections
        of_state("53100"),  # disk full
        of_state("08006"),
        ProgrammingError("Cannot open a new connection in an atomic block."),
    ],
)
def test_database_away_is_recognised(error):
    assert machine_away(error) == Machine.DATABASE
    assert machine_away(raised(ValueError("while telling of it"), error)) == Machine.DATABASE


@pytest.mark.parametrize(
    "error",
    [
        of_state("40P01"),  # deadlock
        of_state("40001"),  # serialization failure
        of_state("57014"),  # statement timeout
        of_state("55P03"),  # lock timeout
        of_state("25P03"),  # we let a transaction idle
        raised(InterfaceError("cursor"), psycopg.InterfaceError("the cursor is closed")),
        ProgrammingError("relation does not exist"),
        ValueError("a fault of ours"),
        raised(UnreadablePostError("the reader left"), OSError(errno.EIO, "…")),
        OSError(errno.ENOENT, "No such file", "/elsewhere/missing"),
        None,
    ],
)
def test_fault_of_ours_or_of_two_who_met_is_no_machine_away(error):
    assert machine_away(error) is None


@pytest.mark.parametrize(
    ("error", "machine"),
    [
        (redis.ConnectionError("refused"), Machine.CACHE),
        (redis.TimeoutError("silent"), Machine.CACHE),
        (BrokerError("refused"), Machine.BROKER),
        (OSError(errno.ENOSPC, "No space left on device"), Machine.STORAGE),
        (OSError(errno.EIO, "Input/output error"), Machine.STORAGE),
        (OSError(errno.EROFS, "Read-only file system"), Machine.STORAGE),
        (OSError(errno.ESTALE, "Stale file handle"), Machine.STORAGE),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), Machine.STORAGE),
    ],
)
def test_other_machines_are_recognised(error, machine):
    assert machine_away(error) == machine


def test_missing_file_is_storage_away_only_when_the_whole_folder_has_gone(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    missing = FileNotFoundError(errno.ENOENT, "…", str(tmp_path / "files" / "a"))
    assert machine_away(missing) == Machine.STORAGE
    (tmp_path / "files").mkdir()
    assert machine_away(missing) is None


def test_cause_that_was_hidden_on_purpose_does_not_count():
    decided = ValueError("decided otherwise")
    decided.__context__ = OSError(errno.EIO, "…")
    assert machine_away(decided) == Machine.STORAGE
    decided.__suppress_context__ = True  # raise … from None
    assert machine_away(decided) is None


@transaction.atomic
def lose_the_connection_and_go_on():
    with suppress(OperationalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def test_statement_after_a_lost_connection_is_still_the_database_away(committed_db):
    with pytest.raises(DatabaseError) as caught:
        lose_the_connection_and_go_on()
    assert machine_away(caught.value) == Machine.DATABASE
    with connection.cursor() as cursor:  # and the next request works without help
        cursor.execute("SELECT 1")


def test_database_whose_disk_fails_is_away():
    assert machine_away(of_state("58030")) == "database"  # an error of input or output under the server


def test_storage_that_refuses_us_is_away_and_another_folder_that_does_is_not(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    (tmp_path / "files").mkdir()
    assert machine_away(PermissionError(errno.EACCES, "…", str(tmp_path / "files" / "a"))) == Machine.STORAGE
    assert machine_away(PermissionError(errno.EACCES, "…", str(tmp_path / "elsewhere"))) is None
