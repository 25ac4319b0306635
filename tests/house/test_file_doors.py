"""One door to a file: what stands nearest to the reader fetches no row of a file but by a right, or once inside."""

import ast
import re
from pathlib import Path

from django.apps import apps

from tests.house.test_imports import APPS

ROOT = Path(__file__).parents[2]
NEAREST = ("views", "api", "feeds")
# The questions that a right, or a list of one's own, asks of the rows.
BY_RIGHT = (
    r"\.(of_member|of_staff|visible_to|listed|held_by|of_reviewer|open_to|past_of|next_of|of_officer"
    r"|asked_of|ever_asked_of|none)\("
)
INSIDE = r"\b(application|assignment)=|\bbeside\(assignment\)"  # of the file, or of the review, that the door gave
EXCEPTIONS = {
    "decisions/views/queue.py queue": "the decisions that `next_of` gave just before, asked again by their keys",
}


def rows_of_files():
    """Names of the models whose rows are of one file: the file itself, what names it, and what hangs on these."""
    models = [m for m in apps.get_models() if m._meta.app_label in APPS and m._meta.app_label not in ("audit", "moves")]
    near = {m for m in models if any(f.name in ("application", "application_id") for f in m._meta.concrete_fields)}
    near.add(apps.get_model("applications", "Application"))
    hang = {m for m in models if any(f.is_relation and f.related_model in near for f in m._meta.concrete_fields)}
    return {m.__name__ for m in near | hang}


BLOCKS = (ast.FunctionDef, ast.If, ast.For, ast.With, ast.Try)  # their own statements are looked at one by one


def fetches(path, names):
    """Statements of a module that start at the rows of one of these models: (module and function, source)."""
    starts = re.compile(rf"\b({'|'.join(sorted(names))})\.(_default_manager|_base_manager|objects)\b")
    tree = ast.parse(path.read_text())
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for statement in ast.walk(function):
            if isinstance(statement, ast.stmt) and not isinstance(statement, BLOCKS):
                if starts.search(source := ast.unparse(statement)):
                    yield f"{path.relative_to(ROOT)} {function.name}", source
            elif isinstance(statement, ast.If) and starts.search(source := ast.unparse(statement.test)):
                yield f"{path.relative_to(ROOT)} {function.name}", source


def modules():
    for app in APPS:
        for name in NEAREST:
            yield from [one] if (one := ROOT / app / f"{name}.py").exists() else ()
            yield from sorted((ROOT / app / name).rglob("*.py"))


def test_no_page_api_or_feed_fetches_a_file_otherwise_than_by_a_right():
    names = rows_of_files()
    assert {"Application", "Assignment", "Decision", "Letter", "Document", "Score", "Award"} <= names
    found = {where: source for path in modules() for where, source in fetches(path, names)
             if not re.search(BY_RIGHT, source) and not re.search(INSIDE, source)}  # fmt: skip
    assert {where: source for where, source in found.items() if where not in EXCEPTIONS} == {}
    assert set(found) == set(EXCEPTIONS)  # none that is no longer needed


def test_a_file_is_named_by_an_address_in_the_door_alone():
    """What an address names (`reference`, `public_id`) finds a file where a right is asked, and nowhere else."""
    faults = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("get_object_or_404", "get_list_or_404")):
                source = ast.unparse(node)
                if re.match(r"get_\w+_or_404\(Application\b", source) and not re.search(BY_RIGHT, source):
                    faults.append(f"{path.relative_to(ROOT)}: {source}")
    assert faults == []
