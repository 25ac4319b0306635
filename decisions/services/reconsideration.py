"""Reconsideration: asked by the applicant, decided by persons who took no part (product 4.5)."""

from applications.models import Application
from audit.actors import Actor
from moves.machine import move
from moves.transitions import Reason


def ask_reconsideration(application: Application, *, by: Actor, reason: str) -> Application:
    """Ask that the decision be looked at again, once per decision and within the delay. Returns the application.

    The answer is a decision of its own, drafted by reaction, or a new panel, or a new screening.
    """
    return move(application, Application.ask_reconsideration, by=by, given=Reason(reason))


def send_to_new_panel(application: Application, *, by: Actor, note: str = "") -> Application:
    """Send a file in reconsideration to a new panel: its decision followed reviews. Returns the application."""
    return move(application, Application.reopen, by=by, note=note)


def reopen_screening(application: Application, *, by: Actor, note: str = "") -> Application:
    """Send a file in reconsideration back to screening: its decision was of ineligibility. Returns the application."""
    return move(application, Application.reopen_screening, by=by, note=note)
