"""A published form as JSON Schema (draft 2020-12): the shape of its answers, for machines that fill or read it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from questions.constants import QuestionType
from questions.schema import tables
from questions.schema.definition import Form, Question

_AMOUNT: dict[str, object] = {"type": "string", "pattern": r"^\d{1,12}\.\d{2}$"}
_DECIMAL: dict[str, object] = {"type": "string", "pattern": r"^-?\d{1,12}(\.\d+)?$"}
_DAY: dict[str, object] = {"type": "string", "format": "date"}
_UUID: dict[str, object] = {"type": "string", "format": "uuid"}


def json_schema(form: Form, *, title: str = "", identifier: str = "") -> dict[str, object]:
    """One object whose properties are the answers by question key. A question that is always shown and
    required is required;
    conditions have no JSON Schema equal and are given as `x-shown-when` and `x-required-when`."""
    from questions.conditions import to_text

    properties: dict[str, object] = {}
    required: list[str] = []
    for section in form.sections:
        for question in section.questions:
            if not question.is_answerable:
                continue
            shape = _shape(question) | {"title": question.label.fr, "x-title-en": question.label.en}
            shape |= {"x-section": section.key, "x-type": str(question.type)}
            shown = [to_text(tree) for tree in (section.shown_when, question.shown_when) if tree]
            if shown:
                shape["x-shown-when"] = shown
            if question.required_when:
                shape["x-required-when"] = to_text(question.required_when)
            properties[question.key] = shape
            if question.required and not shown:
                required.append(question.key)
    out: dict[str, object] = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    if identifier:
        out["$id"] = identifier
    if title:
        out["title"] = title
    return out | {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _shape(question: Question) -> dict[str, object]:
    kind, limits = question.type, question.limits
    if kind in _SIMPLE:
        return dict(_SIMPLE[kind])
    if kind == QuestionType.SHORT_TEXT:
        return {"type": "string", "maxLength": question.max_length}
    if kind == QuestionType.LONG_TEXT:
        return {"type": "string"} | ({"x-max-words": limits["max_words"]} if limits.get("max_words") else {})
    if kind in (QuestionType.INTEGER, QuestionType.DECIMAL, QuestionType.MONEY, QuestionType.PERCENT):
        return _number(kind, limits)
    if kind == QuestionType.NAICS:
        return {"type": "string", "pattern": rf"^(?={limits.get('starts_with', '')})\d{{2,6}}$"}
    if kind == QuestionType.ONE_OF:
        return {"enum": [option.key for option in question.options]}
    if kind in (QuestionType.MANY_OF, QuestionType.DOCUMENTS):
        items = {"enum": [option.key for option in question.options]} if kind == QuestionType.MANY_OF else _UUID
        return {"type": "array", "items": items, "uniqueItems": True} | _span(
            limits, {"min_choices": "minItems", "max_choices": "maxItems", "max_files": "maxItems"}
        )
    if kind == QuestionType.ASSESSMENT:
        return _assessment(question)
    columns = tables.columns_of(question)
    row = {
        "type": "object",
        "properties": {column.key: _shape(column) for column in columns},
        "required": [column.key for column in columns if column.required],
        "additionalProperties": False,
    }
    return {"type": "array", "items": row} | _span(limits, {"min_rows": "minItems", "max_rows": "maxItems"})


def _span(limits: Mapping[str, object], names: Mapping[str, str]) -> dict[str, object]:
    return {word: limits[name] for name, word in names.items() if limits.get(name)}


def _number(kind: QuestionType, limits: Mapping[str, object]) -> dict[str, object]:
    """Amounts and decimals travel as text, so that no digit is lost; their limits are given beside."""
    whole = kind == QuestionType.INTEGER
    text = _AMOUNT if kind == QuestionType.MONEY else _DECIMAL
    shape: dict[str, object] = {"type": "integer"} if whole else dict(text)
    for name, word in (("min", "minimum"), ("max", "maximum")):
        limit = limits.get(name)
        if isinstance(limit, Decimal | int):
            shape[word if whole else f"x-{word}"] = int(limit) if whole else str(limit)
    return shape


def _assessment(question: Question) -> dict[str, object]:
    levels = {"enum": [int(level.key) for level in question.levels]}
    pair = {
        "type": "object",
        "properties": {"before": levels, "after": levels},
        "required": ["before", "after"],
        "additionalProperties": False,
    }
    processes = [process.key for axis in question.axes for process in axis.processes]
    return {
        "type": "object",
        "properties": dict.fromkeys(processes, pair),
        "required": processes,
        "additionalProperties": False,
    }


_SIMPLE: dict[QuestionType, dict[str, object]] = {
    QuestionType.DATE: _DAY,
    QuestionType.PERIOD: {
        "type": "object",
        "properties": {"from": _DAY, "to": _DAY},
        "required": ["from", "to"],
        "additionalProperties": False,
    },
    QuestionType.YES_NO: {"type": "boolean"},
    QuestionType.ATTESTATION: {"type": "boolean"},
    QuestionType.ADDRESS: {
        "type": "object",
        "properties": {
            part: {"type": "string"} for part in ("line1", "line2", "city", "region", "postal_code", "country")
        },
        "required": ["line1", "city", "region", "country"],
        "additionalProperties": False,
    },
    QuestionType.POSTAL_CODE: {"type": "string", "pattern": r"^[A-Z]\d[A-Z] \d[A-Z]\d$"},
    QuestionType.NEQ: {"type": "string", "pattern": r"^(11|22|33|88)\d{8}$"},
    QuestionType.BUSINESS_NUMBER: {"type": "string", "pattern": r"^\d{9}([A-Z]{2}\d{4})?$"},
    QuestionType.EMAIL: {"type": "string", "format": "email"},
    QuestionType.PHONE: {"type": "string", "pattern": r"^\+\d{8,15}(x\d{1,6})?$"},
    QuestionType.URL: {"type": "string", "format": "uri"},
}
