"""A condition in a sentence, in the reader's language: for people who read the rules, and write none."""

from __future__ import annotations

from typing import Protocol

from django.utils.translation import gettext as _

from questions.conditions.tree import And, Call, Compare, Listing, Literal, Name, Node, Not, Or

SIGNS = {">=": "<=", "<=": ">=", ">": "<", "<": ">"}  # read from the other side


class Asked(Protocol):
    """The questions that a condition reads, as people know them."""

    def name(self, key: str) -> str:
        """The question, as it is asked."""

    def answer(self, key: str, value: object) -> str:
        """A value of its answer, as people read it."""


def in_words(tree: Node, asked: Asked, *, own: str = "") -> str:
    """What must hold, in words. Of the question `own`, which the sentence already names, the answer alone is said."""

    def said(node: Node) -> str:
        match node:
            case Compare(left=left, operator=sign, right=right):
                if not isinstance(left, Name | Call) and isinstance(right, Name | Call):
                    left, sign, right = right, SIGNS.get(sign, sign), left
                return _about(left, sign, right)
            case Name() | Call(function="answered"):
                return _about(node, "", None)
            case Not(inner=inner):
                return _("not the case: %(condition)s") % {"condition": _inside(inner)}
            case And(parts=parts):
                return _joined(_("%(one)s and %(other)s"), [_inside(part) for part in parts])
            case Or(parts=parts):
                return _joined(_("%(one)s or %(other)s"), [_inside(part) for part in parts])
        return asked.answer("", node.value if isinstance(node, Literal) else node)

    def _inside(node: Node) -> str:
        return f"({said(node)})" if isinstance(node, And | Or) else said(node)

    def _about(node: Node, sign: str, right: Node | None) -> str:
        name = node.name if isinstance(node, Call) else node
        assert isinstance(name, Name)  # the grammar compares names, and calls of them
        answer = _given(node) if right is None else _compared(name.key, sign, right)
        if isinstance(node, Call) and node.function == "count":
            answer = _("number of lines: %(answer)s") % {"answer": answer}
        if name.key == own:
            return answer
        return _("“%(question)s”: %(answer)s") % {"question": asked.name(name.key), "answer": answer}

    def _given(node: Node) -> str:
        return asked.answer(node.key, True) if isinstance(node, Name) else _("there is an answer")

    def _compared(key: str, sign: str, right: Node) -> str:
        value = _value(key, right)
        match sign:
            case ">=":
                return _("at least %(value)s") % {"value": value}
            case "<=":
                return _("at most %(value)s") % {"value": value}
            case ">":
                return _("more than %(value)s") % {"value": value}
            case "<":
                return _("less than %(value)s") % {"value": value}
            case "in":
                return _("one of these: %(values)s") % {"values": value}
            case "not in":
                return _("none of these: %(values)s") % {"values": value}
            case "!=":
                return _("anything but %(value)s") % {"value": value}
        return value

    def _value(key: str, node: Node) -> str:
        match node:
            case Literal(value=value):
                return asked.answer(key, value)
            case Listing(items=items):
                return "; ".join(asked.answer(key, item.value) for item in items)
            case Name(key=other):
                return _("the answer to “%(question)s”") % {"question": asked.name(other)}
        return said(node)

    return said(tree)


def _joined(pattern: str, parts: list[str]) -> str:
    whole, *others = parts
    for other in others:
        whole = pattern % {"one": whole, "other": other}
    return whole
