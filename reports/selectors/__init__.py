"""What a partner reads, defined once: its pages, the API and its exports ask here and nowhere else."""

from reports.selectors.money import other_aid, own_share, own_shares, years_of
from reports.selectors.pipeline import pipeline, waiting_for_concurrence
from reports.selectors.scope import (
    agreements_of,
    applications_of,
    as_told,
    awards_of,
    calls_of,
    decisions_of,
    envelopes_of,
    gone_since,
    ledger_of,
    programs_of,
    seats_of,
)

__all__ = [
    "agreements_of",
    "applications_of",
    "as_told",
    "awards_of",
    "calls_of",
    "decisions_of",
    "envelopes_of",
    "gone_since",
    "ledger_of",
    "other_aid",
    "own_share",
    "own_shares",
    "pipeline",
    "programs_of",
    "seats_of",
    "waiting_for_concurrence",
    "years_of",
]
