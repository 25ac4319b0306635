"""A question as a page asks it: its inputs filled with what is kept, and what is wrong beside them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.functional import Promise

from applications import constants
from applications.forms.questions.fields import AnswerForm
from applications.models import Document
from applications.selectors.shown import column_label
from questions.constants import QuestionType
from questions.schema import Fault, Question
from questions.schema.definition import CHARACTERS
from questions.schema.tables import columns_of
from work.forms import said
from work.texts import Text


class BoundQuestion:
    """A question on a page: `template` draws it from `form`, `rows`, `parts`, `grid` or `documents`."""

    def __init__(
        self,
        question: Question,
        value: object,
        *,
        version: int = 0,
        documents: Iterable[Document] = (),
        visible: bool = True,
    ) -> None:
        self.question, self.value, self.version = question, value, version
        self.documents, self.visible = list(documents), visible
        self.key, self.label, self.help = question.key, str(question.label), str(question.help)
        self.required = question.required
        self.errors: list[str] = []
        self.advice = ""  # what an answer that is right costs all the same
        self.theirs: dict[str, object] | None = None
        self.form: AnswerForm | None = None
        self.parts: AnswerForm | None = None
        self.rows: list[dict[str, Any]] = []
        self.grid: list[dict[str, Any]] = []
        assert question.type is not None  # a form is published with types that are known
        self.type = question.type
        if question.type in constants.TABLES:
            self.template, self.named = "applications/questions/lines.html", True
            self._lines(value if isinstance(value, list) else [])
        elif question.type == QuestionType.ASSESSMENT:
            self.template, self.named = "applications/questions/grid.html", True
            self._grid(value if isinstance(value, dict) else {})
        elif question.type in constants.PARTS:
            self.template, self.named = "applications/questions/parts.html", True
            self._parts(value if isinstance(value, dict) else {})
        elif question.type in constants.TEMPLATES:
            self.template, self.named = constants.TEMPLATES[question.type], False
        else:
            self.template, self.named = "applications/questions/field.html", False
            self.form = AnswerForm([question], {question.key: value})

    @property
    def anchor(self) -> str:
        """The identifier of the first input: where a link to this question lands."""
        if self.form is not None:
            field = self.form[self.key]
            return f"{field.auto_id}_0" if field.use_fieldset else field.auto_id
        return f"ask-{self.key}"

    @property
    def field(self) -> BoundField:
        """The one field of a question that has only one."""
        assert self.form is not None  # asked of a question drawn by field.html alone
        return self.form[self.key]

    @property
    def takes_several(self) -> bool:
        return (self.question.limits.get("max_files") or 2) > 1

    @property
    def is_saved_here(self) -> bool:
        """Whether leaving the field saves it (a file, a statement and a guidance are not)."""
        return self.type not in (QuestionType.DOCUMENTS, QuestionType.ATTESTATION, QuestionType.GUIDANCE)

    @property
    def add_label(self) -> str | Promise:
        return constants.LINES.get(self.type, constants.LINES[QuestionType.GROUP])[1]

    @property
    def can_add(self) -> bool:
        return len(self.rows) < (self.question.limits.get("max_rows") or 200)

    @property
    def accepted(self) -> str:
        return ", ".join(kind.upper() for kind in self.question.limits.get("accept", ()))

    @property
    def extensions(self) -> str:
        return ",".join(f".{kind}" for kind in self.question.limits.get("accept", ()))

    @property
    def takes_more(self) -> bool:
        most = self.question.limits.get("max_files")
        return not most or len(self.documents) < most

    def add_line(self) -> None:
        """One more empty line, for who works without script."""
        if self.can_add:
            self.rows.append(self._row(len(self.rows), {}))

    def say(self, faults: Iterable[Fault]) -> None:
        """Put each fault at its place."""
        for fault in faults:
            match fault.at:
                case _ if self.form is not None:
                    self.form.say(self.key, fault.message)
                case (int(row), str(column)) if self.type in constants.TABLES and row < len(self.rows):
                    self.rows[row]["form"].say(column, fault.message)
                case (str(part), *_rest) if self.parts is not None:
                    self.parts.say(part, fault.message)
                case (process, _moment) if self.type == QuestionType.ASSESSMENT:
                    cell = next((c for axis in self.grid for c in axis["processes"] if c["key"] == process), None)
                    if cell is not None:
                        cell["errors"].append(fault.message)
                case _:
                    self.errors.append(fault.message)

    @property
    def problems(self) -> list[dict[str, str]]:
        """Everything said against this question, each with the address of its field."""
        found = [{"text": said(self.label, message), "url": f"#ask-{self.key}"} for message in self.errors]
        forms_here = [self.form] if self.form is not None else [r["form"] for r in self.rows]
        for form in [*forms_here, *([self.parts] if self.parts is not None else [])]:
            for name, messages in form.errors.items():
                field = form[name]
                label = field.label if form is self.form else f"{self.label}, {field.label}"
                anchor = f"{field.auto_id}_0" if field.use_fieldset else field.auto_id
                found += [{"text": said(label, message), "url": f"#{anchor}"} for message in messages]
        for axis in self.grid:
            for cell in axis["processes"]:
                if cell["errors"]:
                    found.append({"text": said(cell["label"], cell["errors"][0]), "url": f"#{cell['id']}"})
        return found

    # ------------------------------------------------------------ parts

    def _lines(self, value: list[object]) -> None:
        least = self.question.limits.get("min_rows") or 1
        rows = [row if isinstance(row, dict) else {} for row in value]
        rows += [{}] * max(0, least - len(rows))
        self.rows = [self._row(number, row) for number, row in enumerate(rows)]

    def _row(self, number: int, row: dict[str, object]) -> dict[str, Any]:
        columns = columns_of(self.question)
        labels = {column.key: column_label(self.question, column) for column in columns}
        choices = {
            column.key: list(closed.choices)
            for column in columns
            if (closed := constants.choices_of(self.type, column.key)) is not None
        }
        if self.type == QuestionType.BUDGET:
            choices["category"] = [(option.key, str(option.label)) for option in self.question.options]
        form = AnswerForm(columns, row, prefix=f"{self.key}.{number}", labels=labels, choices=choices)
        for column in columns:
            if column.type == QuestionType.YES_NO and not column.required:
                form.fields[column.key] = forms.BooleanField(required=False, label=labels[column.key])
                form.data[form.add_prefix(column.key)] = "yes" if row.get(column.key) in (True, "yes", "on") else ""
            if column.type == QuestionType.SHORT_TEXT and column.max_length > CHARACTERS:
                form.fields[column.key].widget = forms.Textarea({"rows": 2})
        name = constants.LINES.get(self.type, constants.LINES[QuestionType.GROUP])[0]
        return {"number": number, "form": form, "legend": str(name) % {"number": number + 1}}

    def _grid(self, value: Mapping[str, object]) -> None:
        levels = [level.key for level in self.question.levels]
        for axis in self.question.axes:
            processes = []
            for process in axis.processes:
                kept = value.get(process.key)
                pair = kept if isinstance(kept, dict) else {}
                name = f"{self.key}.{process.key}"
                processes.append(
                    {
                        "key": process.key,
                        "label": str(process.label),
                        "name": name,
                        "id": f"id_{name}.before",
                        "before": str(pair.get("before") or ""),
                        "after": str(pair.get("after") or ""),
                        "levels": levels,
                        "errors": [],
                    }
                )
            self.grid.append({"label": str(axis.label), "processes": processes})

    def _parts(self, value: Mapping[str, object]) -> None:
        kind = QuestionType.DATE if self.type == QuestionType.PERIOD else QuestionType.SHORT_TEXT
        labels = constants.PARTS[self.type]
        questions = [Question(part, kind, Text(), required=part not in ("line2", "country")) for part in labels]
        words = {part: str(label) for part, label in labels.items()}
        self.parts = AnswerForm(questions, value, prefix=self.key, labels=words)
