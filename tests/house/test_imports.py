"""What import-linter cannot see, because it knows an outside library as a whole: contracts 3 and 8 of the house."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
PURE = [
    "states",
    "roles",
    "constants",
    "messages",
    "scoring",
    "assignment",
    "conditions",
    "money",
    "policy",
    "schema",
    "rubric",
    "clock",
    "tracing",
    "identifiers",
    "spreadsheets",
]
FACES = ["urls", "views", "forms", "api", "tasks", "admin", "feeds"]
# A pure module may translate, and name its closed lists.
ALLOWED = {"django.utils.translation", "django.utils.functional", "django.db.models"}
OUTSIDE = {"rest_framework", "celery", "weasyprint", "django_fsm"}


def modules():
    """Every module of the house, as (app, what kind of code it is, path)."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            parts = path.relative_to(ROOT / app).with_suffix("").parts
            if parts[0] not in ("migrations", "__init__"):
                yield app, parts[0], path


def imports_of(path):
    """`(module, names, line)` for each import statement of a file, wherever it stands."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, [alias.name for alias in node.names], node.lineno
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, [], node.lineno


def test_pure_modules_import_no_django_but_translation_and_choices():
    faults = []
    for app, kind, path in modules():
        if kind not in PURE:
            continue
        for module, names, line in imports_of(path):
            top = module.split(".")[0]
            choices_only = module != "django.db.models" or set(names) <= {"TextChoices", "IntegerChoices"}
            if top in OUTSIDE or (top == "django" and (module not in ALLOWED or not choices_only)):
                faults.append(f"{app}/{path.name}:{line} imports {module} {names}")
    assert faults == []


def test_faces_of_an_app_are_private_to_it():
    faults = []
    for app, _kind, path in modules():
        for module, names, line in imports_of(path):
            parts = module.split(".")
            # `work` is the ground: it has no pages, and its form fields are the house's own widgets.
            if parts[0] not in APPS or parts[0] in (app, "config", "work") or app == "config":
                continue
            reached = {parts[1]} if len(parts) > 1 else set(names)
            for face in reached & set(FACES):
                faults.append(f"{app}/{path.name}:{line} reaches into {parts[0]}.{face}")
    assert faults == []


@pytest.mark.parametrize("name", ["utils", "common", "helpers", "core", "misc", "base"])
def test_no_module_has_a_name_that_says_nothing(name):
    found = [path for _app, _kind, path in modules() if path.stem == name or path.parent.name == name]
    assert found == []
