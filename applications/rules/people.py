"""Who may move a file: predicates of the person."""

from typing import TYPE_CHECKING

from accounts.rules import is_signatory as signs_for
from audit.actors import Actor
from programs.roles import ProgramRole
from programs.rules import holds, is_program_officer

if TYPE_CHECKING:
    from applications.models import Application


def is_signatory(application: "Application", by: Actor) -> bool:
    return signs_for(application.organisation, by)


def is_officer(application: "Application", by: Actor) -> bool:
    return is_program_officer(application.call.program, by)


def is_screener(application: "Application", by: Actor) -> bool:
    return holds(by, ProgramRole.SCREENER, application.call.program)


def is_confirmer(application: "Application", by: Actor) -> bool:
    return holds(by, ProgramRole.CONFIRMER, application.call.program)


def is_chair(application: "Application", by: Actor) -> bool:
    return holds(by, ProgramRole.CHAIR, application.call.program)


def is_officer_or_chair(application: "Application", by: Actor) -> bool:
    return is_officer(application, by) or is_chair(application, by)


UPHOLDERS = (ProgramRole.CHAIR, ProgramRole.ENDORSER)


def may_uphold(application: "Application", by: Actor) -> bool:
    """The chair, and the endorser: a chair's own acts are ruled on too, in a cluster that has one chair."""
    return any(holds(by, role, application.call.program) for role in UPHOLDERS)


def is_reconsiderer(application: "Application", by: Actor) -> bool:
    return holds(by, ProgramRole.RECONSIDERER, application.call.program)
