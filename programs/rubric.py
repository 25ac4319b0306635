"""Rubrics: criteria whose weights sum to 100, an anchored scale that declares its points, pass marks, and what
to read each
criterion against. Pure; how reviews become a score is `reviews.scoring`.

    {"scale": [{"value": "1", "points": 20, "label": {fr, en}}, …],
     "criteria": [{"key", "name": {fr, en}, "weight": 25, "required": true, "minimum": "2",
                   "anchors": {"1": {fr, en}, "3": {fr, en}, …}, "evidence": ["question_key", …]}],
     "pass": {"overall": 60, "each": "2"}}

A minimum is a value of the scale; `each` is the minimum of every criterion that gives none of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext as _

from questions.constants import Path, Problem
from questions.schema.reading import MISSING, Reader
from questions.schema.standing import Decides, Keys, Refused, done, obeyed
from work.numbers import write_number
from work.texts import Text

HUNDRED = Decimal(100)

TESTS = "tests/reviews/test_scoring.py::"
READ = "tests/builder/test_standings.py::test_every_text_of_a_bundle_is_read_by_somebody"
DESK = "reviews.views.scoring:score"
TOTAL = obeyed(
    Decides.ORDER,
    "reviews.scoring:review_total",
    TESTS + "test_a_total_depends_on_the_proportions_of_the_weights_only",
)
FAILS = obeyed(Decides.ORDER, "reviews.scoring:failures", TESTS + "test_the_pass_marks_missed_are_those_of_the_page")
READ_THERE = obeyed(Decides.WORDS, DESK, READ)
PASS: Keys = {"overall": FAILS, "each": FAILS}


@dataclass(frozen=True)
class ScalePoint:
    """One step of the scale. `value` is what a reviewer chooses ("4", "B"); `points` are out of 100."""

    KEYS: ClassVar[Keys] = {"value": TOTAL, "points": TOTAL, "label": READ_THERE}
    REFUSED: ClassVar[Mapping[str, Refused]] = {}

    value: str
    points: Decimal
    label: Text


@dataclass(frozen=True)
class Criterion:
    KEYS: ClassVar[Keys] = {
        "key": TOTAL,
        "name": READ_THERE,
        "weight": TOTAL,
        "description": READ_THERE,
        "required": obeyed(
            Decides.ORDER, "reviews.scoring:review_total", TESTS + "test_an_optional_criterion_does_not_count"
        ),
        "minimum": FAILS,
        "anchors": READ_THERE,
        "evidence": obeyed(
            Decides.WORDS,
            "reviews.views.evidence:evidence_for",
            "tests/reviews/test_panel.py::test_evidence_of_a_criterion_comes_in_its_own_order",
        ),
    }
    REFUSED: ClassVar[Mapping[str, Refused]] = {}

    key: str
    name: Text
    weight: Decimal
    description: Text
    required: bool = True
    minimum: str = ""
    minimum_points: Decimal | None = None
    anchors: Mapping[str, Text] = field(default_factory=dict, hash=False)
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rubric:
    KEYS: ClassVar[Keys] = {"scale": None, "criteria": None, "pass": None}
    REFUSED: ClassVar[Mapping[str, Refused]] = {}

    scale: tuple[ScalePoint, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    pass_overall: Decimal | None = None

    def criterion(self, key: str) -> Criterion | None:
        return next((criterion for criterion in self.criteria if criterion.key == key), None)

    def points_of(self, value: object) -> Decimal:
        """The points of a scale value; KeyError for one that is not on the scale."""
        for point in self.scale:
            if point.value == str(value):
                return point.points
        raise KeyError(value)

    @property
    def weights(self) -> dict[str, Decimal]:
        return {criterion.key: criterion.weight for criterion in self.criteria}


def parse_rubric(definition: object) -> Rubric:
    """The rubric of a definition; for a published one nothing is left out."""
    return read_rubric(definition)[0]


def check_rubric(definition: object, *, questions: Collection[str] | None = None, path: Path = ()) -> list[Problem]:
    """What keeps a rubric from being published. `questions`: the keys that evidence may name (not checked when
    None)."""
    return read_rubric(definition, questions=questions, path=path)[1]


def read_rubric(
    definition: object, *, questions: Collection[str] | None = None, path: Path = ()
) -> tuple[Rubric, list[Problem]]:
    top = Reader(definition, path)
    scale = _scale(top)
    passing = top.child("pass", required=False)
    overall, each = None, ""
    if passing:
        overall = passing.number("overall", required=False, at_least=0, at_most=100)
        each = _scale_value(passing, "each", scale)
        done(passing, PASS)
    readers = top.children("criteria", at_least=1, at_most=30)
    criteria = tuple(_criterion(reader, scale, each, questions) for reader in readers)
    top.unique(readers, [criterion.key for criterion in criteria])
    _check_weights(top, criteria)
    _check_reach(top, scale, overall)
    done(top, Rubric)
    return Rubric(scale, criteria, overall), top.problems


def _scale(top: Reader) -> tuple[ScalePoint, ...]:
    points: list[ScalePoint] = []
    for reader in top.children("scale", at_least=2, at_most=20):
        value = _step(reader)
        worth = reader.number("points", at_least=0, at_most=100)
        label = reader.text("label", max_length=200)
        done(reader, ScalePoint)
        if any(point.value == value for point in points):
            reader.problem(_("“%(value)s” is written twice.") % {"value": value}, "value")
        elif worth is not None and any(point.points == worth for point in points):
            reader.problem(_("Two steps of the scale are worth the same points."), "points")
        points.append(ScalePoint(value, Decimal(0) if worth is None else worth, label))
    return tuple(points)


def _step(reader: Reader) -> str:
    """What a reviewer chooses: a whole number or a letter or word."""
    value = reader.take("value", required=True)
    if value is not MISSING and (isinstance(value, bool) or not isinstance(value, int | str)):
        reader.problem(_("A text was expected here."), "value")
    return "" if value is MISSING else str(value)


def _scale_value(reader: Reader, key: str, scale: Sequence[ScalePoint]) -> str:
    """A value of the scale, written as a number or a letter; "" where there is none."""
    value = reader.take(key)
    if value is MISSING:
        return ""
    values = [point.value for point in scale]
    if str(value) not in values:
        reader.problem(
            _("“%(value)s” is not on the scale: %(choices)s.") % {"value": value, "choices": ", ".join(values)}, key
        )
        return ""
    return str(value)


def _criterion(reader: Reader, scale: Sequence[ScalePoint], each: str, questions: Collection[str] | None) -> Criterion:
    key = reader.key()
    name = reader.text("name", max_length=200)
    weight = reader.number("weight", at_least=0, at_most=100, places=4)
    if weight is not None and weight == 0:
        reader.problem(_("A criterion with no weight counts for nothing; remove it."), "weight")
    description = reader.text("description", required=False)
    required = reader.boolean("required", default=True)
    own = _scale_value(reader, "minimum", scale) or each
    anchors = _anchors(reader, scale)
    evidence = reader.strings("evidence")
    for index, question in enumerate(evidence):
        if questions is not None and question not in questions:
            reader.problem(_("No question has the key “%(name)s”.") % {"name": question}, "evidence", index)
    done(reader, Criterion)
    least = next((point.points for point in scale if point.value == own), None)
    return Criterion(key, name, weight or Decimal(0), description, required, own, least, anchors, evidence)


def _anchors(reader: Reader, scale: Sequence[ScalePoint]) -> dict[str, Text]:
    """What a step looks like, in words. At least the two ends of the scale are described."""
    inner = reader.child("anchors", required=True)
    if inner is None:
        return {}
    values = [point.value for point in scale]
    out = {}
    for raw in list(inner.node):
        if str(raw) in values:
            out[str(raw)] = inner.text(raw)
        else:
            inner.take(raw)
            inner.problem(
                _("“%(value)s” is not on the scale: %(choices)s.") % {"value": raw, "choices": ", ".join(values)}, raw
            )
    for end in {values[0], values[-1]} if values else ():
        if end not in out:
            reader.problem(_("The anchor of “%(value)s” is missing.") % {"value": end}, "anchors")
    return out


def _check_weights(top: Reader, criteria: Sequence[Criterion]) -> None:
    total = sum((criterion.weight for criterion in criteria), Decimal(0))
    if criteria and total != HUNDRED:
        top.problem(
            _("The weights of the criteria add up to %(total)s; they must add up to 100.")
            % {"total": write_number(total)},
            "criteria",
        )
    if criteria and not any(criterion.required for criterion in criteria):
        top.problem(_("At least one criterion must be required."), "criteria")


def _check_reach(top: Reader, scale: Sequence[ScalePoint], overall: Decimal | None) -> None:
    """A pass mark that the best score cannot reach refuses everybody."""
    best = max((point.points for point in scale), default=None)
    if overall is not None and best is not None and overall > best:
        top.problem(
            _("The pass mark, %(mark)s, is above the best possible score, %(best)s.")
            % {"mark": format(overall, "f"), "best": format(best, "f")},
            "pass",
            "overall",
        )
