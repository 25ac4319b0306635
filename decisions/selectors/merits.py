"""What each of those who decide needs from the ones before: it travels with the file, on every page of the chain."""

from dataclasses import dataclass
from decimal import Decimal

from applications.models import Application
from audit.actors import Actor
from decisions.models import Decision
from programs.selectors import rubric_of
from reviews.models import Recommendation
from reviews.selectors import Reread, Stood, departure, hides_its_ranking, panel_reviews, reread, stood


@dataclass(frozen=True)
class Merits:
    """What a decision that follows a recommendation stands on, as its reader may know it. `placed`: whether they are
    told of ranks. `departure`: how it departs from the ranking, or "". `reread`: the reviews that it was read from,
    beside those that count today."""

    application: Application
    recommendation: Recommendation
    stood: Stood | None
    reread: Reread | None
    placed: bool
    departure: str
    pass_mark: Decimal | None


def merits_of(decision: Decision, reader: Actor) -> Merits | None:
    """The merits of the file that `decision` decides, for `reader`; None where no recommendation led to it."""
    if decision.recommendation_id is None:
        return None
    recommendation = Recommendation.objects.select_related("by", "application").get(pk=decision.recommendation_id)
    return Merits(
        application=decision.application,
        recommendation=recommendation,
        stood=stood(recommendation),
        reread=reread(recommendation, panel_reviews(decision.application)),
        placed=not hides_its_ranking(recommendation, reader),
        departure=departure(recommendation, reader),
        pass_mark=rubric_of(decision.application.call).pass_overall,
    )
