"""What the publication of a call must know: what it lacks stands up here, above what it reads."""

from __future__ import annotations

from audit.actors import Actor
from builder.checks import publication_findings
from moves.registry import facts_of
from programs.models import Call
from programs.rules import Publication
from programs.selectors import promised_by


@facts_of(Call.publish)
def publication(call: Call, by: Actor) -> Publication:
    """What is found lacking in a call that is to be published, and which of its rules nothing obeys yet."""
    return Publication(
        problems=tuple(str(finding) for finding in publication_findings(call, by)), promised=tuple(promised_by(call))
    )
