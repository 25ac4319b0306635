"""Moves that no page, task or feed makes yet: the workflow says so on its own screen, and which part will."""

import ast
import re
from collections import defaultdict

from moves.management.commands.draw_workflows import machines, not_yet
from moves.registry import declared
from tests.house.test_addresses import python_files
from tests.house.test_imports import APPS, ROOT

FACES = re.compile(r"/(views|api|tasks|urls|reactions|adapter|feeds|forms|middleware)(/|\.py)|/management/")
DECLARED_IN = ("workflow.py", "facts.py")  # they name moves, and make none


def named(node):
    """The names that code reads, but for what a reaction follows: `{name}` and `{(model, move)}`."""
    names, moves = set(), set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.Call) and getattr(one.func, "id", "") == "after":
            continue
        if isinstance(one, ast.Attribute):
            names.add(one.attr)
            moves |= {(one.value.id, one.attr)} if isinstance(one.value, ast.Name) else set()
        names |= {one.id} if isinstance(one, ast.Name) else set()
        waiting += ast.iter_child_nodes(one)
    return names, moves


def made():
    """`{(model, move)}` for what is named by code that a face of some app reaches, by names of functions."""
    parts, found, waiting = defaultdict(list), set(), []
    for app, path in python_files():
        if path.name in DECLARED_IN:
            continue
        tree = ast.parse(path.read_text())
        imported = {node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        apps = {app} | imported & set(APPS)
        if FACES.search(str(path.relative_to(ROOT))):
            waiting.append((apps, tree))
        for node in tree.body:
            for name in {getattr(node, "name", "")} | {one.id for one in ast.walk(node) if is_set(one)}:
                parts[app, name].append((apps, node))
    reached = set()
    while waiting:
        apps, node = waiting.pop()
        names, moves = named(node)
        found |= moves
        for key in {(app, name) for app in apps for name in names} - reached:
            reached.add(key)
            waiting += parts.get(key, [])
    return found


def is_set(node):
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id.isupper()


def test_move_that_nothing_makes_yet_says_which_part_will():
    reached = made()
    lives = [(model.__name__, name, step) for model in machines() for name, step in declared(model)]
    nothing_makes = {(model, name) for model, name, step in lives if not step.terms.fired} - reached
    assert {(model, name) for model, name, step in lives if not_yet(step)} == nothing_makes
    assert ("Application", "ask_reconsideration") in nothing_makes
    drawn = (ROOT / "docs" / "workflow.md").read_text()
    assert [name for _model, name, step in lives if not_yet(step) and f"- `{name}`: {not_yet(step)}" not in drawn] == []
