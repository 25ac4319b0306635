"""Conditions over earlier answers: `employees >= 25 and not answered(oqlf_number)`.

A small language of its own, so that an officer can write it, a checker can read it and nothing can be run by it.

    condition  = and-chain { "or" and-chain }
    and-chain  = denial { "and" denial }
    denial     = "not" denial | comparison
    comparison = value [ ("=" | "!=" | "<" | "<=" | ">" | ">=") value | ["not"] "in" (list | name) ]
    value      = number | "text" | yes | no | answered(name) | count(name) | name | "(" condition ")"
    list       = "[" literal { "," literal } "]"

An answer that was not given makes every comparison false, `!=` and `not in` too; `answered(x)` asks whether it
was given. Numbers
compare as decimals, dates as ISO text. Two values of different kinds are never equal and have no order.

Pure: `parse(text)` gives a tree or raises `ConditionError` with the position; `evaluate(tree, answers)` gives
true or false.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

MAX_LENGTH = 1000
MAX_DEPTH = 30


class ConditionError(ValueError):
    """A condition that cannot be read. `position` counts characters from 1; `message` is in the reader's language."""

    def __init__(self, message: str, position: int) -> None:
        self.message, self.position = message, position
        super().__init__(_("%(message)s (character %(position)s)") % {"message": message, "position": position})


@dataclass(frozen=True)
class Literal:
    value: Decimal | str | bool


@dataclass(frozen=True)
class Name:
    key: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Call:
    function: str  # "answered" | "count"
    name: Name


@dataclass(frozen=True)
class Listing:
    items: tuple[Literal, ...]


@dataclass(frozen=True)
class Compare:
    left: Node
    operator: str
    right: Node


@dataclass(frozen=True)
class Not:
    inner: Node


@dataclass(frozen=True)
class And:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Or:
    parts: tuple[Node, ...]


