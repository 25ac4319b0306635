"""Whether what went wrong is a machine that is away: not our fault, not the reader's, and over in a moment.

The one owner of that question for requests. A deadlock, a serialization failure or a timeout of a statement or a lock
is none: the database answered.
"""

from pathlib import Path

import psycopg
from django.conf import settings
from django.http import UnreadablePostError
from kombu.exceptions import OperationalError as BrokerError
from redis import exceptions as redis

from work.outages import DISK_ERRORS, Away, chain, is_database_away, is_lost_inside
from work.states import Machine

RETRY_AFTER = 10  # seconds after which whoever was turned away tries again


MISSING = (FileNotFoundError, NotADirectoryError, PermissionError)


def machine_away(exception: BaseException | None) -> Machine | None:
    """The machine whose absence raised `exception`, itself or through what it was raised from; None when none is."""
    for error in chain(exception):
        if isinstance(error, UnreadablePostError):
            return None  # the reader left
        if isinstance(error, Away):
            return error.machine
        if isinstance(error, psycopg.Error) or is_lost_inside(error):
            return Machine.DATABASE if is_database_away(error) else None
        if isinstance(error, (redis.ConnectionError, redis.TimeoutError)):
            return Machine.CACHE
        if isinstance(error, BrokerError):
            return Machine.BROKER
        if isinstance(error, OSError) and is_disk_away(error):
            return Machine.STORAGE
    return None


def is_disk_away(error: OSError) -> bool:
    """By the system's number; a file that is not there tells nothing, unless the whole storage has gone."""
    if error.errno in DISK_ERRORS:
        return True
    root = Path(settings.MEDIA_ROOT)
    within = isinstance(error.filename, str) and Path(error.filename).is_relative_to(root)
    return isinstance(error, MISSING) and within and (isinstance(error, PermissionError) or not root.is_dir())
