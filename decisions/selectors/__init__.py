"""What pages and higher apps read of decisions: what waits for whom, where a decision stands, what it costs."""

from decisions.selectors.chain import (
    approvals_of,
    chain_of,
    comes_of,
    decided_in,
    edition_of,
    money_of,
    needs_of,
    others_of,
    present_decision,
    return_for,
    return_of,
    returns_of,
    rulings_among,
    rulings_on,
    summary_of,
    told_to_partner,
    ways_of,
)
from decisions.selectors.ineligibility import ineligibility_of, ineligibility_reasons, untranslated
from decisions.selectors.merits import Merits, merits_of
from decisions.selectors.reconsideration import ask_until, contested_decision, tell
from decisions.selectors.turns import concurrers_of, returners_of, returns_by_partner, stuck_among
from decisions.selectors.waiting import waits_of, work_for

__all__ = [
    "Merits",
    "approvals_of",
    "ask_until",
    "chain_of",
    "comes_of",
    "concurrers_of",
    "contested_decision",
    "decided_in",
    "edition_of",
    "ineligibility_of",
    "ineligibility_reasons",
    "merits_of",
    "money_of",
    "needs_of",
    "others_of",
    "present_decision",
    "return_for",
    "return_of",
    "returners_of",
    "returns_by_partner",
    "returns_of",
    "rulings_among",
    "rulings_on",
    "stuck_among",
    "summary_of",
    "tell",
    "told_to_partner",
    "untranslated",
    "waits_of",
    "ways_of",
    "work_for",
]
