"""A condition written out again."""

from __future__ import annotations

from decimal import Decimal

from questions.conditions.tree import And, Call, Compare, Listing, Literal, Name, Node, Not, Or


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
