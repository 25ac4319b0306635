"""What an envelope can still give, what one file has in it, and the proof that balances are the sum of entries."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Sum

from funding.models import Envelope, LedgerEntry
from funding.money import BUCKETS, Bucket, deltas
from work.money import share as percent_of

ZERO = Decimal("0.00")


def available(envelope: Envelope, *, held_percent: Decimal | int = 0) -> Decimal:
    """What can still be reserved in an envelope. `held_percent` of its allocation is kept for reconsiderations.

    Below zero when what is held is no longer whole. A new award asks with the programme's percentage (3 in the guides);
    an award after reconsideration asks with 0, since that is what the money is held for.
    """
    return envelope.free - percent_of(envelope.allocated, Decimal(held_percent))


def held_for(application_id: int, envelope: Envelope) -> dict[Bucket, Decimal]:
    """What one file has in one envelope, by balance, from its entries."""
    return fold(envelope.entries.of_file(application_id))


@dataclass(frozen=True)
class Difference:
    """A balance that is not the sum of its entries. Dollars."""

    envelope: Envelope
    bucket: Bucket
    balance: Decimal
    entries: Decimal


def reconcile(envelopes: Iterable[Envelope] | None = None) -> list[Difference]:
    """Proves that the sum of the entries is each balance: one line for each that differs, none when all is well."""
    faults = []
    for envelope in Envelope.objects.select_related("agreement") if envelopes is None else envelopes:
        sums = fold(envelope.entries.all())
        for bucket, balance in envelope.balances.items():
            if balance != sums[bucket]:
                faults.append(Difference(envelope, bucket, balance, sums[bucket]))
    return faults


def fold(entries: QuerySet[LedgerEntry]) -> dict[Bucket, Decimal]:
    """Balances from the entries of one envelope: the sums by kind, each with its sign."""
    sums = dict.fromkeys(BUCKETS, ZERO)
    for own in sums_of(entries).values():
        for bucket, balance in own.items():
            sums[bucket] += balance
    return sums


def sums_of(entries: QuerySet[LedgerEntry]) -> dict[int, dict[Bucket, Decimal]]:
    """Balances from entries, by the key of their envelope; none of an envelope without any. One statement."""
    found: dict[int, dict[Bucket, Decimal]] = {}
    reversal = ExpressionWrapper(Q(reverses__isnull=False), output_field=BooleanField())
    rows = entries.order_by().values("envelope_id", "kind", "from_bucket", reversal=reversal)
    for row in rows.annotate(total=Sum("amount")):
        sums = found.setdefault(row["envelope_id"], dict.fromkeys(BUCKETS, ZERO))
        for bucket, way in deltas(row["kind"], row["from_bucket"], reversal=row["reversal"]).items():
            sums[bucket] += way * row["total"]
    return found
