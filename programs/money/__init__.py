"""The arithmetic of public money: pure, exact, no database (docs/money.md gives every formula and its source)."""

from programs.money.aid import compute_aid
from programs.money.fiscal import fiscal_end, fiscal_label, fiscal_start, fiscal_year
from programs.money.postings import BUCKETS, FLOWS, SPENT, EntryKind, deltas, is_open_to
from programs.money.reasons import Reason
from programs.money.result import Aid, CategoryLine, FinancingLine, RowLine

__all__ = [
    "BUCKETS",
    "FLOWS",
    "SPENT",
    "Aid",
    "CategoryLine",
    "EntryKind",
    "FinancingLine",
    "Reason",
    "RowLine",
    "compute_aid",
    "deltas",
    "fiscal_end",
    "fiscal_label",
    "fiscal_start",
    "fiscal_year",
    "is_open_to",
]
