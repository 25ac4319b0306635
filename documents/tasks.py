"""The worker's side of documents: drain the `Rendering` rows."""

import logging

from celery import shared_task

from documents import pdf, services
from documents.models import Rendering
from work.services import drain

log = logging.getLogger(__name__)


@shared_task
def render_documents() -> int:
    """Render what waits. Gives how many were rendered. A document at fault is tried three times, then stops.

    A machine at fault (no Pango, no fonts) costs no attempt: the rows wait, and say which command repairs it.
    """
    if reason := pdf.why_not():
        log.error("%s (%d documents wait)", reason, services.note_why_waiting(reason))
        return 0
    drained = drain(Rendering.objects.all(), services.render)
    if drained.failed or drained.stopped:
        log.error("Documents that failed: %d will be tried again, %d stopped", drained.failed, drained.stopped)
    return drained.done


def nudge(**_signal: object) -> None:
    """Ask the worker to render now. When the broker is down, only say so: the sweep will find the documents."""
    try:
        render_documents.apply_async(retry=False, ignore_result=True)
    except Exception as problem:
        log.warning("The worker could not be told of new documents (%s); the sweep will render them", problem)
