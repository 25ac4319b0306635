"""The tables of docs/scoring.md, computed again; and what holds for any numbers."""

import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews import scoring
from reviews.scoring import Entrant, Line, draw_line

DOC = (Path(__file__).resolve().parents[2] / "docs" / "scoring.md").read_text(encoding="utf-8")
WEIGHTS = {"fit": Decimal(25), "plan": Decimal(30), "team": Decimal(20), "benefit": Decimal(15), "env": Decimal(10)}


def table(title, place=0):
    """The rows of a table under a heading, the first unless told, as lists of texts."""
    part = DOC.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    tables = re.findall(r"(?:^\|.*\n?)+", part, re.MULTILINE)
    lines = tables[place].splitlines()[2:]
    assert lines, title
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("row", table("The total of one review"))
def test_the_total_of_a_review_is_the_one_of_the_page(row):
    points = dict(zip(WEIGHTS, map(Decimal, row[:5]), strict=True))
    assert str(scoring.review_total(points, WEIGHTS, WEIGHTS)) == row[5]


def test_an_optional_criterion_does_not_count():
    points = {"fit": Decimal(80), "plan": Decimal(60), "env": Decimal(0)}
    assert scoring.review_total(points, WEIGHTS, ["fit", "plan"]) == Decimal("69.0909")


def test_a_required_criterion_without_points_is_never_a_zero():
    with pytest.raises(KeyError):
        scoring.review_total({"fit": Decimal(80)}, WEIGHTS, ["fit", "plan"])


@pytest.mark.parametrize("row", table("The raw mean of a file"))
def test_the_raw_mean_and_the_gap_are_those_of_the_page(row):
    totals = [Fraction(cell) for cell in row[1:6] if cell]
    assert (str(scoring.raw_mean(totals)), scoring.spread(totals)) == (row[6], Decimal(row[7]))


@pytest.mark.parametrize("row", table("The raw mean of a file", 1))
def test_files_of_the_same_exact_mean_have_the_same_mean(row):
    totals = [Fraction(cell) for cell in row[:3]]
    assert (str(scoring.raw_mean(totals)), str(scoring.spread(totals))) == (row[3], row[4])


def test_gap_is_that_of_the_exact_totals():
    assert scoring.spread([Fraction(5900, 90), Fraction(4900, 90)]) == Decimal("11.1111")  # 65.5556 less 54.4444


def test_a_file_without_reviews_has_no_mean():
    assert scoring.raw_mean([]) is None
    assert scoring.failures(None, {}, overall=None, minimums={}) == ["overall"]


@pytest.mark.parametrize("row", table("Pass marks"))
def test_the_pass_marks_missed_are_those_of_the_page(row):
    mean, lowest, overall, each = (Decimal(cell) if cell else None for cell in row[:4])
    missed = scoring.failures(mean, {"criterion": lowest}, overall=overall, minimums={"criterion": each})
    assert ", ".join(missed) == row[4]


def entrants(cells):
    """ "60, 50 (40), 30": what files ask, best first, with their stated minimum."""
    found = []
    for place, cell in enumerate(cells.split(", ")):
        asked, _, least = cell.partition(" (")
        minimum = Decimal(least.rstrip(")")) if least else None
        found.append(Entrant(f"f{place}", Decimal(90 - place), Decimal(asked), True, minimum))
    return found


@pytest.mark.parametrize("row", table("The line"))
def test_the_line_falls_where_the_page_says(row):
    placed = draw_line(entrants(row[2]), available=Decimal(row[1]), line=Line(row[0]))
    assert ", ".join(str(one.offer) for one in placed) == row[3]


def test_ties_are_broken_in_the_declared_order_then_shared():
    rows = table("Ties")
    files = [Entrant(r[0], Decimal(r[1]), Decimal(1), True, ties=(Decimal(r[2]), Decimal(r[3]))) for r in rows]
    placed = {one.key: one for one in draw_line(files, available=Decimal(100))}
    assert {r[0]: (str(placed[r[0]].rank), "yes" if placed[r[0]].tied else "no") for r in rows} == {
        r[0]: (r[4], r[5]) for r in rows
    }


def test_a_file_that_does_not_pass_has_no_rank_and_stops_nothing():
    files = [
        Entrant("low", Decimal(90), Decimal(500), passes=False),
        Entrant("high", Decimal(70), Decimal(60), passes=True),
    ]
    placed = draw_line(files, available=Decimal(100))
    assert [(one.key, one.rank, one.offer) for one in placed] == [("high", 1, Decimal(60)), ("low", None, Decimal(0))]


