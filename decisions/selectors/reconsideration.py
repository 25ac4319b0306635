"""The decision that a reconsideration would be of, and until when it can be asked (product 4.5)."""

from datetime import datetime, timedelta

from applications.models import Application
from decisions.models import Decision
from decisions.states import DecisionKind, DecisionState
from work import clock

ASK_DAYS = 30  # calendar days from service, where the programme's rules say nothing


def contested_decision(application: Application) -> Decision | None:
    """The decision that a reconsideration would be of: the latest in force, an answer *upheld* aside. None without."""
    issued = Decision.objects.filter(application=application, state=DecisionState.ISSUED).exclude(
        kind=DecisionKind.RECONSIDERED
    )
    return issued.select_related("letter").order_by("-number").first()


def was_asked_again(decision: Decision) -> bool:
    """Whether this decision was already reconsidered once."""
    answers = Decision.objects.filter(application=decision.application_id, kind=DecisionKind.RECONSIDERED)
    return answers.filter(number__gt=decision.number).exists()


def ask_until(application: Application) -> datetime | None:
    """The last instant to ask, or None while the letter is not served: `reconsideration.ask_days` after its service."""
    decision = contested_decision(application)
    letter = getattr(decision, "letter", None)
    if letter is None or letter.served_at is None:
        return None
    days = (application.call.rules.definition.get("reconsideration") or {}).get("ask_days", ASK_DAYS)
    return clock.end_of(clock.day_of(letter.served_at) + timedelta(days=int(days)))
