"""The figures of an envelope, defined once: the page, the export and the API read these and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TypedDict

from django.core.exceptions import ImproperlyConfigured
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from funding.ledger.balances import sums_of
from funding.models import Envelope, LedgerEntry
from funding.money import BUCKETS, SPENT, Bucket

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class StatementRow:
    """One entry and the envelope just after it. `changes`: by balance, signed. `free`: what nobody had taken yet."""

    entry: LedgerEntry
    changes: dict[Bucket, Decimal]
    balances: dict[Bucket, Decimal]
    free: Decimal


@dataclass(frozen=True)
class Burn:
    """How far a year's money has gone. Dollars; percentages of what can be awarded, four decimals."""

    allocated: Decimal
    fee: Decimal
    awardable: Decimal  # allocated − fee
    reserved: Decimal
    committed: Decimal
    payable: Decimal
    paid: Decimal
    lapsed: Decimal
    free: Decimal  # awardable − reserved − committed − payable − paid − lapsed
    engaged: Decimal  # committed + payable + paid
    recovered: Decimal
    returned: Decimal
    due_to_partner: Decimal
    received: Decimal
    engaged_percent: Decimal
    paid_percent: Decimal


class Part(TypedDict):
    """A part of what a year has for awards, as a bar draws it: `kind` is its colour."""

    kind: str
    label: str
    amount: Decimal


def as_read(envelopes: Iterable[Envelope], entries: QuerySet[LedgerEntry]) -> list[Envelope]:
    """The envelopes in their order, as who reads these entries alone may read them: each balance is the sum of theirs.

    `entries`: those of `LedgerQuerySet.told`, `told_or_of` or `open_to`. One statement, whatever they are. What comes
    out is to be read, and never saved.
    """
    found = list(envelopes)
    sums = sums_of(entries.filter(envelope__in=[one.pk for one in found]))
    for envelope in found:
        for bucket, balance in sums.get(envelope.pk, dict.fromkeys(BUCKETS, ZERO)).items():
            setattr(envelope, bucket, balance)
    return found


def statement(envelope: Envelope, entries: QuerySet[LedgerEntry] | None = None) -> list[StatementRow]:
    """Every entry of an envelope in order, each with the balances it left behind: every cent with its file. Of
    `entries` alone where they are given: its last balances are those of `as_read`."""
    rows = (LedgerEntry.objects.all() if entries is None else entries).filter(envelope=envelope)
    return list(_run(rows.select_related("by", "counterpart__agreement", "reverses").order_by("id")))


def _run(entries: Iterable[LedgerEntry]) -> Iterator[StatementRow]:
    balances = dict.fromkeys(BUCKETS, ZERO)
    for entry in entries:
        changes = entry.changes
        balances = balances | {bucket: balances[bucket] + change for bucket, change in changes.items()}
        free = balances[Bucket.ALLOCATED] - sum((balances[bucket] for bucket in SPENT), ZERO)
        yield StatementRow(entry=entry, changes=changes, balances=balances, free=free)


def burn(envelope: Envelope) -> Burn:
    """Where an envelope stands. What a new award may still take of it: `ledger.available`."""
    engaged = envelope.committed + envelope.payable + envelope.paid
    return Burn(
        **envelope.balances,
        awardable=envelope.awardable,
        free=envelope.free,
        engaged=engaged,
        due_to_partner=envelope.due_to_partner,
        engaged_percent=_percent(engaged, envelope.awardable),
        paid_percent=_percent(envelope.paid, envelope.awardable),
    )


def parts_of(year: Burn) -> list[Part]:
    """What can be awarded in a year, part by part, from what is paid to what is free. A part of nothing is left out,
    but that nothing is free is said."""
    parts: list[Part] = [
        {"kind": "paid", "label": _("Paid"), "amount": year.paid},
        {"kind": "committed", "label": _("Payable at year-end"), "amount": year.payable},
        {"kind": "committed", "label": _("Committed"), "amount": year.committed},
        {"kind": "reserved", "label": _("Reserved"), "amount": year.reserved},
        {"kind": "rest", "label": _("Lapsed"), "amount": year.lapsed},
    ]
    return [*(part for part in parts if part["amount"]), {"kind": "rest", "label": _("Free"), "amount": year.free}]


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    if not whole:
        return Decimal("0.0000")
    return (part * 100 / whole).quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class FileName:
    """How a page names a file: its reference and the address of its page."""

    reference: str
    url: str


# Whose file an entry is, only a higher app knows: it says so here, when it starts (applications.apps).
Naming = Callable[[Iterable[int], User], dict[int, FileName]]
_naming: Naming | None = None


def name_files_with(naming: Naming) -> None:
    """Let `naming(ids, reader)` name the files that `reader` may open; those it leaves out are shown without a name."""
    global _naming
    _naming = naming


def naming() -> Naming:
    """What names files. ImproperlyConfigured, which stops the start, where no app has said."""
    if _naming is None:
        raise ImproperlyConfigured("no app names the files of the ledger's entries")
    return _naming


def names_of_files(ids: Iterable[int], reader: User) -> dict[int, FileName]:
    """The names of the files among `ids` that `reader` may open."""
    return naming()(ids, reader)
