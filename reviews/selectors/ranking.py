"""The ranking of a cohort against what its envelopes still have."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from applications.models import Application
from applications.states import RANKED, ApplicationState
from funding.ledger import available
from funding.models import Envelope
from programs.models import Call
from programs.selectors import policy_of
from reviews import scoring
from reviews.selectors.panel import PanelReviews, reviews_of


@dataclass(frozen=True)
class RankedFile:
    application: Application
    reviews: PanelReviews
    placed: scoring.Placed


@dataclass(frozen=True)
class Ranking:
    """A cohort's files in order, against what its envelopes still have."""

    files: tuple[RankedFile, ...]
    envelopes: tuple[Envelope, ...]
    available: Decimal
    line: scoring.Line

    def of(self, application: Application) -> RankedFile | None:
        """The `RankedFile` of an application; None when it is not in the ranking."""
        return next((ranked for ranked in self.files if ranked.application.pk == application.pk), None)

    def inputs(self) -> dict[str, object]:
        """The ranking as evidence: plain data, stored with the recommendation that was read from it."""
        return {
            "line": str(self.line),
            "available": str(self.available),
            "envelopes": [str(envelope.public_id) for envelope in self.envelopes],
            "files": [
                {
                    "reference": ranked.application.reference,
                    "rank": ranked.placed.rank,
                    "asked": str(ranked.application.requested_amount or 0),
                    "offer": str(ranked.placed.offer),
                    **ranked.reviews.evidence(),
                }
                for ranked in self.files
            ],
        }


def held_percent(call: Call) -> Decimal:
    """The share of each envelope kept for reconsiderations, in percent (rules: `reconsideration.held_percent`)."""
    return policy_of(call).reconsideration.held_percent


def held_for(application: Application) -> Decimal:
    """The share of each envelope that this file may not touch, in percent: none once it comes back from a
    reconsideration, since that is what the money is held for."""
    return Decimal(0) if application.origin else held_percent(application.call)


def open_envelopes(call: Call) -> list[Envelope]:
    """Envelopes that may pay an award of this call, in id order: those of the programme's agreements, not closed."""
    return list(
        Envelope.objects.filter(agreement__funding__program=call.program, closed_on__isnull=True)
        .select_related("agreement")
        .distinct()
        .order_by("id")
    )


def cohorts_of(call: Call) -> list[datetime]:
    """The closings at which files of this call were submitted and have come to the panel, latest first."""
    closings = (
        Application.objects.filter(call=call, cohort_closes_at__isnull=False)
        .exclude(state=ApplicationState.DRAFT)
        .order_by("-cohort_closes_at")
        .values_list("cohort_closes_at", flat=True)
        .distinct()
    )
    return [closing for closing in closings if closing is not None]


def ranking(call: Call, cohort_closes_at: datetime | None = None) -> Ranking:
    """The `Ranking` of a call's reviewed files (of one cohort, with the waiting list of earlier ones, when given).

    Ordered by the raw mean among those that pass; the line is the programme's `ranking.line` (strict by default).
    """
    rules = policy_of(call).ranking
    ranked = _files_to_rank(call, cohort_closes_at)
    reviews = reviews_of(ranked)
    files = {str(file.public_id): (file, reviews[file.pk]) for file in ranked}
    envelopes, held = open_envelopes(call), held_percent(call)
    left = sum((max(Decimal(0), available(envelope, held_percent=held)) for envelope in envelopes), Decimal(0))
    entrants = [_entrant(key, file, said, rules.ties) for key, (file, said) in files.items()]
    line = scoring.Line(rules.line)
    placed = scoring.draw_line(entrants, available=left, line=line)
    return Ranking(tuple(RankedFile(*files[place.key], place) for place in placed), tuple(envelopes), left, line)


def _files_to_rank(call: Call, cohort_closes_at: datetime | None) -> list[Application]:
    """Files that a panel has reviewed or that wait on the list. Those of cohorts that close later are left out, as are
    those in review, and those that are recommended."""
    rows = Application.objects.filter(call=call, state__in=RANKED).select_related("organisation").defer("search")
    if cohort_closes_at is not None:
        rows = rows.filter(cohort_closes_at__lte=cohort_closes_at)
    files = list(rows.order_by("id"))
    for file in files:
        file.call = call  # read once: its rules and rubric are large, and the same for all
    return files


def _entrant(key: str, file: Application, reviews: PanelReviews, ties: Sequence[str]) -> scoring.Entrant:
    return scoring.Entrant(
        key=key,
        score=reviews.mean,
        asked=file.requested_amount or Decimal(0),
        passes=reviews.passes,
        minimum=file.minimum_amount,
        ties=tuple(reviews.means.get(tie, Decimal(0)) for tie in ties),
    )
