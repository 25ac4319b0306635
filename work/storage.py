"""The file storage, as whoever keeps or reads a file asks for it: what fails for the storage's sake is `Away`.

A file that is absent is told apart from a storage that has gone: the second is never the file's fault.
"""

import hashlib
import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from work.outages import Away
from work.states import Machine

log = logging.getLogger(__name__)

# What a storage of another make raises when it cannot be reached is a class of its own library, not an OSError.
OF_THE_NAME = (FileNotFoundError, SuspiciousFileOperation, ValueError)


MARK = "passerelle-storage"  # the file by which a storage is known as the one that was used before


def check_mark() -> None:
    """OSError when this is not the storage that was used before: its folder is gone, or empty where a disk should be.

    The first use of a storage leaves a mark in it, and a record on this machine that there is one.
    """
    place = hashlib.sha256(str(getattr(default_storage, "location", "storage")).encode()).hexdigest()[:16]
    record = Path(settings.STORAGE_RECORDS) / place
    if default_storage.exists(MARK):
        _note_mark(record)
        return
    if record.exists() and not _holds_files():
        raise OSError(
            "This is not the storage that was used before: the file passerelle-storage is missing from it."
            " If it really is, make an empty file of that name in it."
        )
    default_storage.save(MARK, ContentFile(b"Keep this file: by it Passerelle knows its storage.\n"))
    _note_mark(record)


def _holds_files() -> bool:
    """Whether the storage holds files of ours without a mark: it was used before there was one, or was restored."""
    try:
        return bool(set(default_storage.listdir("")[0]) & {"uploads", "renderings", "jobs"})
    except OSError:
        return False


def _note_mark(record: Path) -> None:
    """Write on this machine that the storage has its mark. Where it cannot be written, only the guard is weaker."""
    if record.exists():
        return
    try:
        record.parent.mkdir(parents=True, exist_ok=True)
        record.touch()
    except OSError as error:
        log.warning("That the storage has its mark could not be noted: %s", error)


def probe() -> None:
    """Write a small file, read it back, remove it. Raises whatever the storage raises, OSError for a wrong content."""
    check_mark()
    name = default_storage.save(f"health/{uuid.uuid4().hex}", ContentFile(b"ok"))
    try:
        with default_storage.open(name) as file:
            if file.read() != b"ok":
                raise OSError("The storage returned something else than what was written.")
    finally:
        default_storage.delete(name)


def why_away() -> str:
    """Why the storage cannot be used now, in one line; empty when it can."""
    try:
        probe()
    except Exception as error:  # each make of storage has errors of its own
        return f"{type(error).__name__}: {error}"
    return ""


@contextmanager
def standing() -> Iterator[None]:
    """Around a worker's use of the storage: what fails for the machine's sake is Away. A file that is absent from a
    storage that stands stays FileNotFoundError."""
    try:
        yield
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not why_away():
            raise
        raise Away(Machine.STORAGE, f"{type(error).__name__}: {error}") from error


def read(path: str) -> bytes:
    """The content of a kept file. Raises Away when the storage cannot be used, else what is wrong with the file."""
    try:
        with default_storage.open(path) as file:
            return file.read()
    except Exception as error:
        if reason := why_away():
            raise Away(Machine.STORAGE, reason) from error
        raise


def keep(path: str, content: File) -> str:
    """Keep a file under `path`, which is free; gives the name it got. Raises Away, and then nothing half kept stays."""
    try:
        check_mark()
        return default_storage.save(path, content)
    except OF_THE_NAME:
        raise
    except Exception as error:
        with suppress(Exception):
            default_storage.delete(path)
        raise Away(Machine.STORAGE, f"{type(error).__name__}: {error}") from error


def remove(path: str) -> None:
    """Remove a file, or an empty folder; nothing when it is absent from a storage that stands. Raises Away."""
    with standing():
        check_mark()
        default_storage.delete(path)


def keep_again(path: str, content: File) -> str:
    """Keep a file under `path`, in place of what an attempt before may have left there. Raises Away."""
    remove(path)
    return keep(path, content)
