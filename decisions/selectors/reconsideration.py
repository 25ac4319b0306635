"""Which decision of a file may be looked at again, until when; and what the letters of decisions say of them."""

from datetime import datetime

from applications.models import Application
from decisions.models import Decision
from decisions.states import FUNDED, DecisionKind
from letters.models import Letter
from letters.subjects import Told
from programs.selectors import policy_of
from work.calendars import EVERY_DAY


def contested_decision(application: Application) -> Decision | None:
    """The decision that a reconsideration would be of: the latest in force, an answer *upheld* aside. None without."""
    issued = Decision.objects.in_force().filter(application=application).exclude(kind=DecisionKind.RECONSIDERED)
    return issued.select_related("letter", "application__call").latest_first().first()


def was_asked_again(decision: Decision) -> bool:
    """Whether this decision was already reconsidered once."""
    answers = Decision.objects.filter(application=decision.application_id, kind=DecisionKind.RECONSIDERED)
    return answers.filter(number__gt=decision.number).exists()


def ask_until(application: Application) -> datetime | None:
    """The last instant to ask, or None while the letter is not served: `reconsideration.ask_days` after its service."""
    return _until(contested_decision(application))


def tell(letter: Letter) -> Told:
    """What the pages of a decision's letter say of it. ObjectDoesNotExist for the letter of anything else.

    A later decision replaces it once its own letter was sent: until then nothing tells that there is one.
    """
    decision = letter.decision
    told = Decision.objects.told().filter(application=decision.application_id)
    latest = (
        told.exclude(kind=DecisionKind.RECONSIDERED)
        .select_related("letter", "application__call")
        .latest_first()
        .first()
    )
    return Told(
        decided=decision.get_kind_display(),
        at=decision.issued_at,
        amount=decision.amount if decision.kind in FUNDED else None,
        superseded=latest is not None and latest.number > decision.number,
        until=lambda: _until(latest),
    )


def _until(decision: Decision | None) -> datetime | None:
    if decision is None or decision.letter is None or decision.letter.served_at is None:
        return None
    days = policy_of(decision.application.call).reconsideration.ask_days
    return EVERY_DAY.ends(decision.letter.served_at, days)
