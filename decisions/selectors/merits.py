"""What each of those who decide needs from the ones before: it travels with the file, on every page of the chain."""

from dataclasses import dataclass
from decimal import Decimal

from applications.models import Application
from decisions.models import Decision
from programs.selectors import rubric_of
from reviews.models import Recommendation
from reviews.selectors import Stood, departure, stood


@dataclass(frozen=True)
class Merits:
    """What a decision that follows a recommendation stands on. `departure`: how it departs from the ranking, or ""."""

    application: Application
    recommendation: Recommendation
    stood: Stood | None
    departure: str
    pass_mark: Decimal | None


def merits_of(decision: Decision) -> Merits | None:
    """The merits of the file that `decision` decides; None where no recommendation led to it."""
    if decision.recommendation_id is None:
        return None
    recommendation = Recommendation.objects.select_related("by", "application").get(pk=decision.recommendation_id)
    return Merits(
        application=decision.application,
        recommendation=recommendation,
        stood=stood(recommendation),
        departure=departure(recommendation),
        pass_mark=rubric_of(decision.application.call).pass_overall,
    )
