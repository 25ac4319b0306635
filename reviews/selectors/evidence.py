"""Where a file stood in the ranking that its recommendation was read from, and whether that follows it."""

from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from applications.models import Application
from applications.states import FUNDED, Outcome
from audit.actors import Actor
from moves.interests import barred_from
from programs.selectors import policy_of
from reviews.evidence import KeptFile
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
    """The evidence of a recommendation beside what counts `now`; None where none was kept of its file. Where an earlier
    release did not keep which reviews counted, `then` has their score alone."""
    kept = _kept_of(recommendation)
    if kept is None:
        return None
    if kept.said.is_that_of(now.kept()):
        return Reread(now, now, moved=False, in_doubt=False)
    if kept.said.reviews is None:
        none = together(recommendation.application, ())
        then = replace(none, mean=kept.said.mean, missed=kept.said.missed)
        return Reread(then, now, moved=True, in_doubt=False)
    given = Assignment.objects.filter(application=recommendation.application_id, public_id__in=kept.said.reviews)
    rows = list(given.prefetch_related("scores").order_by("submitted_at", "id"))
    left_out = {row.public_id for row in rows if row.is_submitted} - {one.public_id for one in now.reviews}
    return Reread(together(recommendation.application, rows), now, moved=True, in_doubt=bool(left_out))


def _kept_of(recommendation: Recommendation) -> KeptFile | None:
    evidence = recommendation.evidence
    return evidence.of(recommendation.application.number) if evidence else None


def stood(recommendation: Recommendation) -> Stood | None:
    """Where the file stood, from the evidence kept with its recommendation; None where none was kept of it."""
    evidence = recommendation.evidence
    found = evidence.of(recommendation.application.number) if evidence else None
    if evidence is None or found is None:
        return None
    return Stood(score=found.said.mean, rank=found.rank, ranked=evidence.ranked, offer=found.offer)


def hides_its_ranking(recommendation: Recommendation, reader: Actor) -> bool:
    """Whether a file that was in the ranking which a recommendation was read from, or could have been, is closed to
    `reader`: then ranks, and the side of the funding line, are not told to them (`reviews.selectors.closed_in`). By the
    closing that each was sent to, whatever became of it: withheld only where it was ranked, they would tell that it
    was."""
    evidence = recommendation.evidence
    names = [file.reference for file in evidence.files] if evidence else []
    ranked = Q(reference__in=names) | _may_have_been_ranked_with(recommendation)
    return Application.objects.filter(ranked, pk__in=barred_from(reader)).exists()


def _may_have_been_ranked_with(recommendation: Recommendation) -> Q:
    """The condition that a file was sent to a closing of the same call whose files may have been compared with a
    recommended one: its own; and each one before, where the rules have files go on to a later cohort."""
    file, of_call = recommendation.application, Q(call=recommendation.application.call_id)
    own, rules = file.cohort_closes_at, policy_of(file.call).ranking
    if own is None:
        return of_call
    if rules.within_cohort and not rules.waitlist_to_next_cohort:
        return of_call & Q(cohort_closes_at=own)
    return of_call & Q(cohort_closes_at__lte=max(own, recommendation.at))


def departure(recommendation: Recommendation, reader: Actor) -> str:
    """How a recommendation departs from the ranking, as a sentence; "" when it follows it. Only that it does, to a
    reader who may not be told of that ranking."""
    sentence = _departure(recommendation)
    if sentence and hides_its_ranking(recommendation, reader):
        return _("The details are not shown to you: a file of that ranking is closed to you by a conflict of interest.")
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
