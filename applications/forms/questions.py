"""The questions of a form as fields: from what is kept to inputs, and from what is posted back to a value.

Nothing is judged here: the service does, and what it says is put beside the fields.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications import constants
from applications.models import Document
from applications.selectors.shown import column_label
from questions.constants import Text
from questions.schema import Fault, Option, Question
from questions.schema.tables import columns_of
from work.forms import DayInput, MoneyInput, UnitInput, said

YES_NO = [("yes", _("Yes")), ("no", _("No"))]
Choices = Sequence[tuple[str, str | Promise]]  # of a closed list: each key with its words
FEW = 7  # up to so many choices are radio buttons


class AnswerForm(forms.Form):
    """Fields for questions, filled with values and faults from elsewhere; it cleans nothing itself."""

    data: dict[str, object]
    _errors: ErrorDict | None

    def __init__(
        self,
        questions: Iterable[Question],
        values: Mapping[str, object],
        *,
        prefix: str = "",
        labels: Mapping[str, str] | None = None,
        choices: Mapping[str, Choices] | None = None,
    ) -> None:
        super().__init__({}, prefix=prefix)
        for question in questions:
            field = field_of(question, choices=(choices or {}).get(question.key))
            field.label = (labels or {}).get(question.key) or str(question.label)
            field.help_text = str(question.help)
            self.fields[question.key] = field
            self.data[self.add_prefix(question.key)] = typed(question, values.get(question.key))

    def add_prefix(self, field_name: str) -> str:
        return f"{self.prefix}.{field_name}" if self.prefix else field_name

    def full_clean(self) -> None:
        if self._errors is None:
            self._errors = ErrorDict()
        self.cleaned_data = {}

    def say(self, key: str, message: str) -> None:
        """Put what is wrong beside a field."""
        self.errors.setdefault(key, self.error_class(error_class="errorlist", renderer=self.renderer)).append(message)


def field_of(question: Question, *, choices: Choices | None = None) -> forms.Field:
    """The field of one question that is not a table, in parts, or a list of documents."""
    least = question.required
    match question.type:
        case "long_text":
            words = question.limits.get("max_words")
            attrs = {"data-max-words": words} if words else {}
            rows = 4 if (words or 300) <= 150 else 8
            return forms.CharField(required=least, widget=forms.Textarea({"rows": rows, **attrs}))
        case "money":
            return forms.CharField(required=least, widget=MoneyInput())
        case "percent":
            return forms.CharField(required=least, widget=UnitInput(unit="%"))
        case "integer" | "decimal":
            unit = str(question.limits.get("unit") or "")
            mode = {"inputmode": "numeric" if question.type == "integer" else "decimal", "autocomplete": "off"}
            widget = UnitInput(mode, unit=unit) if unit else forms.TextInput(mode | {"class": "input--short"})
            return forms.CharField(required=least, widget=widget)
        case "date":
            return forms.CharField(required=least, widget=DayInput())
        case "yes_no":
            return forms.ChoiceField(
                required=least, choices=YES_NO, widget=forms.RadioSelect({"class": "choices--row"})
            )
        case "one_of":
            listed = choices or [(option.key, _labelled(option)) for option in question.options]
            if len(listed) < FEW and choices is None:
                return forms.ChoiceField(required=least, choices=listed, widget=forms.RadioSelect)
            return forms.ChoiceField(required=least, choices=[("", _("Choose")), *listed])
        case "many_of":
            listed = [(option.key, _labelled(option)) for option in question.options]
            return forms.MultipleChoiceField(required=least, choices=listed, widget=forms.CheckboxSelectMultiple)
        case "email":
            return forms.CharField(required=least, widget=forms.EmailInput({"autocomplete": "off"}))
        case "url":
            return forms.CharField(required=least, widget=forms.URLInput({"autocomplete": "off"}))
        case "phone":
            return forms.CharField(required=least, widget=forms.TextInput({"type": "tel", "class": "input--20"}))
        case "postal_code" | "naics" | "neq" | "business_number":
            return forms.CharField(required=least, widget=forms.TextInput({"class": "input--short"}))
    return forms.CharField(required=least)


def _labelled(option: Option) -> str:
    return str(option.label)


def typed(question: Question, value: object) -> str | list[object]:
    """A kept value as its input shows it."""
    if value is None:
        return [] if question.type == "many_of" else ""
    if question.type == "yes_no" and isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, list) else str(value)


class Asked:
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
        self.theirs: dict[str, object] | None = None
        self.form: AnswerForm | None = None
        self.parts: AnswerForm | None = None
        self.rows: list[dict[str, Any]] = []
        self.grid: list[dict[str, Any]] = []
        self.type = question.type
        if question.type in constants.TABLES:
            self.template, self.named = "applications/questions/lines.html", True
            self._lines(value if isinstance(value, list) else [])
        elif question.type == "assessment":
            self.template, self.named = "applications/questions/grid.html", True
            self._grid(value if isinstance(value, dict) else {})
        elif question.type in constants.PARTS:
            self.template, self.named = "applications/questions/parts.html", True
            self._parts(value if isinstance(value, dict) else {})
        elif question.type in ("documents", "guidance", "attestation"):
            self.template, self.named = f"applications/questions/{question.type}.html", False
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
    def megabytes(self) -> int:
        return self.question.limits.get("max_megabytes") or 10

    @property
    def takes_several(self) -> bool:
        return (self.question.limits.get("max_files") or 2) > 1

    @property
    def is_saved_here(self) -> bool:
        """Whether leaving the field saves it (a file, a statement and a guidance are not)."""
        return self.type not in ("documents", "attestation", "guidance")

    @property
    def add_label(self) -> str | Promise:
        return constants.LINES.get(self.type, constants.LINES["group"])[1]

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
                case (process, _moment) if self.type == "assessment":
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
        if self.type == "budget":
            choices["category"] = [(option.key, str(option.label)) for option in self.question.options]
        form = AnswerForm(columns, row, prefix=f"{self.key}.{number}", labels=labels, choices=choices)
        for column in columns:
            if column.type == "yes_no" and not column.required:
                form.fields[column.key] = forms.BooleanField(required=False, label=labels[column.key])
                form.data[form.add_prefix(column.key)] = "yes" if row.get(column.key) in (True, "yes", "on") else ""
            if column.type == "short_text" and (column.limits.get("max_length") or 0) > 250:
                form.fields[column.key].widget = forms.Textarea({"rows": 2})
        name = constants.LINES.get(self.type, constants.LINES["group"])[0]
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
        kind = {"period": "date"}.get(self.type, "short_text")
        labels = constants.PARTS[self.type]
        questions = [Question(part, kind, Text(), required=part not in ("line2", "country")) for part in labels]
        words = {part: str(label) for part, label in labels.items()}
        self.parts = AnswerForm(questions, value, prefix=self.key, labels=words)


def posted(question: Question, data: QueryDict, name: str | None = None) -> object:
    """The value of a question as posted. `name`: of its one input, when it is not the question's key."""
    key = question.key
    if question.type in constants.TABLES:
        lines: dict[int, dict] = {}
        for full, value in data.items():
            if found := re.fullmatch(rf"{re.escape(key)}\.(\d{{1,3}})\.([a-z0-9_]+)", full):
                lines.setdefault(int(found[1]), {})[found[2]] = value
        return [lines[number] for number in sorted(lines)]
    if question.type == "assessment":
        return {
            process.key: {moment: data.get(f"{key}.{process.key}.{moment}", "") for moment in ("before", "after")}
            for axis in question.axes
            for process in axis.processes
        }
    if question.type in constants.PARTS:
        return {part: data.get(f"{key}.{part}", "") for part in constants.PARTS[question.type]}
    if question.type == "many_of":
        return [value for value in data.getlist(name or key) if value]
    return data.get(name or key, "")


def pairs_of(asked: Asked) -> list[list[str]]:
    """The saved answer as the pairs (name of the input, value) that the page's script writes back."""
    if asked.form is not None:
        value = asked.form.data.get(asked.key)
        field = asked.form[asked.key]
        shown = field.field.widget.format_value(value) if hasattr(field.field.widget, "format_value") else value
        values = shown if isinstance(shown, list) else [shown if shown is not None else ""]
        return [["value", str(v)] for v in values]
    pairs = []
    for form in [*(row["form"] for row in asked.rows), *([asked.parts] if asked.parts is not None else [])]:
        for name in form.fields:
            field = form[name]
            value = field.field.widget.format_value(form.data.get(field.html_name))
            if value not in (None, ""):
                pairs.append([field.html_name, str(value[0] if isinstance(value, list) else value)])
    for axis in asked.grid:
        for cell in axis["processes"]:
            pairs += [[f"{cell['name']}.{moment}", cell[moment]] for moment in ("before", "after") if cell[moment]]
    return pairs
