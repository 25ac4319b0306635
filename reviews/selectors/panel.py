"""What a file's reviews say together, computed once, for many files at a time; and why one left the panel.

Which reviews count is `Assignment.objects.counted()`. What they come to is `PanelReviews`: pages, the ranking, moves,
the evidence kept with a recommendation, letters and the file's row are given this value, and compute none of it again.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from django.db.models import prefetch_related_objects

from applications.models import Application
from audit.models import Erasable
from programs.rubric import Rubric
from programs.selectors import policy_of, rubric_of
from reviews import scoring
from reviews.checks import SeatNeed, is_met, panel_rules, quorum_lines
from reviews.evidence import KeptReviews
from reviews.models import Assignment


@dataclass(frozen=True, slots=True)
class CountedReview:
    """One review that counts. Points out of 100: its total, as shown and `exact`, and what it gives each criterion that
    it scored."""

    public_id: UUID
    reviewer_id: int
    seat: str
    total: Decimal
    exact: Fraction
    points: Mapping[str, Decimal] = field(hash=False)
    feedback: str
    submitted_at: datetime | None


@dataclass(frozen=True, slots=True)
class PanelReviews:
    """What the reviews of a file that count say together. Points out of 100.

    `reviews`: in the order they came in. `quorum`: what the programme needs of each side, and what is in. `mean`: None
    while nothing counts. `means`: of each criterion that a review scored. `missed`: the pass marks under which the file
    is, `"overall"` and keys of criteria; none while nothing counts.
    """

    reviews: tuple[CountedReview, ...]
    quorum: tuple[SeatNeed, ...]
    mean: Decimal | None
    spread: Decimal
    means: Mapping[str, Decimal] = field(hash=False)
    missed: tuple[str, ...]
    must_discuss: bool

    @property
    def totals(self) -> tuple[Decimal, ...]:
        return tuple(review.total for review in self.reviews)

    @property
    def passes(self) -> bool:
        """Whether the file has a score, and is under no pass mark."""
        return self.mean is not None and not self.missed

    @property
    def counted(self) -> int:
        """How many reviews count for the quorum: a side counts no more than it needs."""
        return sum(line.have for line in self.quorum)

    @property
    def needed(self) -> int:
        return sum(line.needed for line in self.quorum)

    @property
    def lacks(self) -> tuple[SeatNeed, ...]:
        """Why the review is not complete: the sides of which reviews are missing."""
        return tuple(line for line in self.quorum if not line.is_met)

    @property
    def complete(self) -> bool:
        return not self.lacks

    def kept(self) -> KeptReviews:
        """What is kept of them with what is decided from them."""
        return KeptReviews(
            reviews=tuple(review.public_id for review in self.reviews),
            totals=self.totals,
            mean=self.mean,
            spread=self.spread,
            missed=self.missed,
            complete=self.complete,
        )


def panel_reviews(application: Application) -> PanelReviews:
    """The `PanelReviews` of one file."""
    return reviews_of([application])[application.pk]


def reviews_of(applications: Collection[Application]) -> dict[int, PanelReviews]:
    """The `PanelReviews` of each file, by its key. The number of queries does not grow with the files."""
    prefetch_related_objects(list(applications), "call__rubric", "call__rules")
    found: dict[int, list[Assignment]] = {}
    rows = Assignment.objects.counted().filter(application__in=[one.pk for one in applications])
    for row in rows.as_they_came():
        found.setdefault(row.application_id, []).append(row)
    return {file.pk: together(file, found.get(file.pk, [])) for file in applications}


def complete_among(applications: Collection[Application]) -> set[int]:
    """Those of these files whose review is complete (`PanelReviews.complete`), by key: by the sides of what counts,
    where nothing of what the reviews say is needed. The number of queries does not grow with the files."""
    prefetch_related_objects(list(applications), "call__rules")
    sides: dict[int, list[str]] = {file.pk: [] for file in applications}
    counted = Assignment.objects.counted().filter(application__in=sides)
    for file_id, side in counted.values_list("application_id", "seat"):
        sides[file_id].append(side)
    return {file.pk for file in applications if is_met(quorum_lines(panel_rules(file), sides[file.pk]))}


def together(file: Application, rows: Iterable[Assignment]) -> PanelReviews:
    """What these reviews of a file say together: those that count, or those that a recommendation was read from."""
    rubric = rubric_of(file.call)
    worth = {point.value: point.points for point in rubric.scale}
    weights = {c.key: c.weight for c in rubric.criteria if c.required}
    reviews = tuple(_counted(row, worth, weights) for row in rows)
    exact = [review.exact for review in reviews]
    mean = scoring.raw_mean(exact)
    means = scoring.criterion_means([review.points for review in reviews])
    # An optional criterion that nobody scored has no mean, and so no minimum to miss.
    minimums = {c.key: c.minimum_points for c in rubric.criteria if c.required or c.key in means}
    missed = scoring.failures(mean, means, overall=rubric.pass_overall, minimums=minimums) if reviews else ()
    gap = scoring.spread(exact)
    return PanelReviews(
        reviews=reviews,
        quorum=tuple(quorum_lines(panel_rules(file), [review.seat for review in reviews])),
        mean=mean,
        spread=gap,
        means=means,
        missed=tuple(missed),
        must_discuss=gap > policy_of(file.call).ranking.discuss_spread,
    )


def _counted(row: Assignment, worth: Mapping[str, Decimal], weights: Mapping[str, Decimal]) -> CountedReview:
    """`worth`: of each step of the scale; `weights`: of each required criterion."""
    assert row.total is not None  # it counts
    points = {score.criterion: worth[score.point] for score in row.scores.all() if score.point}
    return CountedReview(
        public_id=row.public_id,
        reviewer_id=row.reviewer_id,
        seat=row.seat,
        total=row.total,
        exact=scoring.unrounded(row.total, points, weights, weights),
        points=points,
        feedback=row.feedback.strip(),
        submitted_at=row.submitted_at,
    )


@dataclass(frozen=True)
class CriterionMean:
    """What the reviews give one criterion: its mean and the minimum asked, in points; whether it misses it."""

    name: str
    weight: Decimal
    mean: Decimal | None
    minimum: Decimal | None
    missed: bool


def criterion_means(rubric: Rubric, reviews: PanelReviews) -> list[CriterionMean]:
    """Each criterion of the rubric, in its order, as a `CriterionMean`."""
    return [
        CriterionMean(
            str(one.name), one.weight, reviews.means.get(one.key), one.minimum_points, one.key in reviews.missed
        )
        for one in rubric.criteria
    ]


def notes_of(assignments: Iterable[Assignment]) -> dict[int, str]:
    """Why each assignment was declined, recused or reopened, by its key: the latest reason. One that was erased is
    left out."""
    rows = Erasable.objects.filter(
        entry__subject_type=Assignment.subject,
        entry__subject_id__in=[one.pk for one in assignments],
        field="note",
        erased_at__isnull=True,
    )
    return dict(rows.order_by("entry_id").values_list("entry__subject_id", "value"))
