"""What a partner reads, defined once: its pages, the API and its exports ask here and nowhere else."""

from reports.selectors.log import calls_logged
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
    open_awards_of,
    own_awards,
    programs_of,
    seats_of,
)

__all__ = [
    "agreements_of",
    "applications_of",
    "as_told",
    "awards_of",
    "calls_logged",
    "calls_of",
    "decisions_of",
    "envelopes_of",
    "gone_since",
    "ledger_of",
    "open_awards_of",
    "other_aid",
    "own_awards",
    "own_share",
    "own_shares",
    "pipeline",
    "programs_of",
    "seats_of",
    "waiting_for_concurrence",
    "years_of",
]
