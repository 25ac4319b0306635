"""The worker's side of documents: drain the `Rendering` rows."""

import logging
from datetime import timedelta

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from documents import pdf, scan, services
from documents.models import Rendering
from work import outages
from work.outages import Away, note_away
from work.services import drain
from work.states import Machine
from work.sweeps import sweep

log = logging.getLogger(__name__)
AT_ONCE = 25  # rendering keeps some memory: a child is measured, and replaced, only between two tasks

outages.asks_after(Machine.PDF, pdf.why_not)
outages.asks_after(Machine.SCANNER, scan.why_silent)


@shared_task
@sweep(every=timedelta(minutes=5), label=_("Erase the files that people removed"))
def erase_removed() -> int:
    """Erase what could not be erased when it was removed. Gives how many files."""
    try:
        return services.erase_removed()
    except Away as away:
        note_away(away.machine, away.reason)
        log.error("Removed files could not be erased (%s); the sweep will erase them", away.reason)
        return 0


@shared_task
@sweep(every=timedelta(seconds=15), label=_("Produce waiting documents"))
def render_documents() -> int:
    """Render what waits. Gives how many were rendered. A document at fault is tried three times, then stops.

    A machine at fault (no Pango, no fonts, no memory, no storage) costs no attempt: the rows wait, and say why.
    """
    if reason := pdf.why_not():
        note_away(Machine.PDF, reason)
        log.error("%s (%d documents wait)", reason, services.note_why_waiting(reason))
        return 0
    needs = (Machine.PDF, Machine.STORAGE)
    drained = drain(Rendering.objects.all(), services.render, needs=needs, limit=AT_ONCE)
    if drained.away:
        log.error("A machine is away (%s): documents wait for it", drained.away.value)
    if drained.failed or drained.stopped:
        log.error("Documents that failed: %d will be tried again, %d stopped", drained.failed, drained.stopped)
    if drained.is_full:
        services.documents_wait.now()
    return drained.done


services.documents_wait.calls(lambda: render_documents.apply_async(retry=False, ignore_result=True))
