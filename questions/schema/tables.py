"""Answers that are tables: a list of rows (mappings), blank rows dropped, each fault at its row and column.

budget      category, description, amount, kind (cash | in_kind), recoverable_tax, date_from, date_to; partner,
            fiscal_year where asked
financing   kind, source, amount, government, confirmed
milestones  title, deliverable, from (may be empty), until
indicators  indicator, unit, baseline, target, method (may be empty), by (date, may be empty)
group       its own columns
assessment  {process: {"before": level, "after": level}}
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from questions.constants import CostKind, FinancingKind, QuestionType
from questions.schema import values
from questions.schema.definition import Option, Question
from questions.schema.faults import Fault, Outcome
from work.texts import Text, is_blank

MAX_ROWS = 200
_Rows = list[tuple[int, dict[str, Any]]]  # each with the number it was typed at


def _column(key: str, kind: QuestionType, *, required: bool = True, **more: Any) -> Question:
    return Question(key, kind, Text(), required=required, **more)


def _choices(choices: type[TextChoices]) -> tuple[Option, ...]:
    return tuple(Option(value, Text()) for value in choices.values)


def budget_columns(question: Question) -> list[Question]:
    """The columns of a budget table, with those the form asks for (`by_partner`, `by_year`)."""
    columns = [
        _column("category", QuestionType.ONE_OF, options=question.options),
        _column("description", QuestionType.SHORT_TEXT),
        _column("amount", QuestionType.MONEY),
        _column("kind", QuestionType.ONE_OF, required=False, options=_choices(CostKind)),
        _column("recoverable_tax", QuestionType.MONEY, required=False),
        _column("date_from", QuestionType.DATE, required=bool(question.limits.get("dated"))),
        _column("date_to", QuestionType.DATE, required=bool(question.limits.get("dated"))),
    ]
    if question.limits.get("by_partner"):
        columns.append(_column("partner", QuestionType.SHORT_TEXT))
    if question.limits.get("by_year"):
        columns.append(_column("fiscal_year", QuestionType.INTEGER, limits={"min": 2000, "max": 2100}))
    return columns


FINANCING_COLUMNS = [
    _column("kind", QuestionType.ONE_OF, options=_choices(FinancingKind)),
    _column("source", QuestionType.SHORT_TEXT),
    _column("amount", QuestionType.MONEY),
    _column("government", QuestionType.YES_NO, required=False),
    _column("confirmed", QuestionType.YES_NO, required=False),
]
MILESTONE_COLUMNS = [
    _column("title", QuestionType.SHORT_TEXT),
    _column("deliverable", QuestionType.SHORT_TEXT, limits={"max_length": 500}),
    _column("from", QuestionType.DATE, required=False),
    _column("until", QuestionType.DATE),
]
INDICATOR_COLUMNS = [
    _column("indicator", QuestionType.SHORT_TEXT),
    _column("unit", QuestionType.SHORT_TEXT, limits={"max_length": 60}),
    _column("baseline", QuestionType.DECIMAL),
    _column("target", QuestionType.DECIMAL),
    _column("method", QuestionType.SHORT_TEXT, required=False, limits={"max_length": 500}),
    _column("by", QuestionType.DATE, required=False),
]


def columns_of(question: Question) -> list[Question]:
    """The columns of any table question."""
    match question.type:
        case QuestionType.BUDGET:
            return budget_columns(question)
        case QuestionType.FINANCING:
            return FINANCING_COLUMNS
        case QuestionType.MILESTONES:
            return MILESTONE_COLUMNS
        case QuestionType.INDICATORS:
            return INDICATOR_COLUMNS
    return list(question.columns)


def check_cell(column: Question, cell: object, *, today: date | None = None) -> Outcome:
    """What is typed in one cell, checked as the type of its column says."""
    assert column.type is not None  # what is answered is published, with types that are known
    return values.CHECKS[column.type](column, cell, today=today)


def _is_blank(value: object) -> bool:
    return value is None or value is False or (isinstance(value, str) and is_blank(value)) or value in ([], {})


def _rows(question: Question, value: object, today: date | None) -> tuple[_Rows | None, list[Fault]]:
    """(clean rows, faults): blank rows dropped, every cell checked by its column. A row's number is the one it
    was typed at."""
    if not isinstance(value, list | tuple) or not all(isinstance(row, Mapping) or _is_blank(row) for row in value):
        return None, [Fault(_("Fill in the table row by row."))]
    if len(value) > MAX_ROWS:
        return None, [Fault(_("Rows that a table may have: %(count)s, at most.") % {"count": MAX_ROWS})]
    columns = columns_of(question)
    defaults: dict[str, set[object]] = {"kind": {"", None, "cash"}} if question.type == QuestionType.BUDGET else {}
    clean: _Rows = []
    faults: list[Fault] = []
    for number, row in enumerate(value):
        cells = {column.key: (row or {}).get(column.key) for column in columns}
        if all(_is_blank(cell) or cell in defaults.get(key, ()) for key, cell in cells.items()):
            continue
        out: dict[str, Any] = {}
        for column in columns:
            cell = cells[column.key]
            if _is_blank(cell) and column.type != QuestionType.YES_NO:
                if column.required:
                    faults.append(Fault(_("Fill in this cell."), (number, column.key)))
                continue
            if cell is None or (isinstance(cell, str) and is_blank(cell)):
                if column.required:
                    faults.append(Fault(_("Choose yes or no."), (number, column.key)))
                continue
            out[column.key], wrong = check_cell(column, cell, today=today)
            faults += [fault.under(number, column.key) for fault in wrong]
        clean.append((number, out))
    return clean, faults


def _counted(question: Question, clean: _Rows, faults: list[Fault]) -> Outcome:
    least, most = question.limits.get("min_rows"), question.limits.get("max_rows")
    if least and len(clean) < least:
        message = ngettext("Fill in at least %(count)s row.", "Fill in at least %(count)s rows.", least)
        faults.append(Fault(message % {"count": least}))
    if most and len(clean) > most:
        message = ngettext("Fill in at most %(count)s row.", "Fill in at most %(count)s rows.", most)
        faults.append(Fault(message % {"count": most}))
    return (None, faults) if faults else ([row for _number, row in clean], [])


def group(question: Question, value: object, *, today: date | None = None) -> Outcome:
    clean, faults = _rows(question, value, today)
    return (None, faults) if clean is None else _counted(question, clean, faults)


def budget(question: Question, value: object, *, today: date | None = None) -> Outcome:
    clean, faults = _rows(question, value, today)
    if clean is None:
        return None, faults
    for number, row in clean:
        row.setdefault("kind", CostKind.CASH.value)
        start, end = row.get("date_from"), row.get("date_to")
        if start and end and end < start:
            faults.append(Fault(_("The last day comes before the first."), (number, "date_to")))
    return _counted(question, clean, faults)


def financing(question: Question, value: object, *, today: date | None = None) -> Outcome:
    clean, faults = _rows(question, value, today)
    if clean is None:
        return None, faults
    for number, row in clean:
        row["confirmed"] = bool(row.get("confirmed"))
        if row.get("kind") == "tax_credit":  # a credit is always the State's
            row["government"] = True
        row["government"] = bool(row.get("government"))
        if row["government"] and row.get("kind") in ("own", "bank"):
            faults.append(Fault(_("Own funds and bank financing are not government aid."), (number, "government")))
    return _counted(question, clean, faults)


def milestones(question: Question, value: object, *, today: date | None = None) -> Outcome:
    clean, faults = _rows(question, value, today)
    if clean is None:
        return None, faults
    for number, row in clean:
        start, end = row.get("from"), row.get("until")
        if start and end and end < start:
            faults.append(Fault(_("The last day comes before the first."), (number, "until")))
    days = sorted(day for _number, row in clean for day in (row.get("from"), row.get("until")) if day)
    most = question.limits.get("max_months")
    if most and days and not faults:
        first, _wrong = values.read_day(days[0])
        last, _wrong = values.read_day(days[-1])
        assert first is not None  # the column has checked both
        assert last is not None
        if last > values.add_months(first, most):
            message = ngettext(
                "The plan lasts more than %(count)s month, from %(first)s to %(last)s.",
                "The plan lasts more than %(count)s months, from %(first)s to %(last)s.",
                most,
            )
            faults.append(Fault(message % {"count": most, "first": days[0], "last": days[-1]}))
    return _counted(question, clean, faults)


def indicators(question: Question, value: object, *, today: date | None = None) -> Outcome:
    clean, faults = _rows(question, value, today)
    return (None, faults) if clean is None else _counted(question, clean, faults)


def assessment(question: Question, value: object, *, today: date | None = None) -> Outcome:
    """Every process has a level before and a level after, each on the scale, and the one after is not lower."""
    if not isinstance(value, Mapping):
        return None, [Fault(_("Choose a level before and after for each process."))]
    levels = {level.key for level in question.levels}
    clean: dict[str, dict[str, int]] = {}
    faults: list[Fault] = []
    for axis in question.axes:
        for process in axis.processes:
            given = value.get(process.key)
            given = given if isinstance(given, Mapping) else {}
            pair: dict[str, int] = {}
            for moment in ("before", "after"):
                level = str(given.get(moment) or "").strip()
                if level in levels:
                    pair[moment] = int(level)
                else:
                    faults.append(Fault(_("Choose a level."), (process.key, moment)))
            if len(pair) == 2 and pair["after"] < pair["before"]:
                message = _("The level aimed at is lower than the present one.")
                faults.append(Fault(message, (process.key, "after")))
            clean[process.key] = pair
    return (None, faults) if faults else (clean, [])


CHECKS: dict[QuestionType, values.Check] = {
    QuestionType.GROUP: group,
    QuestionType.BUDGET: budget,
    QuestionType.FINANCING: financing,
    QuestionType.MILESTONES: milestones,
    QuestionType.INDICATORS: indicators,
    QuestionType.ASSESSMENT: assessment,
}
