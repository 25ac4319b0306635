"""What the moves of a letter must know."""

from audit.actors import Actor
from letters.models import Letter
from letters.rules import Certificate
from moves.registry import facts_of


@facts_of(Letter.sign, Letter.send)
def certificate(letter: Letter, by: Actor) -> Certificate:
    """No certificate can be configured yet: letters go unsigned."""
    return Certificate(configured=False)
