"""Where a file stood in the ranking that its recommendation was read from, and whether that follows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from applications.models import Application
from applications.states import FUNDED, Outcome
from audit.actors import Actor
from moves.interests import barred_from
from reviews.models import Assignment, Recommendation
from reviews.selectors.panel import PanelReviews, together
from work.money import format_money


@dataclass(frozen=True)
class Stood:
    """A file's place when it was recommended: `rank` among the `ranked` that passed (None: it did not pass), and what
    the funding line left it, in dollars."""

    score: Decimal | None
    rank: int | None
    ranked: int
    offer: Decimal

    @property
    def above_line(self) -> bool:
        return self.offer > 0


@dataclass(frozen=True)
class Reread:
    """The reviews that a recommendation was read from, `then`, beside those that count `now`. `moved`: they are not the
    same, or do not say the same. `in_doubt`: one of them is left out until the chair rules on its author's interests.
    """

    then: PanelReviews
    now: PanelReviews
    moved: bool
    in_doubt: bool


def reread(recommendation: Recommendation, now: PanelReviews) -> Reread | None:
    """The evidence of a recommendation beside what counts `now`; None where none was kept of its file."""
    kept = _kept_of(recommendation)
    if kept is None:
        return None
    counts = now.evidence()
    moved = any(counts[key] != kept[key] for key in counts.keys() & kept.keys())
    if not moved:
        return Reread(now, now, moved=False, in_doubt=False)
    given = Assignment.objects.filter(application=recommendation.application_id, public_id__in=kept["reviews"])
    rows = list(given.prefetch_related("scores").order_by("submitted_at", "id"))
    left_out = {row.public_id for row in rows if row.is_submitted} - {one.public_id for one in now.reviews}
    return Reread(together(recommendation.application, rows), now, moved=True, in_doubt=bool(left_out))


def _kept_of(recommendation: Recommendation) -> Mapping[str, Any] | None:
    files: list[Mapping[str, Any]] = recommendation.inputs.get("files") or []
    return next((file for file in files if file.get("reference") == recommendation.application.reference), None)


def stood(recommendation: Recommendation) -> Stood | None:
    """Where the file stood, from the evidence kept with its recommendation; None where none was kept of it."""
    files: list[Mapping[str, Any]] = recommendation.inputs.get("files") or []
    found = _kept_of(recommendation)
    if found is None:
        return None
    score = found.get("mean")
    return Stood(
        score=None if score is None else Decimal(score),
        rank=found.get("rank"),
        ranked=sum(file.get("rank") is not None for file in files),
        offer=Decimal(found.get("offer") or 0),
    )


def hides_its_ranking(recommendation: Recommendation, reader: Actor) -> bool:
    """Whether a file of the ranking that a recommendation was read from is closed to `reader`: then ranks, and the side
    of the funding line, are not told to them (`reviews.selectors.closed_in`)."""
    names = [file.get("reference") for file in recommendation.inputs.get("files") or []]
    return Application.objects.filter(reference__in=names, pk__in=barred_from(reader)).exists()


def departure(recommendation: Recommendation, reader: Actor) -> str:
    """How a recommendation departs from the ranking, as a sentence; "" when it follows it. Only that it does, to a
    reader who may not be told of that ranking."""
    sentence = _departure(recommendation)
    if sentence and hides_its_ranking(recommendation, reader):
        return _("How is not told to you: a file of that ranking is closed to you by a conflict of interest.")
    return sentence


def _departure(recommendation: Recommendation) -> str:
    place = stood(recommendation)
    if place is None or place.rank is None:
        return ""
    funded = recommendation.outcome in FUNDED
    if place.above_line and recommendation.outcome == Outcome.DECLINED:
        return _("This file passes and is above the funding line, and its refusal is recommended.")
    if place.above_line and recommendation.outcome == Outcome.WAITLISTED:
        return _("This file passes and is above the funding line, and the waiting list is recommended for it.")
    if funded and not place.above_line:
        return _("This file is below the funding line, and its approval is recommended.")
    if funded and recommendation.amount > place.offer:
        left = format_money(place.offer, get_language() or "fr")
        return _("More is recommended than the funding line leaves to this file: %(left)s.") % {"left": left}
    return ""


def departure_of(application: Application, reader: Actor) -> str:
    """The departure of the recommendation that stands for a file, as `reader` may know it; "" without one."""
    recommendation = (
        Recommendation.objects.standing().select_related("application").filter(application=application).first()
    )
    return departure(recommendation, reader) if recommendation else ""
