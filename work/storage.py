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
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from work.outages import Away, is_database_away, is_disk_at_fault, reason_of
from work.states import Machine

log = logging.getLogger(__name__)

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
    name = f"health/{uuid.uuid4().hex}"
    try:
        default_storage.save(name, ContentFile(b"ok"))
        with default_storage.open(name) as file:
            if file.read() != b"ok":
                raise OSError("The storage returned something else than what was written.")
    except Exception:
        with suppress(Exception):  # a disk that filled up keeps no half of it, and what it said first is what counts
            default_storage.delete(name)
        raise
    default_storage.delete(name)


def why_away() -> str:
    """Why the storage cannot be used now, in one line; empty when it can."""
    try:
        probe()
    except Exception as error:  # each make of storage has errors of its own
        return reason_of(error)
    return ""


@contextmanager
def in_use() -> Iterator[None]:
    """Around any use of the storage: the one place that says whether the storage is at fault, or the file.

    Whatever is raised inside is Away when the storage cannot be used now, or when a disk made it that is well again.
    Else it stays what it is: FileNotFoundError of a file that is absent from a storage that stands.
    """
    try:
        yield
    except Away:
        raise
    except Exception as error:
        if is_database_away(error):
            raise
        reason = why_away() or (reason_of(error) if is_disk_at_fault(error) else "")
        if reason:
            raise Away(Machine.STORAGE, reason) from error
        raise


def read(path: str) -> bytes:
    """The content of a kept file. Raises Away when the storage cannot be used, else what is wrong with the file."""
    with in_use(), default_storage.open(path) as file:
        return file.read()


def keep(path: str, content: File) -> str:
    """Keep a file under `path`, which is free; gives the name it got. Nothing half kept stays.

    Raises Away when the storage cannot be used, else what is wrong with the file or its name.
    """
    with in_use():
        try:
            check_mark()
            return default_storage.save(path, content)
        except Exception:
            with suppress(Exception):
                default_storage.delete(path)
            raise


def remove(path: str) -> None:
    """Remove a file, or an empty folder; nothing when it is absent from a storage that stands. Raises Away."""
    with in_use():
        check_mark()
        default_storage.delete(path)


def keep_again(path: str, content: File) -> str:
    """Keep a file under `path`, in place of what an attempt before may have left there. Raises Away."""
    remove(path)
    return keep(path, content)
