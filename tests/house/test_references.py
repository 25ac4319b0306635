"""What is one of a closed list is named by its member: a text that says it again is one that no tool follows."""

import ast

import pytest

from tests.house.test_addresses import python_files
from tests.house.test_imports import ROOT

# Attributes, and columns in a filter or a new row, that hold a member of a closed list, or the code of a refusal.
CLOSED = {"state", "kind", "type", "role", "seat", "standing", "code", "why", "outcome", "duty"}


def texts_in(node):
    """The texts of an expression that is one, or a choice or a list of some; "" (none) is no member."""
    match node:
        case ast.Constant(value=str(text)):
            return [text] if text else []
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return [text for part in parts for text in texts_in(part)]
        case ast.IfExp(body=one, orelse=other):
            return texts_in(one) + texts_in(other)
    return []


def spelled_in(source):
    """`(what, line)` for each member of a closed list that is spelled in text."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Compare(left=ast.Attribute(attr=name), comparators=others) if name in CLOSED:
                yield from ((f"{name} {text}", node.lineno) for other in others for text in texts_in(other))
            case ast.Call(keywords=keywords):
                for keyword in keywords:
                    name = (keyword.arg or "").removesuffix("__in").split("__")[-1]
                    if name in CLOSED - {"code"}:  # who refuses gives the code its name
                        yield from ((f"{name}={text}", node.lineno) for text in texts_in(keyword.value))
            case ast.Match(subject=ast.Attribute(attr=name), cases=cases) if name in CLOSED:
                for case in cases:
                    for part in ast.walk(case.pattern):
                        yield from (
                            (f"{name} {text}", case.pattern.lineno) for text in texts_in(getattr(part, "value", None))
                        )


def test_members_of_closed_lists_are_named_and_not_spelled():
    faults = [
        f"{path.relative_to(ROOT)}:{line} {what}"
        for _app, path in python_files()
        for what, line in spelled_in(path.read_text())
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('file.state == "draft"', ["state draft"]),
        ('question.type in ("money", "date")', ["type money", "type date"]),
        ('refusal.code != "due"', ["code due"]),
        ('rows.filter(call__state__in=["open"])', ["state=open"]),
        ('Row(role="chair" if one else other)', ["role=chair"]),
        ('match step.kind:\n    case "issued" | "void": pass', ["kind issued", "kind void"]),
        ("file.state == State.DRAFT", []),
        ('file.outcome == ""', []),
        ('Refusal(words, code="due")', []),
    ],
)
def test_a_member_that_is_spelled_is_found_wherever_it_is(source, found):
    assert [what for what, _line in spelled_in(source)] == found