points = st.integers(0, 100).map(Decimal)
dollars = st.integers(0, 20_000_000).map(lambda n: Decimal(n) / 100)
files = st.lists(st.tuples(points, dollars, st.booleans(), st.none() | dollars, points), min_size=0, max_size=12).map(
    lambda rows: [
        Entrant(f"f{n:02}", score, asked, passes, least, (tie,))
        for n, (score, asked, passes, least, tie) in enumerate(rows)
    ]
)


@given(files, dollars, st.sampled_from(Line), st.randoms(use_true_random=False))
def test_the_ranking_does_not_depend_on_the_order_it_was_read_in(found, available, line, random):
    shuffled = found[:]
    random.shuffle(shuffled)
    assert draw_line(found, available=available, line=line) == draw_line(shuffled, available=available, line=line)


@given(files, dollars, st.sampled_from(Line))
def test_the_line_never_offers_more_than_is_available_nor_than_is_asked(found, available, line):
    asked = {one.key: one for one in found}
    placed = draw_line(found, available=available, line=line)
    assert sum((one.offer for one in placed), Decimal(0)) <= available
    for one in placed:
        assert Decimal(0) <= one.offer <= asked[one.key].asked
        assert one.offer == 0 or asked[one.key].passes
        if one.offer and one.offer < asked[one.key].asked:
            assert line == Line.PARTIAL
            assert one.offer >= asked[one.key].minimum


@given(st.lists(st.tuples(points, st.integers(1, 60).map(Decimal)), min_size=1, max_size=8), st.integers(1, 9))
def test_a_total_depends_on_the_proportions_of_the_weights_only(rows, times):
    given_points = {str(n): row[0] for n, row in enumerate(rows)}
    weights = {str(n): row[1] for n, row in enumerate(rows)}
    larger = {key: weight * times for key, weight in weights.items()}
    total = scoring.review_total(given_points, weights, weights)
    assert total == scoring.review_total(given_points, larger, weights)
    assert min(given_points.values()) <= total <= max(given_points.values())


@given(
    st.lists(st.integers(1, 9999).map(lambda n: Decimal(n) / 100), min_size=1, max_size=6).flatmap(
        lambda weights: st.tuples(st.just(weights), st.lists(
            st.lists(points, min_size=len(weights), max_size=len(weights)), min_size=1, max_size=5
        ))
    ),
    st.randoms(use_true_random=False),
)  # fmt: skip
def test_files_whose_means_are_equal_tie_whatever_the_weights(given_to, random):
    """The points of each criterion, dealt again among the reviews of a file, leave its mean what it was."""
    weights, reviews = given_to
    columns = [list(column) for column in zip(*reviews, strict=True)]
    for column in columns:
        random.shuffle(column)
    weights = dict(enumerate(weights))

    def mean(rows):
        return scoring.raw_mean([scoring.exact_total(dict(enumerate(row)), weights, weights) for row in rows])

    both = {"a": reviews, "b": list(zip(*columns, strict=True))}
    found = [Entrant(key, mean(rows), Decimal(1), True) for key, rows in both.items()]
    placed = draw_line(found, available=Decimal(2))
    assert [(one.rank, one.tied) for one in placed] == [(1, True), (1, True)]


@given(st.lists(points, min_size=2, max_size=2), st.sampled_from([3, 7, 9, 11, 90]), st.integers(0, 99))
def test_total_that_a_row_keeps_is_that_of_its_points_or_itself(given_points, weight, other):
    points, weights = dict(enumerate(given_points)), {0: Decimal(weight), 1: Decimal(100)}
    exact = scoring.exact_total(points, weights, weights)
    assert scoring.unrounded(scoring.rounded(exact), points, weights, weights) == exact
    assert scoring.unrounded(Decimal(other), {}, weights, weights) == other  # a row without its points
    apart = scoring.rounded(exact) + Decimal("0.0001")
    assert scoring.unrounded(apart, points, weights, weights) == Fraction(apart)  # which are not its own


@given(st.lists(points.map(Fraction), min_size=1, max_size=9), st.randoms(use_true_random=False))
def test_the_mean_lies_between_the_totals_whatever_their_order(totals, random):
    shuffled = totals[:]
    random.shuffle(shuffled)
    assert scoring.raw_mean(totals) == scoring.raw_mean(shuffled)
    assert min(totals) <= scoring.raw_mean(totals) <= max(totals)
    assert scoring.spread(totals) == scoring.spread(shuffled) >= 0
