"""What the gathering pages show: a person's roles and day, where a file stands, the trail in words."""

from desk.selectors.day import Day, day_of
from desk.selectors.roles import roles_of
from desk.selectors.trail import Filter, Line, chronicle, lines_of, matching, subjects_of, verified, whole_chronicle

__all__ = [
    "Day",
    "Filter",
    "Line",
    "chronicle",
    "day_of",
    "lines_of",
    "matching",
    "roles_of",
    "subjects_of",
    "verified",
    "whole_chronicle",
]
