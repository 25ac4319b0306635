"""What pages and higher apps read of a programme."""

from programs.selectors.calls import Extensions, accommodations_of, extensions_of
from programs.selectors.money import funding_of
from programs.selectors.versions import policy_of, read_once, rubric_of
from programs.selectors.words import promised_by, promises_in_words, rules_in_words

__all__ = [
    "Extensions",
    "accommodations_of",
    "extensions_of",
    "funding_of",
    "policy_of",
    "promised_by",
    "promises_in_words",
    "read_once",
    "rubric_of",
    "rules_in_words",
]
