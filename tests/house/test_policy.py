"""A programme's rules are read in one place: elsewhere they are typed, and no dictionary of theirs is opened."""

import ast
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import reduce
from importlib import import_module
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from builder.bundle import parts, standings
from funding import constants as funding
from programs.policy import (
    KEYS,
    Decides,
    Obeyed,
    Policy,
    Promised,
    RankingRules,
    ReconsiderationRules,
    Refused,
    aid,
    eligibility,
    panel,
    rules_in,
    screening,
)
from programs.rubric import PASS, Criterion, Rubric, ScalePoint
from questions.schema.definition import Axis, Form, Level, Option, Question, Section
from questions.schema.reading import Reader
from questions.schema.standing import Part, Rule, done
from tests.house.test_imports import APPS, ROOT

# Who may hold a version's dictionary: what reads it, what checks it, what writes it.
READERS = (
    "programs/selectors/versions.py",
    "programs/policy/",
    "builder/bundle/",
    "builder/exports.py",
    "builder/services.py",
    "builder/checks/definitions.py",
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


# ------------------------------------------------------- where each key stands

# The keys of the parts of a bundle that are no rules: in the type that each is read into, or by their name.
PARTS = (
    parts.PartnerPart, parts.AgreementPart, parts.EnvelopePart, parts.ProgramPart, parts.CallPart, parts.Letters,
    parts.LetterPart, Form, Section, Question, Option, Level, Axis, Rubric, ScalePoint, Criterion,
)  # fmt: skip
PLACES = {
    "Bundle": standings.BUNDLE, "Authorisation": funding.AUTHORISATION, "Contact": standings.CONTACT,
    "Group": standings.GROUP, "Funding": standings.FUNDING, "Pass": PASS,
}  # fmt: skip


def themes(of=Policy):
    """Every type of rules that a policy is made of."""
    found = {}

    def walk(hint):
        if is_dataclass(hint) and hint.__module__.startswith("programs.policy.") and hint not in found:
            found[hint] = None
            for one in fields(hint):
                walk(get_type_hints(hint)[one.name])
        for inner in get_args(hint):
            walk(inner)

    walk(of)
    return [theme for theme in found if theme.__name__ not in ("Policy", "Rate")]


def rules_everywhere():
    """Every key of a bundle that is a rule, by its place."""
    found = {f"{theme.__name__}.{name}": rule for theme in themes() for name, rule in rules_in(theme).items()}
    for place, keys in [*((part.__name__, part.KEYS) for part in PARTS), *PLACES.items()]:
        found |= {f"{place}.{key}": rule for key, rule in keys.items() if rule is not None}
    return found


def test_every_key_of_a_theme_is_a_rule_or_holds_rules():
    held = {
        "AidRules": {"categories", "window", "bonus"},
        "Eligibility": {"questions"},
        "ScreeningRules": {"items"},
    }
    for theme in themes():
        bare = {one.name for one in fields(theme)} - set(rules_in(theme))
        assert bare == held.get(theme.__name__, set()), theme.__name__
        assert isinstance(theme.REFUSED, Mapping)


def resolve(reference):
    module, _, name = reference.partition(":")
    return reduce(getattr, name.split("."), import_module(module))


def test_rule_that_is_obeyed_names_its_code_and_the_test_that_shows_it():
    trees, lacking = {}, []
    for place, rule in rules_everywhere().items():
        if isinstance(rule.standing, Promised):
            assert isinstance(rule.standing.part, Part)
            continue
        path, _, test = rule.standing.shown_by.partition("::")
        if path not in trees:
            source = ast.parse((ROOT / path).read_text(encoding="utf-8"))
            trees[path] = {node.name for node in source.body if isinstance(node, ast.FunctionDef)}
        try:
            found = callable(resolve(rule.standing.by))
        except (AttributeError, ModuleNotFoundError):
            found = False
        if not found or test not in trees[path]:
            lacking.append((place, rule.standing.by if not found else rule.standing.shown_by))
    assert lacking == []


def test_part_that_is_read_says_where_its_keys_stand():
    """Every type of the builder's parts that a bundle is read into is one of those looked at here."""
    said = {one for one in vars(parts).values() if isinstance(one, type) and one.__module__ == parts.__name__}
    assert {one for one in said if hasattr(one, "KEYS")} <= set(PARTS)
    assert {one.__name__ for one in said if not hasattr(one, "KEYS")} == {"Authorisation", "Terms", "CallColumns"}


def test_key_that_is_read_and_stands_nowhere_is_an_error_of_ours():
    reader = Reader({"slug": "a"})
    reader.take("slug")
    with pytest.raises(LookupError, match="no standing is said for slug"):
        done(reader, standings.CONTACT)


def test_nothing_that_decides_before_the_letter_is_promised():
    """Whatever a rule says that it decides: the themes of eligibility, order and money hold no promise."""
    modules = {module.__name__ for module in (aid, eligibility, panel, screening)}
    before = {theme for theme in themes() if theme.__module__ in modules}
    assert {theme.__name__ for theme in before} == {
        "AidRules", "Category", "Window", "Bonus", "Eligibility", "EligibilityQuestion", "PanelRules",
        "ScreeningRules", "ChecklistItem",
    }  # fmt: skip
    rules = [rule for theme in before | {RankingRules} for rule in rules_in(theme).values()]
    rules.append(rules_in(ReconsiderationRules)["held_percent"])
    assert [rule for rule in rules if not isinstance(rule.standing, Obeyed)] == []
    for decides in (Decides.ASKED, Decides.ELIGIBILITY, Decides.ORDER, Decides.MONEY):
        with pytest.raises(ValueError, match="never promised"):
            Rule(Promised(Part.CLAIMS), decides)


def test_part_that_is_refused_or_promised_for_is_one_that_something_waits_for():
    waits = {rule.standing.part for rule in rules_everywhere().values() if isinstance(rule.standing, Promised)}
    refused = [one for rule in rules_everywhere().values() for one in rule.values.values()]
    refused += [one for theme in (*themes(), *PARTS) for one in theme.REFUSED.values()]
    assert all(isinstance(one, Refused) for one in refused)
    assert waits | {one.part for one in refused if one.part} == set(Part)
