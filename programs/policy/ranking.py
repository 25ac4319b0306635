"""The order of the files that pass, and where the line falls (docs/scoring.md)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from programs.constants import Allocation, LineStrategy, Order
from programs.policy.numbers import written
from questions.schema.reading import Reader

DISCUSS_SPREAD = Decimal(20)  # points between two reviews above which the panel discusses (docs/scoring.md 6)


@dataclass(frozen=True)
class RankingRules:
    """`ties`: the keys of the criteria that part two equal files, in order. `discuss_spread`: points out of 100."""

    order: Order = Order.RAW
    line: LineStrategy = LineStrategy.STRICT
    allocation: Allocation | None = None
    discuss_spread: Decimal = DISCUSS_SPREAD
    within_cohort: bool = False
    waitlist_to_next_cohort: bool = False
    ties: tuple[str, ...] = ()

    def to_definition(self) -> dict:
        out = {
            "order": str(self.order),
            "line": str(self.line),
            "discuss_spread": written(self.discuss_spread),
            "within_cohort": self.within_cohort,
            "waitlist_to_next_cohort": self.waitlist_to_next_cohort,
            "ties": list(self.ties),
        }
        return out if self.allocation is None else out | {"allocation": str(self.allocation)}


def read_ranking(reader: Reader, criteria: Collection[str] | None) -> RankingRules:
    """`criteria`: the keys that `ties` may name; None where the rubric is not at hand."""
    order, line = reader.choice("order", Order), reader.choice("line", LineStrategy)
    allocation = reader.choice("allocation", Allocation, required=False)
    spread = reader.number("discuss_spread", required=False, at_least=0, at_most=100)
    rules = RankingRules(
        order=Order(order) if order else Order.RAW,
        line=LineStrategy(line) if line else LineStrategy.STRICT,
        allocation=Allocation(allocation) if allocation else None,
        discuss_spread=DISCUSS_SPREAD if spread is None else spread,
        within_cohort=reader.boolean("within_cohort"),
        waitlist_to_next_cohort=reader.boolean("waitlist_to_next_cohort"),
        ties=reader.strings("ties", choices=criteria),
    )
    reader.done()
    return rules
