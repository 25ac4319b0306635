"""The trail of one file: its acts and its readings in one order of time."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet

from applications.models import Application
from audit import checks
from audit.actors import CLOCK, Actor
from audit.models import Entry, Reading
from desk.selectors.trail.lines import PAGE, Line, Place, entries, lines_of
from funding.models import LedgerEntry


def of_file(application: Application) -> QuerySet[Entry]:
    """Acts on a file: on the file and what hangs on it, and on each envelope for its sake."""
    touched = LedgerEntry.objects.filter(application_id=application.pk).values("envelope_id")
    money = Q(subject_type="envelope", subject_id__in=touched, given__application=application.pk)
    return entries().filter(Q(application_id=application.pk) | money)


def chronicle(
    application: Application,
    *,
    reader: Actor = CLOCK,
    after: Place | None = None,
    readings: bool = True,
    size: int = PAGE,
) -> tuple[list[Line], Place | None]:
    """Up to `size` lines of a file, from the first draft on, after the place `after`; and the one to ask with next
    (None at the end). Acts and readings in one order of time."""
    acts = of_file(application)
    read = Reading.objects.of_file(application.pk) if readings else Reading.objects.none()
    first = after.nth if after else 0
    last = first + size
    found = [*_next(acts, after, last + 1), *_next(read, after, last + 1)]
    found.sort(key=_position)
    page = found[first:last]
    return lines_of(page, reader=reader), _place(found[:last]) if len(found) > last else None


def whole_chronicle(application: Application, *, reader: Actor = CLOCK, batch: int = 500) -> Iterator[Line]:
    """Every line of a file, in order, read in batches: for the export."""
    acts = of_file(application).order_by("at", "id").iterator(chunk_size=batch)
    read = Reading.objects.of_file(application.pk).order_by("at", "id").iterator(chunk_size=batch)
    rows = merge(acts, read, key=_position)
    while some := list(islice(rows, batch)):
        yield from lines_of(some, reader=reader)


def _position(row: Entry | Reading) -> tuple[datetime, str, int]:
    """Where a line stands in the order of time: its instant, kind and number."""
    return row.at, "r" if isinstance(row, Reading) else "e", row.pk


def _place(rows: Sequence[Entry | Reading]) -> Place:
    """The place after the last of `rows`, which hold all that come before it at its instant."""
    at = rows[-1].at
    return Place(at, sum(row.at == at for row in rows))


def _next(rows: QuerySet[Any], since: Place | None, size: int) -> QuerySet[Any]:
    """The first rows from the instant of a place on: what was shown of that instant is among them."""
    if since is not None:
        rows = rows.filter(at__gte=since.at)
    return rows.order_by("at", "id")[:size]


def subjects_of(application: Application) -> int:
    """How many chains a file has."""
    return Entry.objects.filter(application_id=application.pk).values("head_id").distinct().count()


def verified(application: Application) -> tuple[checks.Verified, list[checks.Finding]]:
    """Every chain of a file, recomputed now: what was counted, and every fault or scheduled erasure."""
    count = checks.Verified()
    return count, list(checks.verify(application_id=application.pk, count=count))
