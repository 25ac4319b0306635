"""The tree of a condition, and what it reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal


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
