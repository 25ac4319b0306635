"""What an award reports: its claims, and the results that it measures."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from programs.policy.numbers import written
from questions.schema.reading import Reader
from work.texts import Text


class Every(StrEnum):
    """How often costs are claimed."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"
    MILESTONE = "milestone"


class HoldbackUntil(StrEnum):
    """When what was held back is paid."""

    FINAL_REPORT = "final_report"
    CLOSE_OUT = "close_out"


@dataclass(frozen=True)
class ClaimRules:
    """`holdback_percent` of each payment is held back until `holdback_until`."""

    every: Every | None = None
    holdback_percent: Decimal = Decimal(0)
    holdback_until: HoldbackUntil | None = None

    def to_definition(self) -> dict:
        out = {"holdback_percent": written(self.holdback_percent)}
        out |= {"every": str(self.every)} if self.every else {}
        return out | ({"holdback_until": str(self.holdback_until)} if self.holdback_until else {})


@dataclass(frozen=True)
class Indicator:
    """A result that reports give, with its unit."""

    key: str
    name: Text
    unit: Text

    def to_definition(self) -> dict:
        return {"key": self.key, "name": self.name.as_dict(), "unit": self.unit.as_dict()}


def read_claims(reader: Reader) -> ClaimRules:
    every, percent = reader.choice("every", Every), reader.percent("holdback_percent")
    until = reader.choice("holdback_until", HoldbackUntil)
    reader.done()
    return ClaimRules(
        Every(every) if every else None,
        Decimal(0) if percent is None else percent,
        HoldbackUntil(until) if until else None,
    )


def read_indicators(top: Reader) -> tuple[Indicator, ...]:
    """The items under `indicators`."""
    readers = top.children("indicators", at_least=1, at_most=60)
    found = []
    for child in readers:
        found.append(Indicator(child.key(), child.text("name", max_length=200), child.text("unit", max_length=60)))
        child.done()
    top.unique(readers, [indicator.key for indicator in found])
    return tuple(found)
