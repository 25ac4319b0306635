"""The figures of this app, each defined once: what waits for whom, where a decision stands, what it costs."""

from decisions.selectors.chain import (
    Move,
    chain_of,
    letter_status,
    money_of,
    moves_of,
    needs_of,
    present_decision,
    summary_of,
)
from decisions.selectors.waiting import work_for

__all__ = [
    "Move",
    "chain_of",
    "letter_status",
    "money_of",
    "moves_of",
    "needs_of",
    "present_decision",
    "summary_of",
    "work_for",
]
