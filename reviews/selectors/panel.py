"""What a file's reviews say together: the quorum, the mean, the spread, the pass marks."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from applications.models import Application
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
