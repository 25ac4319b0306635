"""The trail of one file: its acts and its readings in one order of time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from heapq import merge
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet

from applications.models import Application
from audit import checks
from audit.models import Entry, Reading
from desk.selectors.trail.lines import PAGE, Line, entries, lines_of
from funding.models import LedgerEntry

Position = tuple[datetime, str, int]
"""Where a line stands in the order of time: its instant, kind ("e" or "r") and number."""


def of_file(application: Application) -> QuerySet[Entry]:
    """Acts on a file: on the file and what hangs on it, and on each envelope for its sake."""
    touched = LedgerEntry.objects.filter(application_id=application.pk).values("envelope_id")
    money = Q(subject_type="envelope", subject_id__in=touched, given__application=application.pk)
    return entries().filter(Q(application_id=application.pk) | money)


def chronicle(
    application: Application, *, after: str = "", readings: bool = True, size: int = PAGE
) -> tuple[list[Line], str]:
    """Up to `size` lines of a file, from the first draft on, after the key `after`; and the key to ask with next.

    Acts and readings in one order of time. The key is that of the last line: its instant, kind and number.
    """
    since = _after(after)
    acts = of_file(application)
    read = Reading.objects.of_file(application.pk) if readings else Reading.objects.none()
    found = [
        *_next(acts, "e", since, size + 1),
        *_next(read, "r", since, size + 1),
    ]
    found.sort(key=_position)
    page, more = found[:size], len(found) > size
    return lines_of(page), _key(page[-1]) if more else ""


def whole_chronicle(application: Application, *, batch: int = 500) -> Iterator[Line]:
    """Every line of a file, in order, read in batches: for the export."""
    acts = of_file(application).order_by("at", "id").iterator(chunk_size=batch)
    read = Reading.objects.of_file(application.pk).order_by("at", "id").iterator(chunk_size=batch)
    rows = merge(acts, read, key=_position)
    while some := list(islice(rows, batch)):
        yield from lines_of(some)


def _position(row: Entry | Reading) -> Position:
    return row.at, "r" if isinstance(row, Reading) else "e", row.pk


def _key(row: Entry | Reading) -> str:
    at, kind, pk = _position(row)
    return f"{at.timestamp():.6f}{kind}{pk}"


def _after(key: str) -> Position | None:
    """(instant, kind, number) of a key; None for none. ValueError for what is not a key."""
    if not key:
        return None
    stamp, kind, pk = key.partition("r") if "r" in key else key.partition("e")
    if kind not in ("e", "r"):
        raise ValueError("not a place in the trail")
    whole, _dot, micro = stamp.partition(".")
    at = datetime.fromtimestamp(int(whole), UTC).replace(microsecond=int(micro or 0))
    return at, kind, int(pk)


def _next(rows: QuerySet[Any], kind: str, since: Position | None, size: int) -> QuerySet[Any]:
    if since is not None:
        at, last, pk = since
        same = Q(at=at, pk__gt=pk) if kind == last else (Q(at=at) if kind > last else Q(pk__in=[]))
        rows = rows.filter(Q(at__gt=at) | same)
    return rows.order_by("at", "id")[:size]


def subjects_of(application: Application) -> int:
    """How many chains a file has."""
    return Entry.objects.filter(application_id=application.pk).values("head_id").distinct().count()


def verified(application: Application) -> tuple[checks.Verified, list[checks.Finding]]:
    """Every chain of a file, recomputed now: what was counted, and every fault or scheduled erasure."""
    count = checks.Verified()
    return count, list(checks.verify(application_id=application.pk, count=count))
