"""The ranking of a cohort against what its envelopes still have."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet

from applications.models import Application
from applications.selectors.cohorts import Competition, competition_of
from applications.states import RANKED
from funding.figures import as_read
from funding.ledger import available
from funding.models import Envelope, LedgerEntry
from programs.constants import Order
from programs.models import Call
from programs.policy import RankingRules
from programs.selectors import policy_of
from reviews import scoring
from reviews.evidence import Evidence, KeptFile
from reviews.models import Recommendation
from reviews.selectors.panel import PanelReviews, reviews_of
from work import clock

LONG_AFTER = datetime(9999, 1, 1, tzinfo=UTC)  # so that a score by submission is above zero, as any score is


@dataclass(frozen=True)
class RankedFile:
    application: Application
    reviews: PanelReviews
    placed: scoring.Placed

    def kept(self) -> KeptFile:
        return KeptFile(
            reference=self.application.number,
            rank=self.placed.rank,
            asked=self.application.requested_amount or Decimal(0),
            offer=self.placed.offer,
            said=self.reviews.kept(),
        )


@dataclass(frozen=True)
class Ranking:
    """A cohort's files in order, against what its envelopes still have."""

    files: tuple[RankedFile, ...]
    envelopes: tuple[Envelope, ...]
    available: Decimal
    rules: RankingRules

    @property
    def line(self) -> scoring.Line:
        return scoring.Line(self.rules.line)

    def of(self, application: Application) -> RankedFile | None:
        """The `RankedFile` of an application; None when it is not in the ranking."""
        return next((ranked for ranked in self.files if ranked.application.pk == application.pk), None)

    def evidence(self) -> Evidence:
        """What is kept of the ranking with a recommendation that is read from it."""
        return Evidence(
            files=tuple(ranked.kept() for ranked in self.files),
            rules=self.rules.to_definition(),
            line=str(self.line),
            available=self.available,
            envelopes=tuple(envelope.public_id for envelope in self.envelopes),
        )


def held_percent(call: Call) -> Decimal:
    """The share of each envelope kept for reconsiderations, in percent (rules: `reconsideration.held_percent`)."""
    return policy_of(call).reconsideration.held_percent


def held_for(application: Application) -> Decimal:
    """The share of each envelope that this file may not touch, in percent: none once it comes back from a
    reconsideration, since that is what the money is held for."""
    return Decimal(0) if application.origin else held_percent(application.call)


def open_envelopes(call: Call) -> list[Envelope]:
    """Envelopes that may pay an award of this call today, by fiscal year: of the programme's agreements, those whose
    year is neither over nor closed."""
    return list(
        Envelope.objects.awarding(clock.today())
        .filter(agreement__funding__program=call.program)
        .select_related("agreement")
        .order_by("fiscal_year", "id")
    )


def left_in(envelope: Envelope, held_percent: Decimal) -> Decimal:
    """What an envelope can still give to awards, that share of it being held: never less than nothing."""
    return max(Decimal(0), available(envelope, held_percent=held_percent))


def ranking(
    call: Call,
    cohort_closes_at: datetime | None = None,
    *,
    competition: Competition | None = None,
    entries: QuerySet[LedgerEntry] | None = None,
) -> Ranking:
    """The `Ranking` of a call's reviewed files, or of those that compete in one cohort. `competition`: the call's,
    where it is at hand.

    Those that pass come in the order that the programme says: as they were submitted, or by their raw mean. The line is
    the programme's too.
    """
    rules = policy_of(call).ranking
    competes = None
    if cohort_closes_at is not None:
        competes = (competition or competition_of(call)).competing_in(cohort_closes_at)
    ranked = _files_to_rank(call, competes)
    reviews = reviews_of(ranked)
    files = {str(file.public_id): (file, reviews[file.pk]) for file in ranked}
    envelopes, held = open_envelopes(call), held_percent(call)
    if entries is not None:
        envelopes = as_read(envelopes, entries)
    left = sum((left_in(envelope, held) for envelope in envelopes), Decimal(0))
    entrants = [_entrant(key, file, said, rules) for key, (file, said) in files.items()]
    placed = scoring.draw_line(entrants, available=left, line=scoring.Line(rules.line))
    return Ranking(tuple(RankedFile(*files[place.key], place) for place in placed), tuple(envelopes), left, rules)


def _files_to_rank(call: Call, competes: Q | None) -> list[Application]:
    """Files that a panel has reviewed or that wait on the list, of the whole call or of those that compete in a cohort
    (`competes`). Those in review are left out, and those that are recommended."""
    rows = Application.objects.filter(call=call, state__in=RANKED).select_related("organisation").defer("search")
    if competes is not None:
        rows = rows.filter(competes)
    files = list(rows.order_by("id"))
    for file in files:
        file.call = call  # read once: its rules and rubric are large, and the same for all
    return files


def _entrant(key: str, file: Application, reviews: PanelReviews, rules: RankingRules) -> scoring.Entrant:
    return scoring.Entrant(
        key=key,
        score=_first_come(file) if rules.order == Order.SUBMISSION else reviews.mean,
        asked=file.requested_amount or Decimal(0),
        passes=reviews.passes,
        minimum=file.minimum_amount,
        ties=tuple(reviews.means.get(tie, Decimal(0)) for tie in rules.ties),
    )


def _first_come(file: Application) -> Decimal | None:
    """What orders files as they were submitted: the earlier, the higher. To the microsecond, and exact."""
    if file.submitted_at is None:
        return None
    return Decimal(-((file.submitted_at - LONG_AFTER) // timedelta(microseconds=1)))


def sent_back_of(application: Application) -> Recommendation | None:
    """The file's last recommendation, where its decision was sent back to the committee and none was made since."""
    last = Recommendation.objects.filter(application=application).select_related("sent_back_by").order_by("-id").first()
    return last if last is not None and last.sent_back_why else None
