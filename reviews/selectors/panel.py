"""What a file's reviews say together: the quorum, the mean, the spread, the pass marks; and why one left the panel."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from applications.models import Application
from audit.models import Erasable
from programs.rubric import Rubric
from programs.selectors import policy_of, rubric_of
from reviews import scoring
from reviews.checks import fill
from reviews.models import Assignment


def quorum(application: Application) -> tuple[int, int]:
    """`(counted, needed)`: unconflicted reviews in, and how many the panel rule needs, seat by seat.

    A seat counts no more than it needs, so that three reviews of the cluster never stand in for one of industry.
    """
    lines = fill(application, application.assignments.counted().values_list("seat", flat=True))
    return sum(line.have for line in lines), sum(line.needed for line in lines)


@dataclass(frozen=True)
class FileScores:
    """What a file's reviews say together. Points out of 100."""

    totals: tuple[Decimal, ...]
    mean: Decimal | None
    spread: Decimal
    means: dict[str, Decimal]
    missed: tuple[str, ...]
    must_discuss: bool

    @property
    def passes(self) -> bool:
        return not self.missed


def file_scores(
    application: Application, rubric: Rubric | None = None, reviews: Sequence[Assignment] | None = None
) -> FileScores:
    """The `FileScores` of an application, from its counted reviews (prefetched `reviews` spare the query)."""
    rubric = rubric or rubric_of(application.call)
    if reviews is None:
        reviews = list(application.assignments.counted().prefetch_related("scores").order_by("id"))
    worth = {point.value: point.points for point in rubric.scale}
    points = [{s.criterion: worth[s.point] for s in review.scores.all() if s.point} for review in reviews]
    totals = tuple(review.total for review in reviews if review.total is not None)
    mean = scoring.raw_mean(totals)
    means = scoring.criterion_means(points)
    # An optional criterion that nobody scored has no mean, and so no minimum to miss.
    minimums = {c.key: c.minimum_points for c in rubric.criteria if c.required or c.key in means}
    missed = scoring.failures(mean, means, overall=rubric.pass_overall, minimums=minimums)
    gap = scoring.spread(totals)
    return FileScores(totals, mean, gap, means, tuple(missed), gap > policy_of(application.call).ranking.discuss_spread)


@dataclass(frozen=True)
class CriterionMean:
    """What the reviews give one criterion: its mean and the minimum asked, in points; whether it misses it."""

    name: str
    weight: Decimal
    mean: Decimal | None
    minimum: Decimal | None
    missed: bool


def criterion_means(rubric: Rubric, scores: FileScores) -> list[CriterionMean]:
    """Each criterion of the rubric, in its order, as a `CriterionMean`."""
    return [
        CriterionMean(
            str(one.name), one.weight, scores.means.get(one.key), one.minimum_points, one.key in scores.missed
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
