"""Questions with a list for an answer: who can be given a file, what conflicts the records suggest, what lacks."""

from reviews.checks.conflicts import Conflict
from reviews.checks.fitness import Fitness, Shortage, candidates, first_panel_of, fitness, sat_before, shortages
from reviews.checks.panel import (
    SeatNeed,
    fill,
    has_signed,
    is_met,
    no_reviews,
    panel_lines,
    panel_problems,
    panel_rules,
    quorum_lines,
    takes_reviewers,
    unfinished,
)
from reviews.checks.proposals import covers, is_lifted, proposed_among, proposed_conflicts, unruled

__all__ = [
    "Conflict",
    "Fitness",
    "SeatNeed",
    "Shortage",
    "candidates",
    "covers",
    "fill",
    "first_panel_of",
    "fitness",
    "has_signed",
    "is_lifted",
    "is_met",
    "no_reviews",
    "panel_lines",
    "panel_problems",
    "panel_rules",
    "proposed_among",
    "proposed_conflicts",
    "quorum_lines",
    "sat_before",
    "shortages",
    "takes_reviewers",
    "unfinished",
    "unruled",
]
