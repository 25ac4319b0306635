"""A condition read into its tree, or refused with the position."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from questions.conditions.tree import And, Call, Compare, Listing, Literal, Name, Node, Not, Or

MAX_LENGTH = 1000
MAX_DEPTH = 30
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


class ConditionError(ValueError):
    """A condition that cannot be read. `position` counts characters from 1; `message` is in the reader's language."""

    def __init__(self, message: str, position: int) -> None:
        self.message, self.position = message, position
        super().__init__(_("%(message)s (character %(position)s)") % {"message": message, "position": position})


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
