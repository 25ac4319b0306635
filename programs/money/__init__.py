"""The arithmetic of aid: pure, exact, no database (docs/money.md gives every formula and its source)."""

from programs.money.aid import compute_aid
from programs.money.parts import Parts
from programs.money.reasons import AidReason
from programs.money.result import Aid, CategoryLine, FinancingLine, RowLine

__all__ = [
    "Aid",
    "AidReason",
    "CategoryLine",
    "FinancingLine",
    "Parts",
    "RowLine",
    "compute_aid",
]
