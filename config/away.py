"""Whether what went wrong is a machine that is away: not our fault, not the reader's, and over in a moment.

The one owner of that question for requests. A deadlock, a serialization failure or a timeout of a statement or a lock
is none: the database answered.
"""

import errno
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import ProgrammingError
from django.http import UnreadablePostError
from kombu.exceptions import OperationalError as BrokerError
from redis import exceptions as redis

RETRY_AFTER = 10  # seconds after which whoever was turned away tries again


class Away(StrEnum):
    """What a request stands on. (`work.states.Machine` is what a piece of work may wait for, kept in a table.)"""

    DATABASE = "database"
    CACHE = "cache"
    STORAGE = "storage"
    BROKER = "broker"


# SQLSTATE, by prefix: connection lost, resources exhausted (connections, disk, memory), stopping or starting, and
# the system under the server. https://www.postgresql.org/docs/current/errcodes-appendix.html
DATABASE_STATES = ("08", "53", "57P01", "57P02", "57P03", "58")
DISK_ERRORS = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.ESTALE, errno.ENODEV, errno.ENXIO, errno.ENOTCONN}
)
# What Django says of a statement that follows, in the same block, the one that found the connection lost.
LOST_INSIDE = "Cannot open a new connection in an atomic block."
MISSING = (FileNotFoundError, NotADirectoryError, PermissionError)


def machine_away(exception: BaseException | None) -> Away | None:
    """The machine whose absence raised `exception`, itself or through what it was raised from; None when none is."""
    for error in chain(exception):
        if isinstance(error, UnreadablePostError):
            return None  # the reader left
        if isinstance(error, psycopg.Error):
            return Away.DATABASE if is_database_away(error) else None
        if isinstance(error, ProgrammingError) and str(error) == LOST_INSIDE:
            return Away.DATABASE
        if isinstance(error, (redis.ConnectionError, redis.TimeoutError)):
            return Away.CACHE
        if isinstance(error, BrokerError):
            return Away.BROKER
        if isinstance(error, OSError) and is_disk_away(error):
            return Away.STORAGE
    return None


def chain(exception: BaseException | None) -> Iterator[BaseException]:
    """`exception` and what it was raised from, as a traceback shows them."""
    seen: set[int] = set()
    while exception is not None and id(exception) not in seen:
        seen.add(id(exception))
        yield exception
        exception = exception.__cause__ or (None if exception.__suppress_context__ else exception.__context__)


def is_database_away(error: psycopg.Error) -> bool:
    """By the server's own word; an error without one comes from the driver, of a connection that is not there."""
    if error.sqlstate:
        return error.sqlstate.startswith(DATABASE_STATES)
    return isinstance(error, psycopg.OperationalError) or (
        isinstance(error, psycopg.InterfaceError) and "connection" in str(error)
    )


def is_disk_away(error: OSError) -> bool:
    """By the system's number; a file that is not there tells nothing, unless the whole storage has gone."""
    if error.errno in DISK_ERRORS:
        return True
    root = Path(settings.MEDIA_ROOT)
    within = isinstance(error.filename, str) and Path(error.filename).is_relative_to(root)
    return isinstance(error, MISSING) and within and (isinstance(error, PermissionError) or not root.is_dir())
