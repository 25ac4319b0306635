"""From scores to a ranking. Pure: numbers in, numbers out.

What is added up and divided is exact, a `Fraction`; what comes out is a `Decimal`, rounded once: nothing is counted
from a figure that was rounded. `docs/scoring.md` has the worked tables that the tests read. Points come from the scale
(`programs.rubric`): nothing is inferred. Raw means order the files; pass marks are asked of the raw mean, never of
another column.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

PLACES = 4
ZERO = Decimal(0)


def rounded(value: Fraction) -> Decimal:
    """A score as it is stored, shown and compared: four decimals, half up. It is never below zero."""
    top, bottom = value.as_integer_ratio()
    return Decimal((2 * top * 10**PLACES + bottom) // (2 * bottom)).scaleb(-PLACES)


def exact_total(points: Mapping[str, Decimal], weights: Mapping[str, Decimal], required: Iterable[str]) -> Fraction:
    """The total of one review, as `review_total`, before it is rounded."""
    keys = list(required)
    weight = sum((weights[key] for key in keys), ZERO)
    return Fraction(sum((weights[key] * points[key] for key in keys), ZERO)) / Fraction(weight)


def review_total(points: Mapping[str, Decimal], weights: Mapping[str, Decimal], required: Iterable[str]) -> Decimal:
    """The total of one review, 0 to 100: `Σ w_c · points_c / Σ w_c` over the required criteria.

    `points` by criterion key, out of 100; `weights` by key. An optional criterion does not count. KeyError for a
    required criterion without points: an unfinished review is never a zero.
    """
    return rounded(exact_total(points, weights, required))


def unrounded(
    total: Decimal, points: Mapping[str, Decimal], weights: Mapping[str, Decimal], required: Collection[str]
) -> Fraction:
    """The `total` that a review's row keeps, before it was rounded: what its `points` come to. The total itself, where
    they are not those that it was made of."""
    if all(key in points for key in required):
        exact = exact_total(points, weights, required)
        if rounded(exact) == total:
            return exact
    return Fraction(total)


def raw_mean(totals: Sequence[Fraction]) -> Decimal | None:
    """The mean of a file's submitted, unconflicted reviews, from their exact totals; None without any."""
    return rounded(sum(totals, Fraction(0)) / len(totals)) if totals else None


def spread(totals: Sequence[Fraction]) -> Decimal:
    """How far apart the highest and lowest exact totals of a file are, in points."""
    return rounded(max(totals) - min(totals)) if totals else ZERO


def criterion_means(reviews: Sequence[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    """The mean points of each criterion over the reviews that scored it."""
    gathered: dict[str, list[Decimal]] = {}
    for review in reviews:
        for key, points in review.items():
            gathered.setdefault(key, []).append(points)
    return {key: rounded(Fraction(sum(points, ZERO)) / len(points)) for key, points in gathered.items()}


def failures(
    mean: Decimal | None,
    means: Mapping[str, Decimal],
    *,
    overall: Decimal | None,
    minimums: Mapping[str, Decimal | None],
) -> list[str]:
    """Which pass marks a file misses: `"overall"` and keys of criteria; an empty list when it passes.

    `overall` and `minimums` are in points out of 100; None asks nothing. A file without a mean misses `"overall"`.
    """
    missed = []
    if mean is None or (overall is not None and mean < overall):
        missed.append("overall")
    missed += [key for key, least in minimums.items() if least is not None and means.get(key, ZERO) < least]
    return missed


class Line(StrEnum):
    """What the funding line does with the first file that does not fit what is left."""

    STRICT = "strict"  # stop there
    FILL = "fill"  # skip it and go on
    PARTIAL = "partial"  # offer it what is left, if above the applicant's stated minimum, then stop


@dataclass(frozen=True)
class Entrant:
    """One file in a ranking. `score` orders it; `asked` is in dollars; `ties` break ties, in order, highest first."""

    key: str
    score: Decimal | None
    asked: Decimal
    passes: bool
    minimum: Decimal | None = None
    ties: tuple[Decimal, ...] = ()


@dataclass(frozen=True)
class Placed:
    """A file with its rank (None when it does not pass), what the line offers it, and the running total."""

    key: str
    rank: int | None
    offer: Decimal
    running: Decimal
    funded: bool
    tied: bool


def draw_line(entrants: Sequence[Entrant], *, available: Decimal, line: Line = Line.STRICT) -> list[Placed]:
    """Rank files and draw the funding line against `available` dollars.

    Those that pass come first, by score, then by the declared tie-breaks; the rest keep their score's order and no
    rank. Two files equal to the last tie-break share a rank and are marked `tied`: the key orders them on the page,
    and only a draw or the panel settles it.
    """
    passing = sorted((e for e in entrants if e.passes), key=_order)
    failing = sorted((e for e in entrants if not e.passes), key=_order)
    orders = [_order(e)[:-1] for e in passing]
    alike = Counter(orders)
    firsts: dict[tuple[Decimal | str, ...], int] = {}
    for place, order in enumerate(orders):
        firsts.setdefault(order, place)
    left, running, stopped = available, ZERO, False
    placed = []
    for place, entrant in enumerate(passing):
        offer = ZERO
        if not stopped:
            if entrant.asked <= left:
                offer = entrant.asked
            elif line == Line.PARTIAL and left > 0 and entrant.minimum is not None and left >= entrant.minimum:
                offer, stopped = left, True
            else:
                stopped = line != Line.FILL
        left -= offer
        running += entrant.asked
        order = orders[place]
        placed.append(Placed(entrant.key, firsts[order] + 1, offer, running, offer > 0, alike[order] > 1))
    placed += [Placed(e.key, None, ZERO, running, False, False) for e in failing]
    return placed


def _order(entrant: Entrant) -> tuple[Decimal | str, ...]:
    score = entrant.score if entrant.score is not None else Decimal(-1)
    return (-score, *(-tie for tie in entrant.ties), entrant.key)
