"""Whether a condition holds for the answers given."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from questions.conditions.tree import And, Call, Compare, Listing, Literal, Name, Node, Not, Or

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def is_answered(value: object) -> bool:
    """Whether a stored answer says anything. `False` and 0 do; an empty text, list or mapping does not."""
    return not (value is None or value == "" or value == [] or value == {})


def evaluate(tree: Node, answers: Mapping[str, object]) -> bool:
    """Whether the condition holds for these answers (key → stored value). A name alone holds when its answer is yes."""
    match tree:
        case And(parts=parts):
            return all(evaluate(part, answers) for part in parts)
        case Or(parts=parts):
            return any(evaluate(part, answers) for part in parts)
        case Not(inner=inner):
            return not evaluate(inner, answers)
        case Compare():
            return _compare(tree, answers)
    return _value(tree, answers) is True


def _value(node: Node, answers: Mapping[str, object]) -> object:
    match node:
        case Literal(value=value):
            return value
        case Name(key=key):
            given = answers.get(key)
            return given if is_answered(given) else None
        case Call(function="answered", name=name):
            return is_answered(answers.get(name.key))
        case Call(function="count", name=name):
            given = answers.get(name.key)
            return Decimal(len(given)) if isinstance(given, list | tuple | dict) else Decimal(int(is_answered(given)))
        case Listing(items=items):
            return [item.value for item in items]
    return evaluate(node, answers)


def _compare(node: Compare, answers: Mapping[str, object]) -> bool:
    left, right = _value(node.left, answers), _value(node.right, answers)
    if left is None or right is None:
        return False
    if node.operator in ("in", "not in"):
        held = isinstance(right, list | tuple) and any(_same(left, item) for item in right)
        return held is (node.operator == "in")
    if node.operator in ("=", "!="):
        return _same(left, right) is (node.operator == "=")
    left, right = _alike(left, right)
    if isinstance(left, bool) or type(left) is not type(right) or not isinstance(left, Decimal | str):
        return False
    return _COMPARE[node.operator](left, right)


def _same(left: object, right: object) -> bool:
    left, right = _alike(left, right)
    return type(left) is type(right) and left == right


def _alike(left: object, right: object) -> tuple[object, object]:
    """Both as decimals where one is a number and the other can be: stored amounts are texts ("1234.56")."""
    left, right = _number(left), _number(right)
    if isinstance(left, Decimal) and isinstance(right, str):
        return left, _number(right, text=True)
    if isinstance(right, Decimal) and isinstance(left, str):
        return _number(left, text=True), right
    return left, right


def _number(value: object, *, text: bool = False) -> object:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float) or (text and isinstance(value, str)):
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            return value
        return number if number.is_finite() else value
    return value
