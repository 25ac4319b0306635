"""A question written back as the plain mapping that `read_question` reads."""

from __future__ import annotations

import datetime
from decimal import Decimal

from questions.conditions import to_text
from questions.constants import QuestionType
from questions.schema.definition import Axis, Option, Question
from work.texts import Text


def question_as_written(question: Question) -> dict[str, object]:
    """What a definition holds of the question; `read_question(Reader(…))` gives it again, its place aside."""
    out: dict[str, object] = {"key": question.key, "type": str(question.type), "label": question.label.as_dict()}
    if question.help:
        out["help"] = question.help.as_dict()
    if question.required:
        out["required"] = True
    for name in ("required_when", "shown_when"):
        if (tree := getattr(question, name)) is not None:
            out[name] = to_text(tree)
    if question.text:
        out["text" if question.type == QuestionType.GUIDANCE else "statement"] = question.text.as_dict()
    lists = {
        "options": [_option(option) for option in question.options],
        "columns": [question_as_written(column) for column in question.columns],
        "axes": [_axis(axis) for axis in question.axes],
        "levels": [_option(level) | {"key": int(level.key or 0)} for level in question.levels],
    }
    limits = {name: _plain(value) for name, value in question.limits.items()}
    return out | {name: value for name, value in lists.items() if value} | limits


def _option(option: Option) -> dict[str, object]:
    out: dict[str, object] = {"key": option.key, "label": option.label.as_dict()}
    return out | ({"help": option.help.as_dict()} if option.help else {})


def _axis(axis: Axis) -> dict[str, object]:
    processes = [_option(process) for process in axis.processes]
    return {"key": axis.key, "label": axis.label.as_dict(), "processes": processes}


def _plain(value: object) -> object:
    """A limit as a definition writes it: whole numbers as themselves, other numbers and days as text."""
    if isinstance(value, Decimal):
        return int(value) if value.as_tuple().exponent == 0 else format(value, "f")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Text):
        return value.as_dict()
    return list(value) if isinstance(value, tuple) else value
