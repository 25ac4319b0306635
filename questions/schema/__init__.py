"""What a form is, whether it is sound, and whether an answer is good.

A definition is a plain mapping (what the builder writes, what a bundle holds, what a form version stores):
`{"sections": [{"key", "title": {fr, en}, "questions": [{"key", "type", "label": {fr, en}, …}]}]}`.

Pure: no Django beyond translation. Messages are in the reader's language at the moment of asking.
"""

from questions.schema.answers import Fault, Missing, clean_answers, missing, validate_answer, visible_questions
from questions.schema.assessment import Gain, level_gains
from questions.schema.checks import check_form, readers_of
from questions.schema.definition import Axis, Form, Option, Question, Section, parse_form, read_form
from questions.schema.published import json_schema

__all__ = [
    "Axis",
    "Fault",
    "Form",
    "Gain",
    "Missing",
    "Option",
    "Question",
    "Section",
    "check_form",
    "clean_answers",
    "json_schema",
    "level_gains",
    "missing",
    "parse_form",
    "read_form",
    "readers_of",
    "validate_answer",
    "visible_questions",
]
