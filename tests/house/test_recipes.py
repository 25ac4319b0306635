"""The recipes, and the page for a new colleague, name what exists: a file that moves takes its line with it."""

import importlib
import re

import pytest

from tests.house.test_imports import APPS, ROOT

PAGE = (ROOT / "docs" / "recipes.md").read_text()
NAMED = sorted(set(re.findall(r"`([^`\s<]+)`", PAGE + (ROOT / "CONTRIBUTING.md").read_text())))
PATHS = [name for name in NAMED if "/" in name]
NAMES = [name for name in NAMED if re.fullmatch(rf"(?:{'|'.join(APPS)})(?:\.\w+)+", name)]
WALKS = (
    "A question type",
    "A state",
    "A role",
    "A rule of a programme",
    "A message",
    "A figure",
    "An API field",
    "A page",
    "A text that several people write",
    "A field of the letters",
    "A language",
)


def found(name):
    """What a dotted name means: the module as far as it goes, then its attributes. ImportError, or AttributeError."""
    parts, thing = name.split("."), None
    for place in range(len(parts), 0, -1):
        try:
            thing = importlib.import_module(".".join(parts[:place]))
        except ModuleNotFoundError:
            continue
        for part in parts[place:]:
            thing = getattr(thing, part)
        return thing
    raise ImportError(name)


def test_every_common_change_has_its_walk():
    assert re.findall(r"^## (.+)$", PAGE, re.MULTILINE) == list(WALKS)
    for walk in PAGE.split("\n## ")[1:]:
        steps = [int(number) for number in re.findall(r"^(\d+)\. ", walk, re.MULTILINE)]
        assert steps == list(range(1, len(steps) + 1)), walk.splitlines()[0]
        assert len(steps) >= 4, walk.splitlines()[0]


def test_every_path_is_there():
    assert len(PATHS) > 60
    assert [path for path in PATHS if not (ROOT / path).exists()] == []


def test_every_name_is_there():
    assert len(NAMES) > 30
    lost = []
    for name in NAMES:
        try:
            found(name)
        except (ImportError, AttributeError):
            lost.append(name)
    assert lost == []


@pytest.mark.parametrize("name", ["programs.selectors.policy_if", "programs.selector.policy_of", "nowhere.at_all"])
def test_name_that_is_not_there_is_seen(name):
    with pytest.raises((ImportError, AttributeError)):
        found(name)
