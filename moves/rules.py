"""Questions that the moves of every app share."""

from django.utils.translation import gettext as _

from moves.refusals import Refusal
from moves.transitions import Reason


def has_a_reason(_row: object, _facts: object, given: Reason) -> Refusal | None:
    """Asked of every move that must be explained."""
    if not given.words:
        return Refusal(_("Give the reason: the people concerned will read it."), code="reason")
    return None
