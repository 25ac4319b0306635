"""What the publication of a call must know: the check of its definitions stands up here, above what it reads."""

from __future__ import annotations

from audit.actors import Actor
from builder.checks import publication_problems
from moves.registry import facts_of
from programs.models import Call
from programs.rules import Publication


@facts_of(Call.publish)
def publication(call: Call, by: Actor) -> Publication:
    """What the check refuses of a call that is to be published."""
    return Publication(problems=tuple(str(problem) for problem in publication_problems(call)))
