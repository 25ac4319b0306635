"""Where every entry is made: lock in id order, check, change the balances, write the entry, its trail, its change."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TypedDict, Unpack

from django.db import transaction

from accounts.models import User
from audit.actors import Actor
from audit.services import record
from funding.ledger.balances import available, held_for
from funding.ledger.refusals import CLOSED, NOT_AUTHORISED, NOT_FREE, NOT_HELD, NOT_IN_IT, InsufficientFunds, refused
from funding.ledger.told import tell_at_once
from funding.models import Envelope, LedgerEntry
from funding.money import BUCKETS, Bucket, Cause, EntryKind, deltas, is_open_to
from work import clock
from work.money import cents

ZERO = Decimal("0.00")
Share = tuple[Envelope, Decimal]


class Options(TypedDict, total=False):
    """What an entry on the envelope itself, for no file, may say more."""

    note: str
    consent: str


def post_one(
    kind: str,
    envelope: Envelope,
    amount: Decimal,
    *,
    by: Actor,
    counterpart: Envelope | None = None,
    **options: Unpack[Options],
) -> LedgerEntry:
    (made,) = post(kind, [(envelope, amount)], by=by, because=None, counterpart=counterpart, **options)
    return made


@transaction.atomic
def post(
    kind: str,
    shares: Iterable[Share],
    *,
    by: Actor,
    because: Cause | None,
    from_: str = "",
    application_id: int | None = None,
    note: str = "",
    held_percent: Decimal | int = 0,
    consent: str = "",
    counterpart: Envelope | None = None,
    reverses: LedgerEntry | None = None,
) -> list[LedgerEntry]:
    """Every entry is made here. All of the shares, or none. `because`: the act for which a file's money moves; None for
    what is of no act of the file: the year of an envelope, a correction, recovered money made available again."""
    wanted = _merge(shares)
    locked = {e.pk: e for e in lock([e for e, _amount in wanted])}
    made = []
    for given, amount in sorted(wanted, key=lambda share: share[0].pk):
        envelope = locked[given.pk]
        before = envelope.balances
        _check(envelope, kind, from_, amount, application_id, held_percent, reverses)
        changed = deltas(kind, from_, reversal=reverses is not None)
        for bucket, way in changed.items():
            setattr(envelope, bucket, getattr(envelope, bucket) + way * amount)
        _check_whole(envelope, before, amount)
        envelope.updated_at = clock.now()
        envelope.save(update_fields=[*changed, "updated_at"])
        person = by if isinstance(by, User) else None
        entry = LedgerEntry.objects.create(
            envelope=envelope,
            kind=kind,
            from_bucket=from_,
            amount=amount,
            application_id=application_id,
            move=because or "",
            by=person,
            actor=by.actor,
            note=note,
            consent=consent,
            counterpart=counterpart,
            reverses=reverses,
        )
        tell_at_once(entry)
        _record(entry, before, changed, by=by)
        made.append(entry)
        for column in (*BUCKETS, "updated_at", "told_at"):
            setattr(given, column, getattr(envelope, column))
    return made


def _merge(shares: Iterable[Share]) -> list[Share]:
    """One share per envelope, each a positive number of cents."""
    merged: dict[int, Share] = {}
    for envelope, amount in shares:
        if not isinstance(amount, Decimal) or amount != cents(amount) or amount <= 0:
            raise ValueError(f"{amount!r} is not a positive amount in cents")
        earlier = merged[envelope.pk][1] if envelope.pk in merged else ZERO
        merged[envelope.pk] = (envelope, earlier + amount)
    if not merged:
        raise ValueError("no envelope was given")
    return list(merged.values())


def lock(envelopes: Sequence[Envelope]) -> list[Envelope]:
    """The envelopes as they are now, locked in id order, so that two splits can never wait for each other."""
    rows = Envelope.objects.filter(pk__in={e.pk for e in envelopes}).locked()
    return list(rows.select_related("agreement__cluster"))


def _check(
    envelope: Envelope,
    kind: str,
    from_: str,
    amount: Decimal,
    application_id: int | None,
    held_percent: Decimal | int,
    reverses: LedgerEntry | None,
) -> None:
    """What the database cannot know: the closed year, the file's own part, what is held, the authorisation."""
    if envelope.is_closed and not is_open_to(kind, from_):
        raise refused(CLOSED, "closed", envelope=str(envelope))
    if kind == EntryKind.COMMIT and not reverses and not envelope.agreement.is_authorised:
        raise refused(NOT_AUTHORISED, "not_authorised", agreement=str(envelope.agreement))
    if kind == EntryKind.RESERVE and not reverses and held_percent:
        left = max(ZERO, available(envelope, held_percent=held_percent))
        if amount > left:
            raise InsufficientFunds(envelope, available=left, asked=amount)
    if application_id is None:
        return
    mine = held_for(application_id, envelope)
    after = dict(mine)
    for bucket, way in deltas(kind, from_, reversal=reverses is not None).items():
        after[bucket] += way * amount
    for bucket in (Bucket.RESERVED, Bucket.COMMITTED, Bucket.PAYABLE, Bucket.PAID, Bucket.RECOVERED):
        if after[bucket] < 0:
            raise InsufficientFunds(envelope, available=mine[bucket], asked=amount, sentence=NOT_HELD[bucket])
    if after[Bucket.RECOVERED] > after[Bucket.PAID]:
        left = mine[Bucket.PAID] - mine[Bucket.RECOVERED]
        raise InsufficientFunds(envelope, available=left, asked=amount, sentence=NOT_HELD[Bucket.PAID])


def _check_whole(envelope: Envelope, before: dict[Bucket, Decimal], amount: Decimal) -> None:
    """The envelope's own limits, said as a sentence before the database says them as an error."""
    was = Envelope(**before)
    if envelope.free < 0:
        raise InsufficientFunds(envelope, available=was.free, asked=amount, sentence=NOT_FREE)
    if envelope.returned > envelope.recovered:
        sentence = NOT_HELD[Bucket.RECOVERED]
        raise InsufficientFunds(envelope, available=was.due_to_partner, asked=amount, sentence=sentence)
    for bucket, balance in envelope.balances.items():
        if balance < 0:
            raise InsufficientFunds(envelope, available=before[bucket], asked=amount, sentence=NOT_IN_IT)


def _record(entry: LedgerEntry, before: dict[Bucket, Decimal], changed: dict[Bucket, int], *, by: Actor) -> None:
    """The entry in the trail, and in the partner's feed: the entry itself and the envelope it changed."""
    envelope = entry.envelope
    given: dict[str, object] = {
        "entry": str(entry.public_id),
        "amount": str(entry.amount),
        "from": entry.from_bucket,
        "before": {bucket: str(before[bucket]) for bucket in changed},
        "after": {bucket: str(getattr(envelope, bucket)) for bucket in changed},
    }
    if entry.application_id:
        given["application"] = entry.application_id
    if entry.move:
        given["move"] = str(entry.move)
    if entry.reverses:
        given["reverses"] = str(entry.reverses.public_id)
    record(
        envelope,
        f"ledger.{entry.kind}",
        by=by,
        given=given,
        note=entry.note,
        also=(entry,),
    )
