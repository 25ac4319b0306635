"""Every write to a file: keeping and removing what people upload, queuing and rendering what we make."""

import hashlib
import logging
import secrets
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from audit.services import record
from documents import scan
from documents.constants import ACCEPTED
from documents.models import Rendering, Upload
from documents.pdf import render_pdf
from documents.scan import Unacceptable
from documents.states import RenderingKind
from work import clock, storage
from work import services as work
from work.nudges import Nudge
from work.outages import Away, note_away
from work.querysets import stopped, unfinished
from work.states import Machine
from work.texts import mended

if TYPE_CHECKING:
    from accounts.models import User

__all__ = [
    "Unacceptable",
    "check_takers",
    "documents_wait",
    "erase_removed",
    "hand_over",
    "queue_rendering",
    "remove_upload",
    "render",
    "retry_given_up",
    "retry_rendering",
    "store_upload",
]

log = logging.getLogger(__name__)

documents_wait = Nudge("documents")

_TAKERS: dict[RenderingKind, Callable[[Rendering], None] | None] = {}


def store_upload(
    file: File,
    *,
    by: "User",
    application_id: int | None = None,
    accept: Collection[str] = ACCEPTED,
    limit: int | None = None,
) -> Upload:
    """Examine an open file (with a `.name`) and keep it. `accept`: keys of `constants.KINDS`; `limit` in bytes.

    Raises Unacceptable, with its sentence: nothing of the file is kept. Its code is `storage` when a disk refused.
    """
    token = secrets.token_hex(16)
    try:
        finding = scan.examine(file, name=file.name or "", accept=accept, limit=limit)
        key = storage.keep(f"uploads/{token[:2]}/{token}", file)
    except (OSError, Away) as error:
        raise _not_kept(file, error) from error
    try:
        with transaction.atomic():
            return Upload.objects.create(
                uploader=by,
                application_id=application_id,
                key=key,
                name=scan.clean_name(file.name or "", extension=finding.kind.extension),
                content_type=finding.kind.content_type,
                size=finding.size,
                sha256=finding.sha256,
                has_text=finding.has_text,
                malware=finding.malware,
                at=clock.now(),
            )
    except BaseException:
        default_storage.delete(key)
        raise


def _not_kept(file: File, error: OSError | Away) -> Unacceptable:
    """The sentence to tell of a file that a disk refused: the one that keeps files, or the one it was received on."""
    log.error("A file could not be kept: %s", error)
    note_away(Machine.STORAGE, str(error))
    message = _("“%(name)s” could not be kept: the file storage is full or unavailable. Try again in a few minutes.")
    return Unacceptable(message % {"name": scan.clean_name(file.name or "")}, code="storage")


def remove_upload(upload: Upload, *, by: "User") -> Upload:
    """Forget the bytes once the transaction commits; the row stays, and says when. A second time does nothing.

    Where the storage is away at that instant, `erase_removed` does it once it is back.
    """
    with transaction.atomic():
        upload = Upload.objects.select_for_update().get(pk=upload.pk)
        if not upload.is_gone:
            upload.gone_at, upload.gone_by = clock.now(), by
            upload.save(update_fields=["gone_at", "gone_by"])
            transaction.on_commit(lambda: _erase(upload), robust=True)
    return upload


def erase_removed() -> int:
    """Erase the bytes of removed uploads that are still in the storage, the oldest first. Gives of how many. Away."""
    left = list(Upload.objects.filter(gone_at__isnull=False, erased_at__isnull=True).order_by("gone_at", "pk")[:100])
    for upload in left:
        _erase(upload)
    return len(left)


def _erase(upload: Upload) -> None:
    storage.remove(upload.key)
    Upload.objects.filter(pk=upload.pk).update(erased_at=clock.now())


def queue_rendering(
    kind: RenderingKind,
    *,
    html: str,
    title: str,
    language: str,
    key: str,
    application_id: int | None = None,
    brand: str = "",
) -> Rendering:
    """A row for the worker, in the caller's transaction. The same `key` gives the same row, unchanged.

    `html` is a sheet (`sheets.sheet`), frozen here; `language` the one that prevails; `brand` a colour, #rrggbb.
    """
    now = clock.now()
    rendering, _created = Rendering.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "html": html,
            "title": title,
            "language": language,
            "application_id": application_id,
            "brand": brand,
            "made_at": now,
            "due": now,
        },
    )
    documents_wait.after_commit()
    return rendering


def retry_rendering(rendering: Rendering) -> Rendering:
    """Let a document that was given up start over, now, its text mended (`texts.mended`)."""
    _mend(rendering)
    work.retry(rendering)
    documents_wait.after_commit()
    return rendering


def _mend(rendering: Rendering) -> None:
    """What was kept before texts were read at the door may hold what stops the engine."""
    if (html := mended(rendering.html)) != rendering.html:
        rendering.html = html
        rendering.save(update_fields=["html"])


@transaction.atomic
def retry_given_up(renderings: QuerySet[Rendering], *, by: "User") -> int:
    """Let those of `renderings` that were given up be made after all, now, their text mended. Gives how many."""
    for rendering in stopped(renderings).only("html").iterator(chunk_size=100):
        _mend(rendering)
    found = work.retry_all(renderings)
    if found:
        record(by, "person.retry_documents", by=by, given={"count": found})
        documents_wait.after_commit()
    return found


def hand_over(kind: RenderingKind, to: Callable[[Rendering], None] | None) -> None:
    """Each document of `kind` is given to `to` once it is ready, in the transaction that says so; to nobody where None.

    The app that queues a kind says so once, when it is ready. ImproperlyConfigured when another one takes it already.
    """
    if _TAKERS.setdefault(kind, to) is not to:
        raise ImproperlyConfigured(f"documents of kind {kind} are handed over twice: {_TAKERS[kind]} and {to}")


def check_takers() -> None:
    """Called once every app above is ready: ImproperlyConfigured when a kind of documents was handed over by nobody."""
    if lacking := [kind.value for kind in RenderingKind if kind not in _TAKERS]:
        raise ImproperlyConfigured(f"no app says what follows the documents of kind {', '.join(lacking)}")


def render(rendering: Rendering) -> Rendering:
    """Make the PDF, keep it, mark the row done and tell the app that waits for it. Again: the same bytes.

    Raises `pdf.RenderingFailed` (the document is at fault) or `Away` (a machine is).
    """
    data = render_pdf(
        rendering.html,
        title=rendering.title,
        language=rendering.language,
        made_at=rendering.made_at,
        brand=rendering.brand,
    )
    path = f"renderings/{rendering.public_id.hex[-2:]}/{rendering.public_id}.pdf"
    rendering.path = storage.keep_again(path, ContentFile(data))  # an attempt may have died after writing
    rendering.sha256, rendering.size = hashlib.sha256(data).hexdigest(), len(data)
    with transaction.atomic():
        rendering.save(update_fields=["path", "sha256", "size"])
        work.complete(rendering)
        if take := _TAKERS[RenderingKind(rendering.kind)]:
            take(rendering)
    return rendering


def note_why_waiting(reason: str) -> int:
    """Write on every waiting row why the worker cannot render yet. No attempt is counted. Gives how many wait."""
    waiting = unfinished(Rendering.objects.all())
    waiting.exclude(last_error=reason).update(last_error=reason)
    return waiting.count()