Node = Literal | Name | Call | Listing | Compare | Not | And | Or

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      |(?P<number>-?\d+(?:\.\d+)?(?![\w.]))
      |(?P<string>"(?:[^"\\]|\\["\\])*")
      |(?P<word>[A-Za-z_][A-Za-z0-9_]*)
      |(?P<operator><=|>=|!=|==|=|<|>)
      |(?P<mark>[()\[\],])""",
    re.VERBOSE | re.ASCII,
)
_WORDS = frozenset({"and", "or", "not", "in", "yes", "no", "answered", "count"})
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def parse(text: str) -> Node:
    """The tree of a condition. Raises ConditionError, with the position, for anything that is not one."""
    if not isinstance(text, str) or not text.strip():
        raise ConditionError(_("The condition is empty."), 1)
    if len(text) > MAX_LENGTH:
        raise ConditionError(_("The condition is longer than %(max)s characters.") % {"max": MAX_LENGTH}, MAX_LENGTH)
    return _Parser(text).whole()


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if not found:
            if text[position] == '"':
                raise ConditionError(_("This text in quotation marks is never closed."), position + 1)
            raise ConditionError(
                _("“%(character)s” has no meaning here.") % {"character": text[position]}, position + 1
            )
        assert found.lastgroup is not None  # each alternative has its name
        if found.lastgroup != "space":
            yield found.lastgroup, found.group(), position + 1
        position = found.end()
    yield "end", "", len(text) + 1


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.at = 0
        self.depth = 0

    @property
    def now(self) -> tuple[str, str, int]:
        return self.tokens[self.at]

    def take(self, *texts: str) -> bool:
        kind, text, _position = self.now
        if kind != "string" and text in texts:
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.take(text):
            kind, found, position = self.now
            if kind == "end":
                raise ConditionError(_("The condition stops where “%(text)s” was expected.") % {"text": text}, position)
            raise ConditionError(
                _("“%(text)s” was expected instead of “%(found)s”.") % {"text": text, "found": found}, position
            )

    def whole(self) -> Node:
        tree = self.either()
        kind, text, position = self.now
        if kind != "end":
            raise ConditionError(_("“%(text)s” was not expected here.") % {"text": text}, position)
        return tree

    def either(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ConditionError(_("The condition has too many levels of parentheses."), self.now[2])
        parts = [self.both()]
        while self.take("or"):
            parts.append(self.both())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def both(self) -> Node:
        parts = [self.denial()]
        while self.take("and"):
            parts.append(self.denial())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def denial(self) -> Node:
        if self.take("not"):
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise ConditionError(_("The condition has too many levels of parentheses."), self.now[2])
            inner = Not(self.denial())
            self.depth -= 1
            return inner
        return self.comparison()

    def comparison(self) -> Node:
        start = self.now[2]
        left = self.value()
        kind, text, position = self.now
        if kind == "operator":
            self.at += 1
            return Compare(left, "=" if text == "==" else text, self.value())
        negated = False
        if (kind, text) == ("word", "not"):
            self.at += 1
            negated = True
            if self.now[:2] != ("word", "in"):
                raise ConditionError(_("“%(text)s” was not expected here.") % {"text": "not"}, position)
        if self.take("in"):
            return Compare(left, "not in" if negated else "in", self.listing())
        if isinstance(left, Literal) and not isinstance(left.value, bool):
            raise ConditionError(_("A number or a text alone is not a condition; compare it with something."), start)
        return left

    def listing(self) -> Node:
        kind, text, position = self.now
        if kind == "word" and text not in _WORDS:
            self.at += 1
            return Name(text, position)
        self.expect("[")
        items = [self.literal()]
        while self.take(","):
            items.append(self.literal())
        self.expect("]")
        return Listing(tuple(items))

    def literal(self) -> Literal:
        _kind, text, position = self.now
        value = self.value()
        if not isinstance(value, Literal):
            raise ConditionError(
                _("A list holds numbers, texts, yes or no; not “%(text)s”.") % {"text": text}, position
            )
        return value

    def value(self) -> Node:
        kind, text, position = self.now
        if kind == "end":
            raise ConditionError(_("The condition stops too early."), position)
        self.at += 1
        if kind == "number":
            return Literal(Decimal(text))
        if kind == "string":
            return Literal(re.sub(r"\\(.)", r"\1", text[1:-1]))
        if text in ("yes", "no"):
            return Literal(text == "yes")
        if text in ("answered", "count"):
            self.expect("(")
            name = self.name()
            self.expect(")")
            return Call(text, name)
        if kind == "word" and text not in _WORDS:
            return Name(text, position)
        if text == "(":
            inner = self.either()
            self.expect(")")
            return inner
        raise ConditionError(_("“%(text)s” was not expected here.") % {"text": text}, position)

    def name(self) -> Name:
        kind, text, position = self.now
        if kind != "word" or text in _WORDS:
            raise ConditionError(_("The key of a question was expected here."), position)
        self.at += 1
        return Name(text, position)


def names(tree: Node) -> list[Name]:
    """Every name the condition reads, in the order written, repeats included."""
    match tree:
        case Name():
            return [tree]
        case Call(name=name):
            return [name]
        case Compare(left=left, right=right):
            return names(left) + names(right)
        case Not(inner=inner):
            return names(inner)
        case And(parts=parts) | Or(parts=parts):
            return [name for part in parts for name in names(part)]
    return []


def literals_by_name(tree: Node) -> dict[str, set[Decimal | str | bool]]:
    """For each name, the literal values it is compared with: what a checker tries to find a way to make it true."""
    found: dict[str, set[Decimal | str | bool]] = {}

    def note(name: str, values: set[Decimal | str | bool]) -> None:
        found.setdefault(name, set()).update(values)

    def walk(node: Node) -> None:
        match node:
            case Compare(left=left, right=right):
                for one, other in ((left, right), (right, left)):
                    if isinstance(one, Name | Call):
                        key = one.key if isinstance(one, Name) else f"{one.function}({one.name.key})"
                        if isinstance(other, Literal):
                            note(key, {other.value})
                        elif isinstance(other, Listing):
                            note(key, {item.value for item in other.items})
                        else:
                            note(key, set())
                walk(left)
                walk(right)
            case Name(key=key):
                note(key, set())
            case Call(name=name):
                note(name.key, set())
            case Not(inner=inner):
                walk(inner)
            case And(parts=parts) | Or(parts=parts):
                for part in parts:
                    walk(part)

    walk(tree)
    return found


def comparisons(tree: Node) -> Iterator[Compare]:
    """Every comparison in the condition, for a checker of kinds."""
    match tree:
        case Compare(left=left, right=right):
            yield tree
            yield from comparisons(left)
            yield from comparisons(right)
        case Not(inner=inner):
            yield from comparisons(inner)
        case And(parts=parts) | Or(parts=parts):
            for part in parts:
                yield from comparisons(part)


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


def to_text(tree: Node) -> str:
    """The condition written out again; `parse(to_text(tree)) == tree`."""
    match tree:
        case Literal(value=bool() as value):
            return "yes" if value else "no"
        case Literal(value=Decimal() as value):
            return format(value, "f")
        case Literal(value=value):
            return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
        case Name(key=key):
            return key
        case Call(function=function, name=name):
            return f"{function}({name.key})"
        case Listing(items=items):
            return "[" + ", ".join(to_text(item) for item in items) + "]"
        case Compare(left=left, operator=sign, right=right):
            return f"{_wrapped(left)} {sign} {_wrapped(right)}"
        case Not(inner=inner):
            return f"not {_wrapped(inner, And, Or)}"
        case And(parts=parts):
            return " and ".join(_wrapped(part, And, Or) for part in parts)
        case Or(parts=parts):
            return " or ".join(_wrapped(part, Or) for part in parts)
    raise TypeError(tree)


def _wrapped(node: Node, *kinds: type[Node]) -> str:
    text = to_text(node)
    return f"({text})" if isinstance(node, kinds or (Compare, Not, And, Or)) else text
