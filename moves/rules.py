"""Questions that the moves of every app share."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from moves.refusals import DECLARE_FIRST, Refusal
from moves.transitions import Facts, Reason


@dataclass(frozen=True)
class Touched(Facts):
    """Who acted on the file before a conflict of interest (`touched`), or before a doubt that waits for its ruling
    (`doubted`), by an act that stands and that nobody else has ruled on, each with the acts; "" for nobody."""

    touched: str
    doubted: str


def earlier_acts_stand(_row: object, facts: Touched) -> Refusal | None:
    """Nothing is built on the act of a person with a conflict before somebody else has looked at it again."""
    if facts.doubted:  # the chair's ruling comes before anybody's on the acts
        sentence = _(
            "There is a doubt about interests after acts on this file: %(doubted)s. The chair rules on it in writing "
            "before anything more is done."
        )
        return Refusal(sentence % {"doubted": facts.doubted}, code="touched")
    if facts.touched:
        sentence = _(
            "There is a conflict of interest after acts on this file: %(touched)s. The chair or the endorser says in "
            "writing that they stand, or they are taken again, before anything more is done."
        )
        return Refusal(sentence % {"touched": facts.touched}, code="touched")
    return None


@dataclass(frozen=True)
class Interests(Facts):
    """Whether whoever acts declared no conflict of interest in the file."""

    declared: bool


def interests_are_declared(_row: object, facts: Interests) -> Refusal | None:
    """Whoever sends a file, or its decision, back has read it, so they declared their interests first."""
    return None if facts.declared else DECLARE_FIRST


def has_a_reason(_row: object, _facts: object, given: Reason) -> Refusal | None:
    """Asked of every move that must be explained."""
    if not given.words:
        return Refusal(_("Give the reason: the people concerned will read it."), code="reason")
    return None
