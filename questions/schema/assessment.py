"""What an assessment grid says of each axis: averages before and after, and the full levels gained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from questions.schema.definition import Question
from work.texts import Text


@dataclass(frozen=True)
class Gain:
    """One axis. Averages at two decimals, for showing; `levels` is counted on the exact averages."""

    axis: str
    label: Text
    before: Decimal
    after: Decimal
    levels: int


def level_gains(question: Question, value: Mapping[str, Mapping[str, int]] | None) -> list[Gain]:
    """The gain of each axis of a valid answer, in order. A full level is a whole point of the axis's average;
    a loss is 0.

    An axis with a process not yet assessed is left out.
    """
    out = []
    for axis in question.axes:
        pairs = [(value or {}).get(process.key) or {} for process in axis.processes]
        if not pairs or not all(pair.get("before") and pair.get("after") for pair in pairs):
            continue
        before = Fraction(sum(int(pair["before"]) for pair in pairs), len(pairs))
        after = Fraction(sum(int(pair["after"]) for pair in pairs), len(pairs))
        out.append(Gain(axis.key, axis.label, _shown(before), _shown(after), max(0, (after - before).__floor__())))
    return out


def _shown(average: Fraction) -> Decimal:
    exact = Decimal(average.numerator) / Decimal(average.denominator)
    return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
