"""What keeps a call from being published: one module a question, and one list of findings.

The move itself asks for what a call cannot be read without (its form, rubric, rules and dates)."""

from audit.actors import Actor
from builder.checks.dates import dates_lacking
from builder.checks.definitions import definitions_lacking
from builder.checks.findings import Finding, Lacks
from builder.checks.money import money_lacking, money_to_award
from builder.checks.people import Place, people_lacking, unfilled
from programs.models import Call

__all__ = [
    "Finding",
    "Lacks",
    "Place",
    "dates_lacking",
    "definitions_lacking",
    "money_lacking",
    "money_to_award",
    "people_lacking",
    "publication_findings",
    "unfilled",
]


def publication_findings(call: Call, reader: Actor) -> list[Finding]:
    """Everything that a call lacks before it can be published, as `reader` may know it: the page and the act are given
    the same."""
    return [*definitions_lacking(call), *dates_lacking(call), *people_lacking(call), *money_lacking(call, reader)]
