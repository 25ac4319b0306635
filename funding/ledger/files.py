"""A file's money: reserved, committed, released, payable, paid, recovered; and the correction of a wrong entry."""

from collections.abc import Iterable
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_noop as _

from audit.actors import Actor
from funding.ledger.balances import held_for
from funding.ledger.entries import Share, lock, post
from funding.ledger.refusals import refused
from funding.models import Envelope, LedgerEntry
from funding.money import Bucket, Cause, EntryKind
from work.texts import is_blank


def reserve(
    shares: Iterable[Share],
    *,
    application_id: int,
    by: Actor,
    because: Cause,
    note: str = "",
    held_percent: Decimal | int = 0,
) -> list[LedgerEntry]:
    """Sets money aside for a file (recommended, or submitted in a first-come call)."""
    return post(
        EntryKind.RESERVE,
        shares,
        application_id=application_id,
        by=by,
        because=because,
        note=note,
        held_percent=held_percent,
    )


def commit(
    shares: Iterable[Share], *, application_id: int, by: Actor, because: Cause, note: str = ""
) -> list[LedgerEntry]:
    """Turns what is reserved for a file into a commitment: its decision is issued."""
    from_ = Bucket.RESERVED
    return post(EntryKind.COMMIT, shares, from_=from_, application_id=application_id, by=by, because=because, note=note)


def release(
    shares: Iterable[Share],
    *,
    from_: Bucket,
    application_id: int,
    by: Actor,
    because: Cause,
    note: str = "",
) -> list[LedgerEntry]:
    """Gives back what is `reserved` or `committed` for a file."""
    return post(
        EntryKind.RELEASE, shares, from_=from_, application_id=application_id, by=by, because=because, note=note
    )


def lock_all(application_id: int) -> list[Envelope]:
    """Every envelope in which a file has or had money, locked in id order before any of them changes."""
    return lock(list(Envelope.objects.of_entries(LedgerEntry.objects.of_file(application_id))))


@transaction.atomic
def release_all(
    application_id: int, *, by: Actor, because: Cause, from_: Bucket = Bucket.RESERVED, note: str = ""
) -> list[LedgerEntry]:
    """Gives back everything a file still has `reserved` (or `committed`), in every envelope. Empty when it has none."""
    shares = [(e, held_for(application_id, e)[from_]) for e in lock_all(application_id)]
    shares = [(e, amount) for e, amount in shares if amount > 0]
    if not shares:
        return []
    return release(shares, from_=from_, application_id=application_id, by=by, because=because, note=note)


def accrue(
    shares: Iterable[Share], *, application_id: int, by: Actor, because: Cause, note: str = ""
) -> list[LedgerEntry]:
    """Makes committed money payable at year-end: costs incurred by 31 March, holdback included, stay in that year."""
    from_ = Bucket.COMMITTED
    return post(EntryKind.ACCRUE, shares, from_=from_, application_id=application_id, by=by, because=because, note=note)


def pay(
    shares: Iterable[Share],
    *,
    application_id: int,
    by: Actor,
    because: Cause,
    from_: Bucket = Bucket.COMMITTED,
    note: str = "",
) -> list[LedgerEntry]:
    """Pays a file from what is `committed` or, for a year that is over, `payable`."""
    return post(EntryKind.PAY, shares, from_=from_, application_id=application_id, by=by, because=because, note=note)


def recover(
    shares: Iterable[Share], *, application_id: int, by: Actor, because: Cause, note: str = ""
) -> list[LedgerEntry]:
    """Takes back money that was paid to a file. It is due to the partner."""
    return post(EntryKind.RECOVER, shares, application_id=application_id, by=by, because=because, note=note)


def reuse(shares: Iterable[Share], *, application_id: int, by: Actor, note: str = "") -> list[LedgerEntry]:
    """Makes recovered money available again, where the agreement lets it be awarded again and the year is open."""
    shares = list(shares)
    for envelope, _amount in shares:
        if not envelope.agreement.recovered_reusable:
            sentence = _("Agreement %(agreement)s: recovered money is due to the partner.")
            raise refused(sentence, "not_reusable", agreement=str(envelope.agreement))
    return post(EntryKind.REUSE, shares, application_id=application_id, by=by, because=None, note=note)


@transaction.atomic
def reverse_entry(entry: LedgerEntry, *, by: Actor, note: str) -> LedgerEntry:
    """Corrects a wrong entry by its opposite, once, with the reason. The wrong one stays where it is."""
    if is_blank(note):
        raise refused(_("Give the reason of the correction."), "reason")
    if entry.kind in (EntryKind.REPROFILE_OUT, EntryKind.REPROFILE_IN):
        raise refused(_("A carry-over is corrected by carrying the money back."), "carry_over")
    lock([entry.envelope])
    if entry.reverses_id or LedgerEntry.objects.filter(reverses=entry).exists():
        raise refused(_("This entry is a correction, or has already been corrected."), "reversed")
    (made,) = post(
        entry.kind,
        [(entry.envelope, entry.amount)],
        from_=entry.from_bucket,
        application_id=entry.application_id,
        by=by,
        because=None,
        note=note.strip(),
        reverses=entry,
    )
    return made
