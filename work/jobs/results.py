"""The bytes of a job, in a folder of its own in the storage: pieces while it works, one file when it is done.

A piece is written under a fresh name before the transaction that counts it, so that a step that dies or is repeated
never changes a piece that counts. What nothing names goes with the folder.
"""

import logging
import secrets
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import IO

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction

from work import clock, storage
from work.models import Job, JobKeys
from work.outages import Away, is_database_away, reason_of
from work.states import Machine

log = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=7)
LEFT_FOR = timedelta(hours=1)
"""How long a job is left whose files could not be removed."""
BLOCK = 256 * 1024
MOST = 100
"""Of how many jobs the bytes are removed at once."""


class ResultGone(Exception):
    """The job has no file to hand out: none was made, or its seven days are over."""


@dataclass(frozen=True)
class MadeFile:
    """A file put together: where it is, its size in bytes and its SHA-256."""

    path: str
    size: int
    sha256: str


def folder_of(job: Job) -> str:
    """The job's folder in the storage."""
    return f"jobs/{job.token[:2]}/{job.token}"


def keep_piece(job: Job, content: bytes) -> str:
    """Write a piece of the result and return its path. Away."""
    return storage.keep(f"{folder_of(job)}/{secrets.token_hex(16)}", ContentFile(content))


def put_together(job: Job) -> MadeFile:
    """Write the pieces, in their order, as one file. Away."""
    digest = sha256()
    with storage.in_use(), tempfile.TemporaryFile() as whole:
        for path in job.parts.order_by("pk").values_list("path", flat=True):
            with default_storage.open(path, "rb") as piece:
                for block in piece.chunks(BLOCK):
                    digest.update(block)
                    _write(whole, block)
        size = whole.tell()
        path = storage.keep(f"{folder_of(job)}/{secrets.token_hex(16)}", File(whole))
    return MadeFile(path, size, digest.hexdigest())


def _write(whole: IO[bytes], block: bytes) -> None:
    """Away, which names the folder: it is not the storage that is full."""
    try:
        whole.write(block)
    except OSError as error:
        raise Away(Machine.STORAGE, f"The temporary folder {tempfile.gettempdir()}: {reason_of(error)}") from error


def has_pieces(job: Job) -> bool:
    """Whether every piece of the job is in the storage; True when the storage is away, and nobody knows."""
    try:
        with storage.in_use():
            storage.check_mark()
            return all(default_storage.exists(path) for path in job.parts.values_list("path", flat=True))
    except Away:
        return True


def open_result(job: Job) -> File:
    """The result, as an open binary file. The app that owns the kind asks its permission question first.

    ResultGone when there is none, or no more; Away when the storage that holds it is.
    """
    if not job.has_result or (job.keep_until is not None and job.keep_until <= clock.now()):
        raise ResultGone
    try:
        with storage.in_use():
            return default_storage.open(job.result_path, "rb")
    except FileNotFoundError:
        raise ResultGone from None


def remove_pieces(job: Job) -> None:
    """Remove everything in the job's folder but its result. Away."""
    folder = folder_of(job)
    with storage.in_use():
        try:
            names = default_storage.listdir(folder)[1]
        except FileNotFoundError:
            return
        for name in names:
            if f"{folder}/{name}" != job.result_path:
                default_storage.delete(f"{folder}/{name}")


def remove_results() -> int:
    """Remove the bytes of jobs whose time is over, the longest over first, and say so on the row. Gives of how many.

    One that cannot be removed is logged, left for an hour, and keeps no other. Away when the storage is.
    """
    now, number = clock.now(), 0
    over = Job.objects.filter(keep_until__lte=now, due__lte=now).order_by("keep_until", "pk")
    for pk in over.values_list("pk", flat=True)[:MOST]:
        try:
            number += _remove_result(pk)
        except Away:
            raise
        except Exception as error:
            if is_database_away(error):
                raise
            log.exception("The files of job %s could not be removed", pk)
            Job.objects.filter(pk=pk).update(due=now + LEFT_FOR)
    return number


@transaction.atomic
def _remove_result(pk: int) -> bool:
    """Whether it was done: not for a job that was tried again since, or removed by another worker."""
    job = Job.objects.select_for_update().filter(pk=pk, keep_until__lte=clock.now()).first()
    if job is None:
        return False
    job.result_path = ""
    remove_pieces(job)
    storage.remove(folder_of(job))
    job.parts.all().delete()
    JobKeys.objects.filter(job=job).delete()
    job.keep_until, job.removed_at = None, clock.now()
    job.save(update_fields=["result_path", "keep_until", "removed_at"])
    return True
