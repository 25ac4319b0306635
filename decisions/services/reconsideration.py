"""Reconsideration: asked by the applicant, decided by persons who took no part (product 4.5)."""

from django.db import transaction

from decisions.models import Decision
from decisions.selectors.reconsideration import ask_until, contested_decision
from decisions.services.chain import lock_file
from decisions.states import DecisionKind
from moves.machine import move


@transaction.atomic
def ask_reconsideration(application, *, by, reason):
    """Ask that the decision be looked at again, once per decision and within the delay. Returns the application.

    The answer is a decision of its own, drafted by reaction, or a new panel, or a new screening.
    """
    application = lock_file(application.pk)
    decision = contested_decision(application)
    asked = Decision.objects.filter(application=application, kind=DecisionKind.RECONSIDERED)
    again = decision is not None and asked.filter(number__gt=decision.number).exists()
    return move(
        application,
        "ask_reconsideration",
        by=by,
        given={
            "already_asked": again,
            "until": ask_until(application),
            "decision": str(decision.public_id) if decision else "",
        },
        note=reason.strip(),
    )


@transaction.atomic
def reopen_file(application, *, by, note=""):
    """Send a file in reconsideration to a new panel: its decision followed reviews. Returns the application."""
    application = lock_file(application.pk)
    decision = contested_decision(application)
    followed = decision is not None and decision.kind != DecisionKind.INELIGIBLE
    return move(application, "reopen", by=by, given={"followed_reviews": followed}, note=note)


@transaction.atomic
def reopen_screening(application, *, by, note=""):
    """Send a file in reconsideration back to screening: its decision was of ineligibility. Returns the application."""
    application = lock_file(application.pk)
    decision = contested_decision(application)
    ineligible = decision is not None and decision.kind == DecisionKind.INELIGIBLE
    return move(application, "reopen_screening", by=by, given={"of_ineligibility": ineligible}, note=note)
