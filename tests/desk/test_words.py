"""Nothing in the trail is shown by its code: every verb and every subject that the product writes has its words."""

import ast
from pathlib import Path

from desk.constants import SUBJECTS, VERBS
from desk.selectors.trail.lines import _done, _models

APPS = (
    "accounts",
    "funding",
    "programs",
    "applications",
    "reviews",
    "decisions",
    "awards",
    "documents",
    "reports",
    "desk",
)
ROOT = Path(__file__).resolve().parents[2]


def recorded():
    """(file, line, verb) of every call of `record` or `trail.record` with a literal verb in the apps' services."""
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or len(node.args) < 2:
                    continue
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name == "record" and isinstance(node.args[1], ast.Constant):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node.args[1].value


def test_every_recorded_verb_has_its_words():
    known = {*VERBS, *_done()}
    bare = {name.split(".", 1)[1] for name in known}
    lacking = [
        f"{where}: {verb}" for where, verb in recorded() if verb not in known and not ("." not in verb and verb in bare)
    ]
    assert lacking == []


def test_every_life_cycle_and_every_subject_of_a_verb_has_a_name():
    subjects = {name.split(".", 1)[0] for name in VERBS} - {"invitation", "person", "ledger", "trail"}
    assert sorted((subjects | set(_models())) - set(SUBJECTS) - {"machine"}) == []
