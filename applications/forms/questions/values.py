"""What the inputs of a question hold: as posted, and as the page's script writes it back."""

import re

from django.http import QueryDict

from applications import constants
from applications.forms.questions.bound import BoundQuestion
from questions.constants import QuestionType
from questions.schema import Question


def posted(question: Question, data: QueryDict, name: str | None = None) -> object:
    """The value of a question as posted. `name`: of its one input, when it is not the question's key."""
    key = question.key
    if question.type in constants.TABLES:
        lines: dict[int, dict] = {}
        for full, value in data.items():
            if found := re.fullmatch(rf"{re.escape(key)}\.(\d{{1,3}})\.([a-z0-9_]+)", full):
                lines.setdefault(int(found[1]), {})[found[2]] = value
        return [lines[number] for number in sorted(lines)]
    if question.type == QuestionType.ASSESSMENT:
        return {
            process.key: {moment: data.get(f"{key}.{process.key}.{moment}", "") for moment in ("before", "after")}
            for axis in question.axes
            for process in axis.processes
        }
    if question.type in constants.PARTS:
        return {part: data.get(f"{key}.{part}", "") for part in constants.PARTS[question.type]}
    if question.type == QuestionType.MANY_OF:
        return [value for value in data.getlist(name or key) if value]
    return data.get(name or key, "")


def pairs_of(asked: BoundQuestion) -> list[list[str]]:
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
