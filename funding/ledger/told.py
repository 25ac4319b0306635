"""Since when the entries of a file may be told outside the chain. Written once, under the lock of their envelopes.

What a file has in an envelope is told when its letter leaves, and not before. What came to nothing until then (reserved
and given back) is never told. Afterwards an entry is told as it is made when it only takes what was told already. What
files left of an envelope is told once none of them holds anything there that is not.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from funding.ledger.balances import fold
from funding.models import Envelope, LedgerEntry, ToldEntry
from funding.money import AFTER_AWARD, BUCKETS, LEFT_OVER, Bucket, EntryKind

ZERO = Decimal("0.00")


@transaction.atomic
def tell(application_id: int, *, at: datetime) -> list[LedgerEntry]:
    """A letter of the file left, `at` that instant: what its money did until then may be told. Returns what is."""
    own = LedgerEntry.objects.of_file(application_id).untold()
    made = []
    for envelope in Envelope.objects.of_entries(own).locked():
        waiting = own.filter(envelope=envelope, at__lte=at).order_by("pk")
        made += _write(envelope, _since_nothing(waiting), at=at)
        made += tell_left_over(envelope, at=at)
    return made


@transaction.atomic
def tell_given_back(application_id: int, *, at: datetime) -> list[LedgerEntry]:
    """A file left, which everybody is told at once: of what it gave back, as much as was told to be its own. What a
    later decision had taken, and given back, is not."""
    own = LedgerEntry.objects.of_file(application_id).untold().filter(kind=EntryKind.RELEASE)
    made = []
    for envelope in Envelope.objects.of_entries(own).locked():
        for entry in own.filter(envelope=envelope).order_by("pk"):
            made += _write(envelope, [entry] if _takes_what_is_told(entry) else [], at=at)
        made += tell_left_over(envelope, at=at)
    return made


def tell_at_once(entry: LedgerEntry) -> None:
    """An entry was just made in its envelope, which is locked: it is told now if it hides nothing, and so is what
    waited for it."""
    envelope, at = entry.envelope, entry.at
    if entry.kind in LEFT_OVER:
        tell_left_over(envelope, at=at)
    elif entry.application_id is None:
        _mark(envelope, at)
    elif entry.kind in AFTER_AWARD:
        _write(envelope, [entry] if _takes_what_is_told(entry) else [], at=at)
    elif entry.kind == EntryKind.RELEASE:
        tell_left_over(envelope, at=at)


def tell_left_over(envelope: Envelope, *, at: datetime) -> list[LedgerEntry]:
    """What files left of an envelope, once each file that had money there is told, or has nothing any more."""
    waiting = list(envelope.entries.untold().filter(kind__in=LEFT_OVER).order_by("pk"))
    if not waiting:
        return []
    hidden = envelope.entries.untold().filter(application_id__isnull=False)
    holding = [own for own in _by_file(hidden) if _comes_to_something(own)]
    told = [
        one
        for one in waiting
        if not any(_comes_to_something(entry for entry in own if entry.pk < one.pk) for own in holding)
    ]
    return _write(envelope, told, at=at)


def _by_file(entries: Iterable[LedgerEntry]) -> list[list[LedgerEntry]]:
    own: dict[int | None, list[LedgerEntry]] = {}
    for entry in entries:
        own.setdefault(entry.application_id, []).append(entry)
    return list(own.values())


def _takes_what_is_told(entry: LedgerEntry) -> bool:
    """Whether what an entry takes from the balances of its file was told: then it tells no more than was."""
    held = fold(entry.envelope.entries.told().of_file(entry.application_id))
    for bucket, change in entry.changes.items():
        held[bucket] += change
    return held[Bucket.RECOVERED] <= held[Bucket.PAID] and all(balance >= 0 for balance in held.values())


def _since_nothing(entries: Iterable[LedgerEntry]) -> list[LedgerEntry]:
    """The entries since they last came to nothing: what was reserved and given back before is never told."""
    found: list[LedgerEntry] = []
    for entry in entries:
        found.append(entry)
        if not _comes_to_something(found):
            found = []
    return found


def _comes_to_something(entries: Iterable[LedgerEntry]) -> bool:
    held = dict.fromkeys(BUCKETS, ZERO)
    for entry in entries:
        for bucket, change in entry.changes.items():
            held[bucket] += change
    return any(held.values())


def _write(envelope: Envelope, entries: list[LedgerEntry], *, at: datetime) -> list[LedgerEntry]:
    if entries:
        ToldEntry.objects.bulk_create(ToldEntry(entry=entry, at=at) for entry in entries)
        _mark(envelope, at)
    return entries


def _mark(envelope: Envelope, at: datetime) -> None:
    """What may be told of the envelope changed."""
    envelope.told_at = max(envelope.told_at, at)
    envelope.save(update_fields=["told_at"])
