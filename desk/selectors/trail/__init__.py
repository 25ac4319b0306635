"""The trail in words: acts and readings of one file in one chronology, and a search over all of it."""

from desk.selectors.trail.chronicle import chronicle, subjects_of, verified, whole_chronicle
from desk.selectors.trail.lines import Line, Place, all_verbs, entries, lines_of, of_verbs
from desk.selectors.trail.search import Filter, matching

__all__ = [
    "Filter",
    "Line",
    "Place",
    "all_verbs",
    "chronicle",
    "entries",
    "lines_of",
    "matching",
    "of_verbs",
    "subjects_of",
    "verified",
    "whole_chronicle",
]
