"""Whether the tests of a list can fail: each of its conditions is left out in turn, and they must see it.

A test that shows who is in a list, and in which order, says of which functions it is the proof:

    @proves(DecisionQuerySet.after)

`pytest --mutants` runs each of these tests again, once for every small fault that can be made in those functions: a
condition dropped, a bound moved, an order dropped or turned round, a limit gone, a call of another list left out; with
`--guards`, also a guard left out and each side of its condition. A fault that none of the function's tests sees fails
the run: there is no row of the kind that it lets in. A function without such a test fails `tests/house/test_lists.py`.
"""

import ast
import copy
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import FunctionType

import pytest
from django.db import models, transaction

from work import clock

Function = Callable[..., object]
GUARDS = "guards"  # faults of `if`, `and`, `or`: made when `--guards` asks for them
MADE: set[str] = set()
BOUNDS = {"__lt": "__lte", "__lte": "__lt", "__gt": "__gte", "__gte": "__gt"}
COMPARED = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}


def proves(*functions: Function, moot: dict[str, str] | None = None) -> pytest.MarkDecorator:
    """The mark of a test that shows who is in these lists, or their order. `moot`: the faults that change nothing,
    each by a part of its name, and why they do not."""
    return pytest.mark.proves.with_args(*functions, moot=moot or {})


@dataclass(frozen=True)
class Mutant:
    """One small fault in a function: `name` says which, `made` is the function that has it."""

    name: str
    made: Function


def key_of(function: Function) -> str:
    """`decisions.querysets.DecisionQuerySet.after`."""
    return f"{function.__module__}.{function.__qualname__}"


@cache
def list_methods() -> frozenset[str]:
    """The names of the methods that our own querysets add to Django's: to leave a call of one out is a fault too."""
    found: set[str] = set()
    waiting = list(models.QuerySet.__subclasses__())
    while waiting:
        queryset = waiting.pop()
        waiting += queryset.__subclasses__()
        found |= {name for name in vars(queryset) if not name.startswith("__")}
    return frozenset(found - set(vars(models.QuerySet)))


def _dropped(call: ast.Call, line: int) -> Iterator[tuple[str, ast.expr]]:
    """The call without one of its conditions."""
    for place, argument in enumerate(call.args):
        left = [other for index, other in enumerate(call.args) if index != place]
        yield f"line {line}: without `{ast.unparse(argument)}`", ast.Call(call.func, left, call.keywords)
    for place, keyword in enumerate(call.keywords):
        left_named = [other for index, other in enumerate(call.keywords) if index != place]
        yield f"line {line}: without `{ast.unparse(keyword)}`", ast.Call(call.func, call.args, left_named)


def _moved_bounds(call: ast.Call, line: int) -> Iterator[tuple[str, ast.expr]]:
    for place, keyword in enumerate(call.keywords):
        for bound, other in BOUNDS.items():
            if keyword.arg and keyword.arg.endswith(bound):
                moved = list(call.keywords)
                moved[place] = ast.keyword(keyword.arg.removesuffix(bound) + other, keyword.value)
                yield f"line {line}: `{other}` for `{bound}`", ast.Call(call.func, call.args, moved)


def _orders(call: ast.Call, line: int) -> Iterator[tuple[str, ast.expr]]:
    """The order without one of its keys, and with one turned round. The last resort, the row's key, is only turned, and
    so is an only key: without it the database gives the rows as it likes, which may well be the right way."""
    for place, key in enumerate(call.args):
        before, after = call.args[:place], call.args[place + 1 :]
        named = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None
        if named not in ("id", "pk", "-id", "-pk") and (len(call.args) > 1 or not named):
            yield f"line {line}: order without `{ast.unparse(key)}`", ast.Call(call.func, [*before, *after], [])
        if named:
            turned = named[1:] if named.startswith("-") else f"-{named}"
            keys = [*before, ast.Constant(turned), *after]
            yield f"line {line}: order by `{turned}`", ast.Call(call.func, keys, [])


