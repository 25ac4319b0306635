"""What an entry does to a balance, and the government's fiscal years: pure, exact, no database (docs/money.md)."""

from funding.money.fiscal import fiscal_end, fiscal_label, fiscal_start, fiscal_year
from funding.money.postings import (
    AFTER_AWARD,
    BUCKETS,
    FLOWS,
    LEFT_OVER,
    SPENT,
    Bucket,
    Cause,
    EntryKind,
    deltas,
    is_open_to,
)

__all__ = [
    "AFTER_AWARD",
    "BUCKETS",
    "FLOWS",
    "LEFT_OVER",
    "SPENT",
    "Bucket",
    "Cause",
    "EntryKind",
    "deltas",
    "fiscal_end",
    "fiscal_label",
    "fiscal_start",
    "fiscal_year",
    "is_open_to",
]
