"""What a computation of aid says: every line kept or refused, every step, every reason. Nothing can change it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal

from programs.money.reasons import UNREAD, AidReason


@dataclass(frozen=True)
class RowLine:
    """One line of the budget: its amount, what is kept before the category's cap, and why the rest is not."""

    category: str
    description: str
    recipient: str
    amount: Decimal
    kept: Decimal
    refused: Decimal
    in_kind: bool
    reasons: tuple[AidReason, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Whether something of it counts for nothing that the applicant may have counted on."""
        return bool(self.reasons) and (bool(self.refused) or self.reasons[0].code == UNREAD)


@dataclass(frozen=True)
class CategoryLine:
    """One category: cash asked, admissible before the cap, eligible after it, and the aid at its rates."""

    key: str
    name: Mapping[str, str]
    total: Decimal
    before_cap: Decimal
    eligible: Decimal
    refused: Decimal
    aid: Decimal
    reasons: tuple[AidReason, ...] = ()


@dataclass(frozen=True)
class FinancingLine:
    """One source of money, and what it counts for in the stacking of public aid."""

    kind: str
    source: str
    amount: Decimal
    government: bool
    confirmed: bool
    weight: Decimal
    counted: Decimal


@dataclass(frozen=True)
class Aid:
    """Every step, in the order a person would do them. Dollars; percentages 0 to 100 with four decimals."""

    rows: tuple[RowLine, ...]
    categories: tuple[CategoryLine, ...]
    financing: tuple[FinancingLine, ...]
    costs: Decimal  # all cash lines
    in_kind: Decimal
    recoverable_tax: Decimal
    eligible: Decimal  # after every cap
    refused: Decimal  # cash that is not eligible: costs − eligible
    aid_at_rate: Decimal
    maximum: Decimal | None
    aid_within_maximum: Decimal
    stacking_cap: Decimal
    stacking_limit: Decimal  # cap × eligible costs
    other_public_aid: Decimal  # as received, not weighted
    other_weighted: Decimal
    stacking_room: Decimal  # below zero when other aid is already above the cap
    reimbursement: Decimal  # what the rate, the maximum and the stacking leave: the most that may be asked
    levels: int
    bonus_asked: Decimal
    bonus: Decimal
    total: Decimal  # reimbursement + bonus: the most that can be granted
    stack_percent_before: Decimal
    stack_percent: Decimal
    requested: Decimal | None
    financing_total: Decimal  # every source but this aid
    financing_gap: Decimal  # above zero: still to find; below zero: more money than costs
    reasons: tuple[AidReason, ...]

    @property
    def is_over_cap(self) -> bool:
        """Whether other public aid alone is already above the stacking cap."""
        return self.stacking_room < 0

    @property
    def is_fundable(self) -> bool:
        """Whether any aid can be granted, and what is asked (when it is known) fits in it."""
        return self.total > 0 and (self.requested is None or self.requested <= self.reimbursement)

    def as_dict(self) -> dict:
        """For JSON: amounts as texts, reasons with their sentence in the current language."""
        plain = {f.name: _plain(getattr(self, f.name)) for f in fields(self)}
        return plain | {"is_over_cap": self.is_over_cap, "is_fundable": self.is_fundable}


def _plain(value: object) -> object:
    """Anything of the result, as JSON can carry it."""
    if isinstance(value, AidReason):
        return value.as_dict()
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple):
        return [_plain(x) for x in value]
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Decimal):
        return str(value)
    return value
