"""Verification of the trail: every chain walked from first to last, everything recomputed, in bounded memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Exists, OuterRef, QuerySet

from audit import seal
from audit.models import Entry, Head
from audit.states import ChangeKind

ERASED = "trail.erase"
"""The verb of the entry that names what was erased by schedule."""

MOVED = "its chain’s head names another file"


def check_change_kinds() -> None:
    """ImproperlyConfigured when a kind of the change feed belongs to no model, or to two."""
    told = [kind for model in apps.get_models() if (kind := getattr(model, "change_kind", None)) is not None]
    if sorted(told) != sorted(ChangeKind):
        wrong = sorted({str(kind) for kind in [*told, *ChangeKind] if told.count(kind) != 1})
        raise ImproperlyConfigured(f"Kinds of the change feed without one model each: {', '.join(wrong)}")


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was written: where, and what. `erased` ones are no fault: the schedule did it."""

    subject_type: str
    subject_id: int
    seq: int
    what: str
    erased: bool = False

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id}, entry {self.seq}: {self.what}"


@dataclass
class Verified:
    """What a verification counted."""

    chains: int = 0
    entries: int = 0
    faults: int = 0
    erased: int = 0


@dataclass
class _Chain:
    """Where the walk along one chain stands."""

    head: Head
    expected: int = 1
    previous: str = ""
    moved: bool = False
    blank: dict[tuple[int, str], datetime] = field(default_factory=dict)
    announced: set[tuple[int, str]] = field(default_factory=set)

    def finding(self, seq: int, what: str, *, erased: bool = False) -> Finding:
        return Finding(self.head.subject_type, self.head.subject_id, seq, what, erased)


def verify(*, application_id: int | None = None, count: Verified | None = None, batch: int = 500) -> Iterator[Finding]:
    """Every fault and every scheduled erasure of the trail, or of one file's; `count` is filled on the way.

    At most `batch` heads and about 2 000 entries are in memory at once, however long the trail is.
    """
    count = Verified() if count is None else count
    heads = Head.objects.order_by("pk")
    if application_id is not None:
        heads = heads.filter(application_id=application_id)
    for finding in _findings(heads, application_id, count, batch):
        if finding.erased:
            count.erased += 1
        else:
            count.faults += 1
        yield finding


def _findings(heads: QuerySet, application_id: int | None, count: Verified, batch: int) -> Iterator[Finding]:
    for some in _batches(heads.iterator(chunk_size=batch), batch):
        known = {head.pk: _Chain(head) for head in some}
        entries = (
            Entry.objects.filter(head_id__in=known)
            .order_by("head_id", "seq")
            .prefetch_related("erasables")
            .iterator(chunk_size=2000)
        )
        for entry in entries:
            count.entries += 1
            yield from _entry(known[entry.head_id], entry)
        for chain in known.values():
            count.chains += 1
            yield from _end(chain)
    yield from _orphans(application_id)
    yield from _moved(application_id)


def _entry(chain: _Chain, entry: Entry) -> Iterator[Finding]:
    """One entry against the one before it, and against its own digest."""
    if entry.seq > chain.expected:
        gone = entry.seq - chain.expected
        yield chain.finding(chain.expected, "removed" if gone == 1 else f"removed, and the {gone - 1} after it")
    if (entry.subject_type, entry.subject_id) != (chain.head.subject_type, chain.head.subject_id):
        yield chain.finding(entry.seq, f"belongs to {entry.subject_type} {entry.subject_id}")
    if entry.application_id != chain.head.application_id and not chain.moved:
        chain.moved = True
        yield chain.finding(entry.seq, MOVED)
    if seal.digest_of(entry) != entry.digest:
        yield chain.finding(entry.seq, f"altered ({entry.verb}): its content is not what its digest says")
    if entry.previous != chain.previous and entry.seq == chain.expected:
        yield chain.finding(entry.seq, f"out of place ({entry.verb}): it does not follow the entry before it")
    yield from _texts(chain, entry)
    if entry.verb == ERASED:
        chain.announced.update((seq, name) for seq, name in entry.given.get("erased", []))
    chain.expected, chain.previous = entry.seq + 1, entry.digest


def _texts(chain: _Chain, entry: Entry) -> Iterator[Finding]:
    """The personal texts of an entry against the digests it holds."""
    texts = {e.field: e for e in entry.erasables.all()}
    for name in sorted(set(texts) | set(entry.personal)):
        text = texts.get(name)
        if name not in entry.personal:
            yield chain.finding(entry.seq, f"“{name}” was inserted: the entry knows no such text")
        elif text is None:
            yield chain.finding(entry.seq, f"“{name}” was removed")
        elif text.erased_at is not None and not text.value and not text.salt:
            chain.blank[entry.seq, name] = text.erased_at
        elif seal.personal_digest(text.salt, text.value) != entry.personal[name]:
            yield chain.finding(entry.seq, f"“{name}” was altered: it is not the text its digest says")


def _end(chain: _Chain) -> Iterator[Finding]:
    """The end of a chain against its head, and the blanked texts against the entries that announced them."""
    last = chain.expected - 1
    if last < chain.head.count:
        gone = chain.head.count - last
        yield chain.finding(last + 1, "removed from the end" + (f", and the {gone - 1} after it" if gone > 1 else ""))
    elif last > chain.head.count:
        yield chain.finding(chain.head.count + 1, "inserted at the end: the head does not count it")
    elif chain.previous != chain.head.digest:
        yield chain.finding(last, "the head has another digest than the last entry")
    for (seq, name), at in sorted(chain.blank.items()):
        if (seq, name) in chain.announced:
            yield chain.finding(seq, f"“{name}” erased by schedule on {at:%Y-%m-%d}", erased=True)
        else:
            yield chain.finding(seq, f"“{name}” was blanked on {at:%Y-%m-%d}, and no entry says by which rule")


def _orphans(application_id: int | None) -> Iterator[Finding]:
    """Entries whose chain has lost its head."""
    lost = Entry.objects.exclude(Exists(Head.objects.filter(pk=OuterRef("head_id"))))
    if application_id is not None:
        lost = lost.filter(application_id=application_id)
    for entry in lost.order_by("subject_type", "subject_id", "seq").iterator(chunk_size=2000):
        yield Finding(entry.subject_type, entry.subject_id, entry.seq, "its chain has no head any more")


def _moved(application_id: int | None) -> Iterator[Finding]:
    """Chains of this file whose head names another one: the walk along the file's own heads does not meet them."""
    if application_id is None:
        return
    moved = Entry.objects.filter(application_id=application_id).exclude(head__application_id=application_id)
    for entry in moved.order_by("head_id", "seq").distinct("head_id"):
        yield Finding(entry.subject_type, entry.subject_id, entry.seq, MOVED)


def _batches(heads: Iterable[Head], size: int) -> Iterator[tuple[Head, ...]]:
    heads = iter(heads)
    while some := tuple(islice(heads, size)):
        yield some
