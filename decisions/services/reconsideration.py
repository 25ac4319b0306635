"""Reconsideration: asked by the applicant, decided by persons who took no part (product 4.5)."""

from datetime import timedelta

from django.db import transaction

from decisions.models import Decision
from decisions.services.chain import lock_file
from decisions.states import DecisionKind, DecisionState
from moves.machine import move
from programs.selectors import policy_of
from work import clock


def contested_decision(application):
    """The decision that a reconsideration would be of: the latest in force, an answer *upheld* aside. None without."""
    issued = Decision.objects.filter(application=application, state=DecisionState.ISSUED).exclude(
        kind=DecisionKind.RECONSIDERED
    )
    return issued.select_related("letter").order_by("-number").first()


def ask_until(application):
    """The last instant to ask, or None while the letter is not served: `reconsideration.ask_days` after its service."""
    decision = contested_decision(application)
    letter = getattr(decision, "letter", None)
    if letter is None or letter.served_at is None:
        return None
    days = policy_of(application.call).reconsideration.ask_days
    return clock.end_of(clock.day_of(letter.served_at) + timedelta(days=days))


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
