"""What follows in this app from moves in the apps below."""

from applications.states import ApplicationState
from awards.services import close_award, open_award
from decisions.states import FUNDED
from moves.machine import after


@after("decision.issue")
def open_the_award(decision, *, by, given, note, entry):
    """An approval, once issued, opens its award in the same transaction."""
    if decision.kind in FUNDED:
        open_award(decision, by=by)


@after("decision.supersede")
def close_the_award(decision, *, by, given, note, entry):
    """A later decision took the place of the one that granted it: its money went back to the envelopes."""
    if decision.kind in FUNDED:
        close_award(decision.application_id, by=by)


@after("application.withdraw")
@after("application.cancel")
def close_what_was_left(application, *, by, given, note, entry):
    """The file left while its award was under reconsideration."""
    if entry.before == ApplicationState.IN_RECONSIDERATION:
        close_award(application.pk, by=by)
