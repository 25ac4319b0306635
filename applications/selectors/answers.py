"""A file's form, and its answers as they are kept."""

from collections.abc import Mapping
from decimal import Decimal

from applications import constants
from applications.models import Application
from programs.selectors import read_once
from questions.constants import QuestionType
from questions.schema import Form, level_gains, parse_form
from work.money import cents


def form_of(application: Application) -> Form:
    """The form of the file's call, parsed once in a process: a published version never changes."""
    form = application.call.form
    assert form is not None  # a call has its form before it is published, and files only after
    return read_once(form, parse_form)


def answers_of(application: Application) -> dict[str, object]:
    """Every stored answer of a file by question, the eligibility check's apart: `eligibility_of`."""
    return {
        answer.question: answer.value
        for answer in application.answers.all()
        if answer.question != constants.ELIGIBILITY and answer.value is not None
    }


def eligibility_of(application: Application) -> dict[str, object]:
    """The answers to the two-minute check, by question; empty when it was not made."""
    return next((a.value or {} for a in application.answers.all() if a.question == constants.ELIGIBILITY), {})


def rows_of(form: Form, answers: Mapping[str, object], kind: QuestionType) -> list[dict[str, object]]:
    """The rows of every table of this kind (`budget`, `financing`), as kept."""
    tables = [answers.get(question.key) for question in form.of_type(kind)]
    return [row for table in tables if isinstance(table, list) for row in table if isinstance(row, dict)]


def levels_of(form: Form, answers: Mapping[str, object]) -> int:
    """The full levels that the assessment grids aim to gain, all axes together."""
    total = 0
    for question in form.of_type(QuestionType.ASSESSMENT):
        grid = answers.get(question.key)
        total += sum(gain.levels for gain in level_gains(question, grid)) if isinstance(grid, dict) else 0
    return total


def amount_of(answers: Mapping[str, object], key: str) -> Decimal | None:
    """The amount of one money answer; None when it is not given or not an amount."""
    try:
        return cents(str(answers.get(key) or "").strip())
    except (ArithmeticError, ValueError):
        return None
