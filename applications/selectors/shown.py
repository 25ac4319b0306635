"""An answer as people read it: on "check your answers", in the officer's file, beside a criterion, before and after."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from applications import constants
from applications.models import Application, Document
from applications.selectors.answers import answers_of, form_of
from questions.constants import QuestionType, ValueKind
from questions.schema import Question
from questions.schema.answers import visible_questions
from questions.schema.assessment import level_gains
from questions.schema.tables import columns_of
from work import clock
from work.money import format_money, format_percent
from work.templatetags.formats import number
from work.texts import Text


@dataclass
class Shown:
    """One question and its answer. `text` always says it; a table also has `columns` and `rows` (texts), a list of
    documents `documents`."""

    question: Question
    text: str = ""
    columns: list[str] = field(default_factory=list)
    numbers: list[bool] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.question.key

    @property
    def label(self) -> str:
        return str(self.question.label)

    @property
    def is_attestation(self) -> bool:
        return self.question.type == QuestionType.ATTESTATION

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.rows or self.documents)

    @property
    def labelled(self) -> list[list[dict[str, object]]]:
        """The rows, each cell with its column's label, for a table that stacks on a phone."""
        return [
            [
                {"text": cell, "label": label, "number": number}
                for cell, label, number in zip(row, self.columns, self.numbers, strict=True)
            ]
            for row in self.rows
        ]


@dataclass
class ShownSection:
    key: str
    title: str
    answers: list[Shown]


def shown_sections(
    application: Application,
    answers: Mapping[str, object] | None = None,
    *,
    documents: Iterable[Document] | None = None,
) -> list[ShownSection]:
    """The whole file as read: every shown question that is answerable, by section.

    `answers`: other than the stored ones (a snapshot's).
    """
    form = form_of(application)
    answers = answers_of(application) if answers is None else answers
    if documents is None:
        documents = application.documents.attached().select_related("upload")
    by_question: dict[str, list] = {}
    for document in documents:
        by_question.setdefault(document.question, []).append(document)
    visible = {question.key for question in visible_questions(form, answers)}
    out = []
    for section in form.sections:
        found = [
            shown(question, answers.get(question.key), by_question.get(question.key, []))
            for question in section.questions
            if question.is_answerable and question.key in visible
        ]
        if found:
            out.append(ShownSection(section.key, str(section.title), found))
    return out


def shown(question: Question, value: object, documents: Iterable[Document] = ()) -> Shown:
    """One answer. A value that is not of its type (kept as typed) is shown as it was typed."""
    out = Shown(question, documents=list(documents))
    if question.type == QuestionType.DOCUMENTS:
        out.text = "\n".join(str(document) for document in documents)
    elif question.type in constants.TABLES and isinstance(value, list):
        _table(out, question, value)
    elif question.type == QuestionType.ASSESSMENT and isinstance(value, dict):
        _grid(out, question, value)
    elif value is not None:
        out.text = text_of(question, value)
    return out


def text_of(question: Question, value: object) -> str:
    """One value that is not a table, in words."""
    language = get_language() or "fr"
    kept: Any = value  # of its type, or as it was typed: what does not read as its type is said as it is
    if value is None or value == "":
        return ""
    try:
        match question.type:
            case QuestionType.YES_NO:
                return _("Yes") if value is True else _("No")
            case QuestionType.ATTESTATION:
                return _("Attested: %(statement)s") % {"statement": question.text} if value is True else ""
            case QuestionType.ONE_OF:
                return question.label_of(kept)
            case QuestionType.MANY_OF:
                return "\n".join(question.label_of(key) for key in kept)
            case QuestionType.MONEY:
                return format_money(kept, language)
            case QuestionType.PERCENT:
                return format_percent(kept, language)
            case QuestionType.INTEGER | QuestionType.DECIMAL:
                unit = question.limits.get("unit")
                small = question.type == QuestionType.INTEGER and 0 <= int(kept) < 10_000  # a year is not grouped
                said = str(int(kept)) if small else number(kept)
                return f"{said} {unit}" if isinstance(unit, Text) and unit else said
            case QuestionType.DATE:
                return clock.format_day(date.fromisoformat(kept), language)
            case QuestionType.PERIOD:
                first, last = (clock.format_day(date.fromisoformat(kept[part]), language) for part in ("from", "to"))
                return _("From %(first)s to %(last)s") % {"first": first, "last": last}
            case QuestionType.ADDRESS:
                parts = [kept.get("line1"), kept.get("line2"), kept.get("city"), kept.get("region")]
                return "\n".join(filter(None, [*parts, kept.get("postal_code"), kept.get("country")]))
    except (ArithmeticError, ValueError, KeyError, TypeError, AttributeError):
        pass
    if isinstance(value, dict):
        return "\n".join(f"{part}: {text}" for part, text in value.items())
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def column_label(question: Question, column: Question) -> str:
    """The heading of a table's column."""
    names = constants.COLUMNS.get(question.type, {}) if question.type else {}
    return str(names.get(column.key) or column.label or column.key)


def cell_text(question: Question, column: Question, value: object) -> str:
    choices = constants.choices_of(question.type, column.key)
    if choices is not None:
        return str(choices(value).label) if value in choices.values else str(value or "")
    return text_of(column, value)


def _table(out: Shown, question: Question, value: list[object]) -> None:
    columns = columns_of(question)
    used = [
        c for c in columns if c.required or any(isinstance(r, dict) and r.get(c.key) not in (None, "") for r in value)
    ]
    out.columns = [column_label(question, column) for column in used]
    out.numbers = [column.kind == ValueKind.NUMBER for column in used]
    out.rows = [[cell_text(question, c, row.get(c.key)) for c in used] for row in value if isinstance(row, dict)]
    out.text = "\n".join(" · ".join(cell for cell in row if cell) for row in out.rows)


def _grid(out: Shown, question: Question, value: dict[str, Any]) -> None:
    gains = {gain.axis: gain for gain in level_gains(question, value)}
    out.columns = [_("Process"), _("Today"), _("At the end")]
    out.numbers = [False, True, True]
    for axis in question.axes:
        for process in axis.processes:
            pair = value.get(process.key) or {}
            out.rows.append([str(process.label), str(pair.get("before") or ""), str(pair.get("after") or "")])
        if gain := gains.get(axis.key):
            average = _("%(axis)s: average") % {"axis": axis.label}
            out.rows.append([average, number(gain.before, 2), number(gain.after, 2)])
    out.text = "\n".join(" · ".join(row) for row in out.rows)
