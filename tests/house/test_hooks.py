"""What a commit is asked is what `make lint` asks."""

import re

import pytest
import yaml

from ops import check
from ops.check import LINT
from tests.house.test_imports import ROOT

HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]


def test_every_check_of_the_lint_is_a_hook():
    by_name = {hook["name"]: hook["entry"].split() for repo in HOOKS for hook in repo["hooks"]}
    assert LINT.keys() <= by_name.keys()
    for name, words in LINT.items():
        asked = [word for word in words if word != "."]
        entry = by_name[name]
        assert entry[0] == f".venv/bin/{asked[0]}"
        assert entry[1 : len(asked)] == asked[1:]


@pytest.mark.parametrize("fails", [None, *LINT])
def test_types_are_checked_of_what_starts_only(monkeypatch, fails):
    """mypy's plugin imports the project: one that does not start makes it die, and hides why."""
    ran = []

    def tool(*words):
        ran.append(words)
        return int(fails is not None and words == LINT[fails])

    monkeypatch.setattr(check, "tool", tool)
    monkeypatch.setattr(check.python, "ensure", lambda: None)
    assert check.lint() == ([fails] if fails else [])
    left_out = [] if fails != "manage.py check" else ["mypy"]
    assert ran == [words for name, words in LINT.items() if name not in left_out]


def test_no_hook_is_fetched_from_elsewhere():
    assert {repo["repo"] for repo in HOOKS} == {"local"}


def test_subject_of_a_commit_names_its_app():
    (subject,) = (hook["entry"] for repo in HOOKS for hook in repo["hooks"] if hook["id"] == "subject")
    assert re.search(subject, "work: a job resumes where it stopped\n")
    assert not re.search(subject, "Resume jobs\n\nwork: where they stopped\n")
