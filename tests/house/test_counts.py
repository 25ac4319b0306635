"""Reviews are counted and averaged in one place (`reviews/selectors/panel.py`): whoever else opens them says why."""

import ast
import re

import pytest

from tests.house.test_imports import APPS, ROOT

OWNER = "reviews/selectors/panel.py"
ARITHMETIC = {"raw_mean", "spread", "criterion_means", "failures"}
CONTENT = {"total", "feedback", "scores"}  # of an assignment: what one review says
# Why a module opens what a review says, reaches for reviews itself, or computes of them, without being the owner.
ALLOWED = {
    # One review, of the person who writes it: what it lacks, what is saved of it, its own total.
    ("reviews/checks/panel.py", "content"): "what one review lacks before it is submitted",
    ("reviews/facts.py", "content"): "the same, and its total",
    ("reviews/reactions.py", "content"): "keeps the total of the review submitted",
    ("reviews/selectors/queue.py", "content"): "how far each file of one's own queue is",
    ("reviews/services/scores.py", "content"): "what was saved of one's review in another tab",
    ("reviews/views/scoring.py", "content"): "the same, on the page",
    ("reviews/views/submission.py", "content"): "the last page of one's own review",
    # One review, as it is read, whether it counts or not.
    ("reviews/views/acts.py", "content"): "an officer's or the chair's page of one review",
    ("reviews/views/evidence.py", "content"): "a review written out",
    ("reviews/views/submission.py", "counted"): "the words of the others, to who has given theirs",
    # What writes invented reviews.
    ("demo/seed/__init__.py", "reviews"): "the demonstration fills queues",
    ("demo/seed/chunk.py", "reviews"): "the demonstration writes rows",
    ("demo/seed/panels.py", "reviews"): "the same",
    ("demo/seed/panels.py", "arithmetic"): "the demonstration invents totals and keeps their mean",
    ("demo/story.py", "reviews"): "the demonstration plays a reviewer",
}


def opens(place, tree):
    """Which of these a module does: `reviews` (reaches for them from another app), `counted`, `content`,
    `arithmetic`."""
    own = place.startswith("reviews/")
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module="reviews.models", names=names) if not own:
                if {"Assignment", "Score"} & {name.name for name in names}:
                    yield "reviews"
            case ast.Attribute(attr="assignments") if not own:
                yield "reviews"
            case ast.Constant(value=str(text)) if not own and re.fullmatch(r"(\w+__)?assignments(__\w+)?", text):
                yield "reviews"
            case ast.Call(func=ast.Attribute(value=rows, attr="counted" | "beside")):
                if own or re.search(r"assignment|review", ast.unparse(rows), re.IGNORECASE):
                    yield "counted"
            case ast.Attribute(value=of, attr=attr) if own and attr in CONTENT and _is_a_review(of):
                yield "content"
            case ast.Call(func=ast.Attribute(attr="values" | "values_list"), args=args) if own:
                if CONTENT & {one.value for one in args if isinstance(one, ast.Constant)}:
                    yield "content"
            case ast.Attribute(value=ast.Name(id="scoring"), attr=attr) if attr in ARITHMETIC:
                yield "arithmetic"


def _is_a_review(of):
    """Modules named after scores are none, nor the facts of a move, nor an amount in its parts."""
    return ast.unparse(of) not in ("self", "reviews.services", "reviews.forms", "reviews.views", "queue", "requested")


def test_reviews_are_opened_and_computed_of_by_their_owner_and_who_says_why():
    found = set()
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            place = path.relative_to(ROOT).as_posix()
            if "/migrations/" not in place and place != OWNER:
                found |= {(place, what) for what in opens(place, ast.parse(path.read_text()))}
    assert sorted(found ^ ALLOWED.keys()) == []


def test_pages_compute_nothing_of_reviews():
    """A page says what one review says, where it shows that review; the rest it is given."""
    said = re.compile(r"(?<!form)(?<!queue)(?<!parts)\.(?:total|feedback|scores|assignments)\b")
    pages = [path for app in ("reviews", "decisions", "letters") for path in (ROOT / "templates" / app).rglob("*.html")]
    # One review written out; the total of each row of a panel, and of what one did before.
    assert {path.name for path in pages if said.search(path.read_text())} == {"_review.html", "file.html", "past.html"}


@pytest.mark.parametrize(
    ("place", "text", "what"),
    [
        ("desk/selectors/x.py", "from reviews.models import Assignment", "reviews"),
        ("letters/x.py", "application.assignments.all()", "reviews"),
        ("reports/x.py", 'rows.prefetch_related("application__assignments")', "reviews"),
        ("decisions/x.py", "file.assignments.counted()", "counted"),
        ("reviews/x.py", "rows.counted().count()", "counted"),
        ("reviews/x.py", "Assignment.objects.beside(one)", "counted"),
        ("reviews/x.py", "sum(one.total for one in rows)", "content"),
        ("reviews/x.py", "[row.feedback for row in rows]", "content"),
        ("reviews/x.py", 'rows.values_list("total", flat=True)', "content"),
        ("reviews/x.py", "scoring.raw_mean(totals)", "arithmetic"),
    ],
)
def test_what_this_file_refuses_is_seen(place, text, what):
    assert what in set(opens(place, ast.parse(text)))


def test_what_others_count_is_none_of_this():
    assert set(opens("decisions/x.py", ast.parse("decision.steps.counted(); job.total"))) == set()
