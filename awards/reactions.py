"""What follows in this room from moves in the rooms below."""

from audit.moves import after
from awards.services import open_award
from decisions.states import FUNDED


@after("decision.issue")
def open_the_award(decision, *, by, given, note, entry):
    """An approval, once issued, opens its award in the same transaction."""
    if decision.kind in FUNDED:
        open_award(decision, by=by)
