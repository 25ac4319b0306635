"""What a public function takes and gives is said: no `Any`, and no return type left out.

An override of a framework's own method may keep the framework's open signature. It is known by the class itself: one
of its bases that is not ours has a method of that name.
"""

import ast
import importlib
import re
import tomllib
from functools import reduce

import pytest

from tests.house.test_imports import APPS, ROOT

PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["packages"]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def sources():
    """Every module whose types are checked, as (its dotted name, its text)."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if "migrations" not in parts:
                yield ".".join(parts).removesuffix(".__init__"), path.read_text()


def public(node, classes=()):
    """The functions that others may call, each with the names of the classes it stands in."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef) and not child.name.startswith("_"):
            yield from public(child, (*classes, child.name))
        elif isinstance(child, FUNCTIONS) and (child.name.endswith("__") or not child.name.startswith("_")):
            yield classes, child
        elif isinstance(child, ast.If | ast.Try):
            yield from public(child, classes)


def untold(function):
    """What a function's signature leaves open, in words."""
    given = function.args
    arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    said = {argument.arg: argument.annotation for argument in arguments if argument and argument.annotation}
    said["return"] = function.returns
    if function.returns is None:
        yield "no return type"
    yield from (f"{name} is Any" for name, annotation in said.items() if annotation and says_any(annotation))


def says_any(annotation):
    """Whether `Any` is part of a type, written out or between quotes."""
    for node in ast.walk(annotation):
        match node:
            case ast.Name(id="Any") | ast.Attribute(attr="Any"):
                return True
            case ast.Constant(value=str() as text) if text.isidentifier() or "[" in text or "|" in text:
                if says_any(ast.parse(text, mode="eval")):
                    return True
    return False


def overrides(module, classes, name):
    """Whether a method of this name comes from a base that is a framework's (`object` is nobody's)."""
    if not classes:
        return False
    cls = reduce(getattr, classes, importlib.import_module(module))
    theirs = [base for base in cls.__mro__ if base is not object and base.__module__.split(".")[0] not in PACKAGES]
    return any(name in vars(base) for base in theirs)


def test_public_functions_say_what_they_take_and_give():
    assert [
        f"{module}.{'.'.join([*classes, function.name])}: {fault}"
        for module, text in sources()
        for classes, function in public(ast.parse(text))
        for fault in untold(function)
        if not overrides(module, classes, function.name)
    ] == []


def test_every_package_is_checked():
    assert {"ops", *APPS} == set(PACKAGES)


def test_what_the_checker_is_told_to_ignore_has_a_reason_and_is_rare():
    ignored = [line for _module, text in sources() for line in text.splitlines() if "# type: ignore" in line]
    assert [line for line in ignored if not re.search(r"# type: ignore\[[a-z,-]+\]  # \w", line)] == []
    assert len(ignored) <= 20


@pytest.mark.parametrize(
    ("code", "faults"),
    [
        ("def f(x: int): ...", ["no return type"]),
        ("def f(x: Any) -> None: ...", ["x is Any"]),
        ("def f(*x: int, y: dict[str, Any], **z: Any) -> None: ...", ["y is Any", "z is Any"]),
        ("async def f() -> 'typing.Any | None': ...", ["return is Any"]),
        ("class C:\n    def f(self) -> Callable[..., 'Any']: ...", ["return is Any"]),
        ("if TYPE_CHECKING:\n    def f(x) -> 'Literal[\"a b\"]': ...\n    def g(): ...", ["no return type"]),
        ("def _f(x: Any): ...\nclass _C:\n    def f(self): ...", []),
        ("def f(x: AnyMove) -> 'Anyone':\n    def g(): ...", []),
    ],
)
def test_open_signature_is_seen(code, faults):
    """What this file refuses and lets pass, so that it cannot pass for want of looking."""
    assert [fault for _classes, function in public(ast.parse(code)) for fault in untold(function)] == faults


def test_override_is_of_a_framework_and_never_of_ours():
    assert overrides("work.forms", ["MoneyInput"], "get_context")
    assert overrides("accounts.forms.signing_in", ["SignInForm"], "__init__")
    assert not overrides("work.jobs.kinds", ["Kept"], "__init__")  # a dataclass's own
    assert not overrides("decisions.rules", ["Issue"], "told")  # of moves.transitions.Facts
    assert not overrides("work.forms", [], "get_context")