def _of_call(call: ast.Call, line: int) -> Iterator[tuple[str, ast.expr]]:
    match call.func:
        case ast.Attribute(attr="filter" | "exclude"):
            yield from _dropped(call, line)
            yield from _moved_bounds(call, line)
        case ast.Name(id="Q"):
            if len(call.args) + len(call.keywords) > 1:
                yield from _dropped(call, line)
            yield from _moved_bounds(call, line)
        case ast.Attribute(attr="order_by"):
            yield from _orders(call, line)
        case ast.Attribute(value=value, attr="distinct"):
            yield f"line {line}: without distinct", value
        case ast.Attribute(value=value, attr=name) if name in list_methods() and not isinstance(value, ast.Name):
            yield f"line {line}: without .{name}()", value
        case ast.Attribute(value=value, attr="none"):
            yield f"line {line}: all for none", ast.Call(ast.Attribute(value, "all", ast.Load()), [], [])
        case ast.Name(id="sorted"):
            turned = ast.keyword("reverse", ast.UnaryOp(ast.Not(), _reverse(call)))
            keywords = [one for one in call.keywords if one.arg != "reverse"]
            yield f"line {line}: sorted the other way", ast.Call(call.func, call.args, [*keywords, turned])


def _reverse(call: ast.Call) -> ast.expr:
    return next((one.value for one in call.keywords if one.arg == "reverse"), ast.Constant(False))


def _of_comprehension(found: ast.comprehension, line: int) -> Iterator[tuple[str, ast.comprehension]]:
    for place, condition in enumerate(found.ifs):
        left = [other for index, other in enumerate(found.ifs) if index != place]
        made = ast.comprehension(found.target, found.iter, left, found.is_async)
        yield f"line {line}: without `if {ast.unparse(condition)}`", made
        for side, halved in _halved(condition) if GUARDS in MADE else ():
            ifs = [halved if index == place else other for index, other in enumerate(found.ifs)]
            yield f"line {line}: without `{side}`", ast.comprehension(found.target, found.iter, ifs, found.is_async)


def _of_choice(node: ast.If | ast.IfExp, line: int) -> Iterator[tuple[str, ast.AST]]:
    """A guard that is not there; one side of its condition that is not; of two lists, always the same."""
    for condition, halved in _halved(node.test):
        made = copy.copy(node)
        made.test = halved
        yield f"line {line}: without `{condition}`", made
    match node:
        case ast.If(test=test, body=[*_, ast.Return() | ast.Continue() | ast.Raise()], orelse=[]):
            yield f"line {line}: without `if {ast.unparse(test)}`", ast.Pass()
        case ast.IfExp(test=test, body=body, orelse=other) if any(_is_list(one) for one in ast.walk(node)):
            yield f"line {line}: always as `if {ast.unparse(test)}`", body
            yield f"line {line}: never as `if {ast.unparse(test)}`", other


