"""Answers: cleaned, refused with a sentence at their place, shown or hidden, missing or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from questions import conditions
from questions.conditions import is_answered
from questions.constants import Path, QuestionType
from questions.schema import tables, values
from questions.schema.definition import Form, Question
from questions.schema.faults import Fault
from work.texts import Unshowable, is_blank, read_text

CHECKS = values.CHECKS | tables.CHECKS  # of every type but guidance, which has no answer


@dataclass(frozen=True)
class Missing:
    """What keeps a form from being submitted: an empty required answer (`reason` "empty"), or an invalid one
    ("invalid").

    `at` points inside a table: (row, column). `section` and `question` are keys, for the link.
    """

    section: str
    question: str
    reason: str
    message: str
    at: Path = ()


def validate_answer(question: Question, value: object, *, today: date | None = None) -> tuple[object, list[Fault]]:
    """(clean value, []) or (the value as typed, faults). Empty becomes None: whether it may be empty is for `missing`.

    The clean value is plain JSON (amounts and decimals as texts, dates as ISO texts) and cleaning it again
    changes nothing. Its texts are read at this door, whatever the type: `read_texts`.
    `today` is the day that a limit "today" means; the clock's when not given.
    """
    if not question.is_answerable or (not isinstance(value, bool) and _is_blank(value)):
        return None, []
    check = CHECKS.get(question.type) if question.type else None
    if check is None:
        return value, [Fault(_("This question cannot be answered: its type is not known."))]
    read, faults = read_texts(value)
    if not faults:
        clean, faults = check(question, read, today=today)
    return (value, faults) if faults else (clean, [])


def read_texts(value: object, at: Path = ()) -> tuple[object, list[Fault]]:
    """(the value with each text in it as `work.texts` reads it, []) or (what could be read, the faults where they are).

    A control character, a mark that is not seen or half a character once went from an answer to the database.
    """
    if isinstance(value, str):
        try:
            return read_text(value), []
        except Unshowable as refused:
            return "", [Fault(str(refused), at)]
    if isinstance(value, Mapping):
        parts = {key: read_texts(part, (*at, key)) for key, part in value.items()}
        return {key: part for key, (part, _faults) in parts.items()}, [f for _, fs in parts.values() for f in fs]
    if isinstance(value, list | tuple):
        items = [read_texts(item, (*at, number)) for number, item in enumerate(value)]
        return [item for item, _faults in items], [f for _, fs in items for f in fs]
    return value, []


def _is_blank(value: object) -> bool:
    if isinstance(value, str):
        return is_blank(value)
    if isinstance(value, Mapping):
        return all(_is_blank(part) for part in value.values())
    return value is None or (isinstance(value, list | tuple) and all(_is_blank(part) for part in value))


def visible_questions(form: Form, answers: Mapping[str, object]) -> list[Question]:
    """The questions shown for these answers (key → stored value), in order. The answer of a hidden question
    counts as not
    given, so that what it once said opens nothing."""
    return _shown(form, answers)[0]


def clean_answers(form: Form, answers: Mapping[str, object]) -> dict[str, object]:
    """The answers that count: those of shown questions that say something. What a submission freezes."""
    shown, effective = _shown(form, answers)
    return {
        question.key: effective[question.key]
        for question in shown
        if question.is_answerable and is_answered(effective.get(question.key))
    }


def _shown(form: Form, answers: Mapping[str, object]) -> tuple[list[Question], dict[str, object]]:
    shown: list[Question] = []
    effective: dict[str, object] = {}
    for section in form.sections:
        open_section = section.shown_when is None or conditions.evaluate(section.shown_when, effective)
        for question in section.questions:
            if open_section and (question.shown_when is None or conditions.evaluate(question.shown_when, effective)):
                shown.append(question)
                effective[question.key] = answers.get(question.key)
    return shown, effective


def is_required(question: Question, answers: Mapping[str, object]) -> bool:
    """Whether it must be answered, given the other answers."""
    if not question.is_answerable:
        return False
    return question.required or bool(
        question.required_when and conditions.evaluate(question.required_when, dict(answers))
    )


def missing(form: Form, answers: Mapping[str, object], *, today: date | None = None) -> list[Missing]:
    """What is left to do, in the order of the form: shown and required but empty, or invalid."""
    shown, effective = _shown(form, answers)
    out = []
    for question in shown:
        value = effective.get(question.key)
        clean, faults = validate_answer(question, value, today=today)
        for fault in faults:
            out.append(Missing(question.section, question.key, "invalid", fault.message, fault.at))
        if faults or not is_required(question, effective):
            continue
        if question.type == QuestionType.ATTESTATION and clean is not True:
            message = _("You must agree to this statement.")
        elif not is_answered(clean):
            message = _("Answer this question.")
        else:
            continue
        out.append(Missing(question.section, question.key, "empty", message))
    return out
