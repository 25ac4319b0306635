"""What the moves of a letter must know."""

from audit.actors import Actor
from letters.models import Letter
from letters.rules import Certificate, Leaving
from letters.selectors import messages_of, taken_of
from moves.registry import facts_of
from work.querysets import held


@facts_of(Letter.sign, Letter.send)
def certificate(letter: Letter, by: Actor) -> Certificate:
    """No certificate can be configured yet: letters go unsigned."""
    return Certificate(configured=False)


@facts_of(Letter.withhold)
def leaving(letter: Letter, by: Actor) -> Leaving:
    """A worker holds one of its messages, or the mail server took one."""
    return Leaving(leaving=held(messages_of(letter)).exists() or taken_of(letter).exists())
