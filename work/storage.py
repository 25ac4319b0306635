"""The file storage, as whoever keeps or reads a file asks for it: what fails for the storage's sake is `Away`.

A file that is absent is told apart from a storage that has gone: the second is never the file's fault.
"""

import uuid
from contextlib import suppress

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from work.outages import Away
from work.states import Machine

# What a storage of another make raises when it cannot be reached is a class of its own library, not an OSError.
OF_THE_NAME = (FileNotFoundError, SuspiciousFileOperation, ValueError)


def probe() -> None:
    """Write a small file, read it back, remove it. Raises whatever the storage raises, OSError for a wrong content."""
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
        return default_storage.save(path, content)
    except OF_THE_NAME:
        raise
    except Exception as error:
        with suppress(Exception):
            default_storage.delete(path)
        raise Away(Machine.STORAGE, f"{type(error).__name__}: {error}") from error


def keep_again(path: str, content: File) -> str:
    """Keep a file under `path`, in place of what an attempt before may have left there. Raises Away."""
    try:
        default_storage.delete(path)
    except OSError as error:
        raise Away(Machine.STORAGE, f"{type(error).__name__}: {error}") from error
    return keep(path, content)
