"""A partner's part of a decision or an award: rows of `scope`, whose `own` holds the shares of its agreements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from awards.models import Award, AwardShare
from decisions.models import Decision, DecisionShare
from funding.money import fiscal_label
from work.money import ZERO


@dataclass(frozen=True)
class OwnShare:
    """What one envelope of the partner pays."""

    envelope: UUID
    agreement: str
    fiscal_year: str
    amount: Decimal


def _own(row: Decision | Award) -> Sequence[DecisionShare | AwardShare]:
    own: Sequence[DecisionShare | AwardShare] = vars(row)["own"]
    return own


def own_shares(row: Decision | Award) -> list[OwnShare]:
    """The shares that the partner's own envelopes pay, earliest year first."""
    return [
        OwnShare(
            envelope=share.envelope.public_id,
            agreement=share.envelope.agreement.reference,
            fiscal_year=fiscal_label(share.envelope.fiscal_year),
            amount=share.amount,
        )
        for share in _own(row)
    ]


def own_share(row: Decision | Award) -> Decimal:
    """What the partner's agreements pay of the amount, in dollars."""
    return sum((share.amount for share in _own(row)), ZERO)


def other_aid(row: Decision | Award) -> Decimal:
    """What all the other agreements pay of the amount, as one figure."""
    return row.amount - own_share(row)


def years_of(rows: Iterable[Decision | Award]) -> list[tuple[str, Decimal]]:
    """The partner's shares of these awards, summed by fiscal year."""
    totals: dict[str, Decimal] = {}
    for row in rows:
        for share in own_shares(row):
            totals[share.fiscal_year] = totals.get(share.fiscal_year, ZERO) + share.amount
    return sorted(totals.items())