def _halved(condition: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """`and` and `or` without one of their sides."""
    if isinstance(condition, ast.BoolOp):
        for place, value in enumerate(condition.values):
            left = [other for index, other in enumerate(condition.values) if index != place]
            yield ast.unparse(value), left[0] if len(left) == 1 else ast.BoolOp(condition.op, left)


def _is_list(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(attr=name):
            return name in list_methods() or name in {"filter", "exclude", "none", "order_by", "distinct"}
    return False


def _faults(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    line = getattr(node, "lineno", 0)
    match node:
        case ast.Call():
            yield from _of_call(node, line)
        case ast.BinOp(left=left, op=ast.BitAnd() | ast.BitOr(), right=right):
            yield f"line {line}: only `{ast.unparse(left)}`", left
            yield f"line {line}: only `{ast.unparse(right)}`", right
        case ast.UnaryOp(op=ast.Invert() | ast.Not(), operand=operand):
            yield f"line {line}: not turned round: `{ast.unparse(operand)}`", operand
        case ast.Compare(ops=[op]) if type(op) in COMPARED:
            yield (
                f"line {line}: `{ast.unparse(node)}` with the bound moved",
                ast.Compare(node.left, [COMPARED[type(op)]()], node.comparators),
            )
        case ast.Subscript(value=value, slice=ast.Slice(lower=None)):
            yield f"line {line}: without the limit", value
        case ast.comprehension():
            yield from _of_comprehension(node, node.target.lineno)
        case ast.If() | ast.IfExp() if GUARDS in MADE:
            yield from _of_choice(node, line)


class _Numbered(ast.NodeTransformer):
    """Visits the nodes always in the same order; puts `new` in the place of one of them."""

    def __init__(self, place: int = -1, new: ast.AST | None = None):
        self.nodes: list[ast.AST] = []
        self.place, self.new = place, new

    def visit(self, node: ast.AST) -> ast.AST | None:
        self.nodes.append(node)
        return self.new if len(self.nodes) - 1 == self.place else self.generic_visit(node)


@cache
def mutants_of(function: Function) -> list[Mutant]:
    """Every small fault of the kinds above that can be made in `function`."""
    source, first = inspect.getsourcelines(function)
    tree = ast.parse(textwrap.dedent("".join(source)))
    ast.increment_lineno(tree, first - 1)
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef), function
    definition.decorator_list = []
    _forget_types(definition)
    seen = _Numbered()
    seen.visit(copy.deepcopy(tree))
    return [
        Mutant(name, _compiled(_Numbered(place, new).visit(copy.deepcopy(tree)), function))
        for place, node in enumerate(seen.nodes)
        for name, new in _faults(node)
    ]


def _forget_types(definition: ast.FunctionDef) -> None:
    """Annotations decide nothing: `Refusal | None` is no condition."""
    for node in ast.walk(definition):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant("")


def _compiled(tree: ast.AST | None, function: Function) -> Function:
    assert isinstance(tree, ast.Module)
    code = compile(ast.fix_missing_locations(tree), inspect.getfile(function), "exec")
    made: dict[str, Function] = {}
    exec(code, vars(sys.modules[function.__module__]), made)  # our own source, one condition apart
    return made[function.__name__]


@contextmanager
def in_place_of(function: Function, made: Function) -> Iterator[None]:
    """Whoever calls `function` runs `made`: by its class, by any name it was imported under, or from a registry."""
    own, other = inspect.unwrap(function), inspect.unwrap(made)
    assert isinstance(own, FunctionType)
    assert isinstance(other, FunctionType)
    code = own.__code__
    own.__code__ = other.__code__
    try:
        yield
    finally:
        own.__code__ = code


# The run. What each worker saw is added up where the session ends.

Seen = dict[str, dict[str, bool]]  # of each function, of each of its faults: whether a test saw it
SEEN = pytest.StashKey[Seen]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--mutants", action="store_true", help="make every small fault in the lists that tests prove")
    parser.addoption("--guards", action="store_true", help="with --mutants: guards left out too")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SEEN] = {}
    if config.getoption("--guards"):
        MADE.add(GUARDS)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> object:
    """Runs the test, then again for each fault of the functions that it proves; each time the rows go back."""
    marks = list(pyfuncitem.iter_markers("proves"))
    if not marks or not pyfuncitem.config.getoption("--mutants"):
        return None
    given = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    for _time in ("first", "again"):  # a test that cannot be run twice would see what is not there
        with _put_back():
            pyfuncitem.obj(**given)
    for function in (function for mark in marks for function in mark.args):
        moot = {fault: why for mark in marks for fault, why in mark.kwargs.get("moot", {}).items()}
        seen = pyfuncitem.config.stash[SEEN].setdefault(key_of(function), {})
        for mutant in mutants_of(function):
            if not any(fault in mutant.name for fault in moot) and not seen.get(mutant.name):
                seen[mutant.name] = _is_seen(pyfuncitem, given, function, mutant)
    return True


@contextmanager
def _put_back() -> Iterator[None]:
    """The rows, and the clock, as they were before the test."""
    standing = clock._standing.get()
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]  # as the test's own: what must stand in no block may run
    with block:
        try:
            yield
        finally:
            clock._standing.set(standing)
            transaction.set_rollback(True)


def _is_seen(item: pytest.Function, given: dict[str, object], function: Function, mutant: Mutant) -> bool:
    try:
        with _put_back(), in_place_of(function, mutant.made):
            item.obj(**given)
    except (Exception, pytest.fail.Exception):  # whatever the fault broke; one that makes no sense breaks too
        return True
    return False


def pytest_sessionfinish(session: pytest.Session) -> None:
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["mutants"] = session.config.stash[SEEN]
    elif survivors(session.config.stash[SEEN]):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Another worker has ended: what it saw."""
    config: pytest.Config = node.config  # type: ignore[attr-defined]  # xdist's
    for function, faults in getattr(node, "workeroutput", {}).get("mutants", {}).items():
        known = config.stash[SEEN].setdefault(function, {})
        for fault, is_seen in faults.items():
            known[fault] = known.get(fault, False) or is_seen


def survivors(seen: Seen) -> list[str]:
    return sorted(f"{key}, {fault}" for key, faults in seen.items() for fault, is_seen in faults.items() if not is_seen)


def pytest_terminal_summary(terminalreporter: object, config: pytest.Config) -> None:
    seen = config.stash[SEEN]
    write: Function = terminalreporter.write_line  # type: ignore[attr-defined]
    if config.getoption("--mutants"):
        made = sum(len(faults) for faults in seen.values())
        write(f"{made} faults made in {len(seen)} lists; {len(survivors(seen))} that no test sees:")
        for one in survivors(seen):
            write(f"  {one}")
