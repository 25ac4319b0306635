"""What is written for ever: entries of the trail, readings, changes.

Each is written in the transaction of what it tells of, so that neither exists without the other.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Model

from audit import querysets, seal
from audit.actors import Actor
from audit.models import Change, Entry, Epoch, Erasable, Head, Reading
from audit.states import ChangeKind, Read, ReadOne
from work import clock
from work.tracing import current_request_id


def subject_of(obj: Model) -> tuple[str, int]:
    """What a row is called in the trail: the `subject` of its model (else the model's name), and its key."""
    return getattr(obj, "subject", "") or str(obj._meta.model_name), obj.pk


def file_of(obj: Model) -> int | None:
    """The file a row belongs to: its `application_id`, its own key when it is an application, else None."""
    if getattr(obj, "subject", "") == "application":
        return obj.pk
    return getattr(obj, "application_id", None)


def _actor(by: Actor) -> dict[str, Any]:
    return {
        "actor_kind": by.actor,
        "actor_id": by.pk,
        "on_behalf_of": by.on_behalf_of,
        "request_id": current_request_id() or "",
    }


@transaction.atomic
def record(
    subject_obj: Model,
    verb: str,
    *,
    by: Actor,
    before: str | None = None,
    after: str | None = None,
    given: Mapping[str, object] | None = None,
    note: str = "",
    personal: Mapping[str, object] | None = None,
    duty: str = "",
    fired_by: str = "",
    also: Iterable[Model] = (),
    gone: bool = False,
) -> Entry:
    """Append an entry to the chain of `subject_obj` and return it; tell the change feed of it, and of the rows of
    `also` whose reported content the act changes too. `gone`: the row is no longer there for its readers.

    `given` holds facts: keys, amounts, ids. `note` and each value of `personal` are a person's words or data: the
    trail keeps their salted digests only, and so it does of any text in `given` that is not key-like. The row
    must be saved; its chain's head stays locked until the transaction ends.
    """
    subject_type, subject_id = subject_of(subject_obj)
    application_id = file_of(subject_obj)
    texts = {k: v if isinstance(v, str) else seal.canonical(seal.plain(v)) for k, v in (personal or {}).items()}
    facts = seal.without_words(seal.plain(dict(given or {})), texts)
    if note:
        texts["note"] = note
    salts = {name: secrets.token_hex(16) for name in texts}

    head = _lock_head(subject_type, subject_id, application_id)
    entry = Entry(
        head=head,
        seq=head.count + 1,
        subject_type=subject_type,
        subject_id=subject_id,
        application_id=application_id,
        verb=verb,
        duty=str(duty),
        before="" if before is None else str(before),
        after="" if after is None else str(after),
        fired_by=fired_by,
        given=facts,
        personal={name: seal.personal_digest(salts[name], text) for name, text in texts.items()},
        at=clock.now(),
        previous=head.digest,
        **_actor(by),
    )
    entry.digest = seal.digest_of(entry)
    entry.save(force_insert=True)
    Erasable.objects.bulk_create(
        [Erasable(entry=entry, field=name, salt=salts[name], value=text) for name, text in texts.items()]
    )
    head.count, head.digest = entry.seq, entry.digest
    head.save(update_fields=["count", "digest"])
    tell(subject_obj, gone=gone)
    for row in also:
        tell(row)
    return entry


def _lock_head(subject_type: str, subject_id: int, application_id: int | None) -> Head:
    """The head of a chain, locked; made when the chain begins, by whoever comes first."""
    heads = Head.objects.select_for_update().filter(subject_type=subject_type, subject_id=subject_id)
    if (head := heads.first()) is None:
        Head.objects.bulk_create(
            [Head(subject_type=subject_type, subject_id=subject_id, application_id=application_id)],
            ignore_conflicts=True,
        )
        head = heads.get()
    return head


def tell(obj: Model, *, gone: bool = False) -> Change | None:
    """Tell the change feed that what is reported of a row changed, or is `gone`. None for a row that nobody reads: its
    model has no `change_kind`, or it is not reported yet (`is_reported`).

    Called by `record` and by the turnstile, for the rows that reactions changed: never by hand.
    """
    kind: ChangeKind | None = getattr(obj, "change_kind", None)
    if kind is None or not getattr(obj, "is_reported", True):
        return None
    return Change.objects.create(
        epoch=current_epoch(),
        kind=kind,
        public_id=obj.public_id,  # type: ignore[attr-defined]  # every reported model is a PublicModel
        application_id=file_of(obj),
        at=clock.now(),
        gone=gone,
    )


def record_reading(by: Actor, *, application_id: int | None, subject: Model | str, what: Read | ReadOne) -> Reading:
    """Write down that `by` read something confidential.

    `subject` is the row, or the name of a list; `what` says which part of it was read.
    """
    name, key = (subject, None) if isinstance(subject, str) else subject_of(subject)
    return Reading.objects.create(
        at=clock.now(), application_id=application_id, subject_type=name, subject_id=key, **_what(what), **_actor(by)
    )


def record_list_reading(
    by: Actor,
    *,
    subject: Model | str,
    what: Read | ReadOne,
    question: Mapping[str, str | int | bool | None],
    listed: Iterable[int | None],
    count: int | None = None,
    digest: str = "",
) -> Reading | None:
    """As `record_reading`, for a list that tells of several files, on a page, in a file or through the API: one
    reading, however many files are in it. None, and nothing is written, for a list without any.

    `question` says what was asked (filters, order, place), `listed` the ids of the files, in the order shown (None for
    a line that tells of no file), `count` how many lines there were, as many as these by default. `digest` is the
    SHA-256 of what was given, where it is bytes that its reader keeps; by default that of the list of ids.
    """
    keys = list(listed)
    files = {key for key in keys if key is not None}
    if not files:
        return None
    name, key = (subject, None) if isinstance(subject, str) else subject_of(subject)
    return Reading.objects.create(
        at=clock.now(),
        subject_type=name,
        subject_id=key,
        **_what(what),
        question=dict(question),
        count=len(keys) if count is None else count,
        digest=digest or sha256(seal.canonical(keys).encode()).hexdigest(),
        listed=sorted(files),
        **_actor(by),
    )


def _what(read: Read | ReadOne) -> dict[str, str]:
    """What was read, as the columns of a reading."""
    if isinstance(read, ReadOne):
        return {"what": read.of.value, "which": read.which}
    return {"what": read.value, "which": ""}


def current_epoch() -> int:
    """The epoch in which changes are written now."""
    return Epoch.objects.aggregate(number=Max("number"))["number"]


def open_epoch() -> int:
    """Open the next epoch of the change feed and return it. Done after a restore, before anything else is written."""
    number = current_epoch() + 1
    Epoch.objects.create(number=number, at=clock.now())
    return number


def changes_after(
    cursor: querysets.Cursor = querysets.START, limit: int = 1000
) -> tuple[list[Change], querysets.Cursor]:
    """Up to `limit` changes after `cursor`, and the cursor to ask with next time (the same when nothing is new).

    Only changes that no running transaction can still come before are handed out: none is ever skipped.
    """
    changes = list(Change.objects.settled().after(cursor)[:limit])
    if not changes:
        return [], cursor
    last = changes[-1]
    return changes, querysets.Cursor(last.epoch, last.xid, last.id)


@transaction.atomic
def erase_texts(erasables: Iterable[Erasable], *, by: Actor, rule: str) -> int:
    """Destroy personal texts of the trail, and their salts, as `rule` of the retention schedule asks.

    Returns how many were destroyed. Each chain gets an entry that names what was erased (entry and field), so
    that `verify_trail` tells an erasure from a loss. Texts already erased are left alone.
    """
    ids = [e.pk for e in erasables]
    todo = (
        Erasable.objects.select_for_update(of=("self",))
        .select_related("entry")
        .filter(pk__in=ids, erased_at__isnull=True)
        .order_by("pk")
    )
    by_chain: dict[int, list[Erasable]] = defaultdict(list)
    for erasable in todo:
        by_chain[erasable.entry.head_id].append(erasable)
    for head in Head.objects.filter(pk__in=by_chain).order_by("pk"):
        erased = by_chain[head.pk]
        _append_erasure(erased[0].entry, erased, by=by, rule=rule)
        Erasable.objects.filter(pk__in=[e.pk for e in erased]).update(salt="", value="", erased_at=clock.now())
    return sum(len(v) for v in by_chain.values())


class _Subject:
    """The subject of a chain whose row may be gone: what `record` needs to know of it."""

    def __init__(self, entry: Entry) -> None:
        self.subject, self.pk, self.application_id = entry.subject_type, entry.subject_id, entry.application_id


def _append_erasure(entry: Entry, erased: list[Erasable], *, by: Actor, rule: str) -> Entry:
    what = [[e.entry.seq, e.field] for e in erased]
    given = {"rule": rule, "erased": what}
    return record(_Subject(entry), "trail.erase", by=by, given=given)  # type: ignore[arg-type]  # all that is read of it


def make_reading_partitions(*, months: int = 3, start: date | None = None) -> list[str]:
    """Make the partitions of the readings for this month (or that of `start`) and the `months` after it.

    Idempotent. Returns the names of those that were missing.
    """
    day = (start or clock.today()).replace(day=1)
    made = []
    with connection.cursor() as cursor:
        for _n in range(months + 1):
            cursor.execute("SELECT audit_make_reading_partition(%s)", [day])
            if name := cursor.fetchone()[0]:
                made.append(name)
            day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return made
