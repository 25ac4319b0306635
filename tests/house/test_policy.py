"""A programme's rules are read in one place: elsewhere they are typed, and no dictionary of theirs is opened."""

import ast
import re
from pathlib import Path

from programs.policy import KEYS
from tests.house.test_imports import APPS, ROOT

# Who may hold a version's dictionary: what reads it, what checks it, what writes it.
READERS = (
    "programs/selectors/versions.py",
    "programs/policy/",
    "builder/bundle/",
    "builder/exports.py",
    "builder/services.py",
    "builder/checks.py",
)
DECLARES = "programs/models/"


def sources():
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            place = path.relative_to(ROOT).as_posix()
            if "/migrations/" not in place and not place.startswith((*READERS, DECLARES)):
                yield place, ast.parse(path.read_text())


def raw_lookups(tree):
    """The lines that open a version's dictionary, or take a theme of the rules out of one."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr="definition"):
                yield node.lineno
            case ast.Call(func=ast.Attribute(value=of, attr="get"), args=[ast.Constant(value=key), *_]) if key in KEYS:
                if _is_rules(of):
                    yield node.lineno
            case ast.Subscript(value=of, slice=ast.Constant(value=key)) if key in KEYS and _is_rules(of):
                yield node.lineno


def _is_rules(node):
    return bool(re.search(r"rules|definition|policy", ast.unparse(node)))


def test_rules_are_looked_up_in_their_policy_and_nowhere_else():
    assert [f"{place}:{line}" for place, tree in sources() for line in raw_lookups(tree)] == []


def test_pages_open_no_dictionary_of_rules():
    said = re.compile(rf"\.definition\b|\brules\.(?:{'|'.join(KEYS)})\b")
    pages = sorted(Path(ROOT / "templates").rglob("*.html"))
    assert [str(page.relative_to(ROOT)) for page in pages if said.search(page.read_text())] == []


def test_raw_lookup_is_seen():
    """What this file refuses, so that it cannot pass for want of looking."""
    refused = (
        'days = (call.rules.definition.get("panel") or {}).get("review_days")',
        'rules.get("aid")',
        'rules["service"]["decide"]',
        "form = parse_form(version.definition)",
    )
    assert [text for text in refused if not list(raw_lookups(ast.parse(text)))] == []
    assert list(raw_lookups(ast.parse('context["service"], totals["aid"], policy_of(call).panel'))) == []
