"""Conditions over earlier answers: `employees >= 25 and not answered(oqlf_number)`.

A small language of its own, so that an officer can write it, a checker can read it and nothing can be run by it.

    condition  = and-chain { "or" and-chain }
    and-chain  = denial { "and" denial }
    denial     = "not" denial | comparison
    comparison = value [ ("=" | "!=" | "<" | "<=" | ">" | ">=") value | ["not"] "in" (list | name) ]
    value      = number | "text" | yes | no | answered(name) | count(name) | name | "(" condition ")"
    list       = "[" literal { "," literal } "]"

An answer that was not given makes every comparison false, `!=` and `not in` too; `answered(x)` asks whether it
was given. Numbers compare as decimals, dates as ISO text. Two values of different kinds are never equal
and have no order.

Pure: `parse(text)` gives a tree or raises `ConditionError` with the position; `evaluate(tree, answers)` gives
true or false.
"""

from questions.conditions.evaluation import evaluate, is_answered
from questions.conditions.parsing import ConditionError, parse
from questions.conditions.tree import (
    And,
    Call,
    Compare,
    Listing,
    Literal,
    Name,
    Node,
    Not,
    Or,
    comparisons,
    literals_by_name,
    names,
)
from questions.conditions.words import Asked, in_words
from questions.conditions.writing import to_text

__all__ = [
    "And",
    "Asked",
    "Call",
    "Compare",
    "ConditionError",
    "Listing",
    "Literal",
    "Name",
    "Node",
    "Not",
    "Or",
    "comparisons",
    "evaluate",
    "in_words",
    "is_answered",
    "literals_by_name",
    "names",
    "parse",
    "to_text",
]
