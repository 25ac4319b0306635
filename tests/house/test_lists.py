"""Each list has its proof: a test with a row of each kind that must not be there, and rows out of order.

`tests/mutants.py` makes the faults that such a test must see. Each function that narrows or orders rows is proved by
some test.
"""

import ast
import importlib
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps

from tests.mutants import GUARDS, key_of, mutants_of

ROOT = Path(__file__).parents[2]
NO_PROOF = "mark the test that shows who is in each, and in which order, with @proves, and run it with --mutants"
NARROW = {"filter", "exclude", "order_by", "distinct"}
WRITES = {"update", "delete"}
ELSEWHERE = ("tests", "demo", "benchmarks", "ops")  # no app of the product
FROZEN = "migrations"  # each has its own test, with rows in place


def lists_of_the_house() -> set[str]:
    """`decisions.querysets.DecisionQuerySet.after`, for each function there that narrows or orders rows."""
    found = set()
    for path in sorted(ROOT.glob("*/**/*.py")):
        names = path.relative_to(ROOT).with_suffix("").parts
        if names[0] in ELSEWHERE or names[0].startswith((".", "node_modules", "var")) or FROZEN in names:
            continue
        module = ".".join(name for name in names if name != "__init__")
        for owner, function in _functions(ast.parse(path.read_text())):
            if _is_list(function):
                found.add(".".join([module, *owner, function.name]))
    return found


def _functions(tree: ast.Module):
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield [], node
        if isinstance(node, ast.ClassDef):
            yield from (([node.name], inner) for inner in node.body if isinstance(inner, ast.FunctionDef))


def _is_list(function: ast.FunctionDef) -> bool:
    """Whether it narrows or orders rows: neither one row by its key, nor a write of rows by theirs, is a list."""
    written = {
        node.func.value
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES
    }
    return any(_narrows(node) and not _is_by_key(node, node in written) for node in ast.walk(function))


def _narrows(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in NARROW:
        return False
    return node.func.attr != "order_by" or bool(node.args)  # without a key it takes an order away


def _is_by_key(call: ast.Call, is_written: bool) -> bool:
    """`.filter(pk=…)` alone; with more beside it where the row is written: its version, or who holds it."""
    if call.func.attr != "filter" or call.args:
        return False
    named = {keyword.arg for keyword in call.keywords}
    return (len(named) == 1 and named <= keys()) or (is_written and "pk" in named)


@cache
def keys() -> frozenset[str]:
    """The fields that name one row of whichever table has them: `pk`, and those that are unique in each."""
    fields = [field for model in apps.get_models() for field in model._meta.concrete_fields]
    shared = {field.name for field in fields if not field.unique}
    return frozenset({"pk"} | {field.name for field in fields if field.unique} - shared)


def proofs() -> dict[str, set[str]]:
    """The tests that prove each list."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "tests").glob("**/test_*.py")):
        if "proves" not in path.read_text() or path == Path(__file__):
            continue
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for test, function in vars(importlib.import_module(name)).items():
            for mark in getattr(function, "pytestmark", []) if test.startswith("test_") else []:
                if mark.name == "proves":
                    for proven in mark.args:
                        found.setdefault(key_of(proven), set()).add(f"{name}.{test}")
    return found


def test_each_list_has_a_test_that_shows_who_is_in_it_and_in_which_order():
    assert sorted(lists_of_the_house() - set(proofs())) == [], NO_PROOF


@pytest.mark.parametrize(
    ("written", "is_list"),
    [
        ("rows.filter(pk=one)", False),
        ("rows.filter(token_digest=digest).first()", False),
        ("rows.filter(pk__in=[1, 2])", True),
        ("rows.filter(pk=one, done_at=None)", True),
        ("rows.filter(pk=one, version=2).update(version=3)", False),
        ("rows.filter(version=2).update(version=3)", True),
        ("rows.filter(pk=one).order_by('id')", True),
        ("rows.exclude(pk=one)", True),
        ("rows.order_by()", False),
        ("rows.all().distinct()", True),
    ],
)
def test_neither_one_row_by_its_key_nor_a_write_of_it_is_a_list(written, is_list):
    assert _is_list(ast.parse(f"def found(): return {written}").body[0]) is is_list


# The faults themselves


def in_office(rows, today, role) -> str | None:
    if not role or today < 0:
        return rows.none()
    held = rows.filter(starts_on__lte=today, user__is_active=True).exclude(role=role)
    few = held.filter(seat="") if role == "reviewer" else held
    return sorted(one for one in few.order_by("-starts_on", "id")[:3] if one.ends_on > today)


@pytest.mark.parametrize(
    "fault",
    [
        "without `starts_on__lte=today`",
        "`__lt` for `__lte`",
        "without `user__is_active=True`",
        "without `role=role`",
        "order without `'-starts_on'`",
        "order by `starts_on`",
        "order by `-id`",
        "without the limit",
        "sorted the other way",
        "`one.ends_on > today` with the bound moved",
        "without `if one.ends_on > today`",
        "all for none",
    ],
)
def test_fault_is_made_of_each_condition_bound_order_and_limit(fault):
    assert fault in {mutant.name.partition(": ")[2] for mutant in mutants_of(in_office)}


@pytest.mark.parametrize(
    "fault",
    [
        "without `if not role or today < 0`",
        "without `not role`",
        "without `today < 0`",
        "always as `if role == 'reviewer'`",
        "never as `if role == 'reviewer'`",
    ],
)
def test_fault_is_made_of_each_guard_when_they_are_asked_for(fault, monkeypatch):
    monkeypatch.setattr("tests.mutants.MADE", {GUARDS})
    made = mutants_of.__wrapped__(in_office)
    assert fault in {mutant.name.partition(": ")[2] for mutant in made}


def test_no_fault_is_made_of_a_type():
    assert not [mutant.name for mutant in mutants_of(in_office) if "None" in mutant.name]
