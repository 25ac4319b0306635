"""Questions with a list for an answer: who can be given a file, what conflicts the records suggest, what lacks."""

from reviews.checks.conflicts import Conflict, proposed_conflicts
from reviews.checks.fitness import Fitness, candidates, fitness, sat_before
from reviews.checks.panel import SeatNeed, fill, has_signed, panel_lines, panel_problems, unfinished

__all__ = [
    "Conflict",
    "Fitness",
    "SeatNeed",
    "candidates",
    "fill",
    "fitness",
    "has_signed",
    "panel_lines",
    "panel_problems",
    "proposed_conflicts",
    "sat_before",
    "unfinished",
]
