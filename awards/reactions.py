"""What follows in this app from moves in the apps below."""

from applications.models import Application
from awards.services import close_award, open_award
from decisions.models import Decision
from decisions.states import FUNDED
from moves.registry import Made, after
from moves.transitions import Facts, Input


@after(Decision.issue)
def open_the_award(decision: Decision, made: Made[Facts, Input]) -> None:
    """An approval, once issued, opens its award in the same transaction."""
    if decision.kind in FUNDED:
        open_award(decision, by=made.by)


@after(Decision.supersede)
def close_the_award(decision: Decision, made: Made[Facts, Input]) -> None:
    """A later decision took the place of the one that granted it: its money went back to the envelopes."""
    if decision.kind in FUNDED:
        close_award(decision.application_id, by=made.by)


@after(Application.withdraw, Application.cancel)
def close_what_was_left(application: Application, made: Made[Facts, Input]) -> None:
    """The file left while its award was under reconsideration, or before its letter told that it had one."""
    close_award(application.pk, by=made.by)
