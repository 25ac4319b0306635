"""What a state means is said once, in its row: each has one, and no other module keeps a list of states."""

import ast
import importlib
from dataclasses import MISSING, fields, is_dataclass

import pytest
from django.db.models import TextChoices

from tests.house.test_imports import APPS, ROOT, modules
from work.states import States


def lives():
    """The closed lists of states of every app, by the name of their class."""
    found = {}
    for app in APPS:
        for path in (ROOT / app).rglob("states.py"):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for thing in vars(importlib.import_module(name)).values():
                if not isinstance(thing, type) or not issubclass(thing, TextChoices) or thing.__module__ != name:
                    continue
                if thing is not States and (issubclass(thing, States) or thing.__name__.endswith("State")):
                    found[thing.__name__] = thing
    return found


LIVES = lives()
STORY = ROOT / "demo/seed/states.py"  # how many files the invented year has in each state: it says nothing of any


def life_of(node):
    """The life of which an expression names a member, as `AssignmentState.OFFERED` or `str(…)` of it; else None."""
    if isinstance(node, ast.MatchValue):
        return life_of(node.value)
    if isinstance(node, ast.Call) and len(node.args) == 1:
        return life_of(node.args[0])
    if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name | ast.Attribute):
        return None
    owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
    return owner if owner in LIVES and node.attr in LIVES[owner].__members__ else None


def parts_of(node):
    """What a node puts side by side: of a list, the keys of a dictionary, `a == x or a == y`, `case x | y`."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return node.elts
    if isinstance(node, ast.Dict):
        return [key for key in node.keys if key is not None]
    if isinstance(node, ast.MatchOr):
        return node.patterns
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        return [other for one in node.values if isinstance(one, ast.Compare) for other in one.comparators]
    return []


def lists_of_states(code):
    """`(line, what)` for each list of two states or more of one life, by name, or by value in a look-up."""
    found = []
    for node in ast.walk(ast.parse(code)):
        named = [life_of(part) for part in parts_of(node)]
        found += [(node.lineno, life) for life in LIVES if named.count(life) > 1]
        if isinstance(node, ast.keyword) and (node.arg or "").endswith("state__in"):
            words = [part for part in parts_of(node.value) if isinstance(part, ast.Constant)]
            found += [(node.value.lineno, "state__in")] if len(words) > 1 else []
    return found


def test_every_life_is_known():
    assert set(LIVES) == {
        "ApplicationState",
        "AssignmentState",
        "CallState",
        "ConcurrenceState",
        "DecisionKind",
        "DecisionState",
        "FileTurn",
        "JobState",
        "KeyState",
        "LetterState",
        "Outcome",
        "Party",
        "Phase",
        "PublicState",
        "ReviewTurn",
        "StandingState",
        "Turn",
    }


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
def test_every_state_has_a_row_that_answers_every_question(life):
    row = life.__annotations__["row"]
    assert is_dataclass(row)
    assert row.__dataclass_params__.frozen
    defaults = [one.name for one in fields(row) if one.default is not MISSING or one.default_factory is not MISSING]
    assert defaults == []  # an answer that is not given is an error at start
    assert [state.name for state in life if type(state.row) is not row] == []


def test_state_without_its_row_stops_the_start():
    with pytest.raises(TypeError, match="'lost' has no row"):

        class Lost(States):
            LOST = "lost", "the word"


def test_row_without_an_answer_stops_the_start():
    for life in LIVES.values():
        state = next(iter(life))
        for one in fields(state.row):
            answers = {other.name: getattr(state.row, other.name) for other in fields(state.row) if other is not one}
            with pytest.raises(TypeError, match=one.name):
                type(state.row)(**answers)


def test_no_module_keeps_a_list_of_states():
    faults = []
    for _app, kind, path in modules():
        if kind != "workflow" and path != STORY:
            found = lists_of_states(path.read_text())
            faults += [f"{path.relative_to(ROOT)}:{line} {what}" for line, what in found]
    assert faults == []


@pytest.mark.parametrize(
    "code",
    [
        "x = (AssignmentState.OFFERED, AssignmentState.ACCEPTED)",
        "x = [str(s) for s in [AssignmentState.OFFERED, AssignmentState.ACCEPTED]]",
        "x = {states.Phase.OPEN, other, states.Phase.GRACE}",
        "x = {JobState.DONE: 'good', JobState.FAILED: 'bad'}",
        "x = [str(LetterState.SENT), str(LetterState.SERVED)]",
        "if a.state == DecisionState.DRAFT or a.state == DecisionState.ENDORSED: pass",
        "match x:\n    case CallState.DRAFT | CallState.ARCHIVED: pass",
        "rows.filter(application__state__in=['eligible', 'in_review'])",
    ],
)
def test_list_of_states_is_seen(code):
    assert len(lists_of_states(code)) == 1


@pytest.mark.parametrize(
    "code",
    [
        "x = (AssignmentState.OFFERED, ApplicationState.ELIGIBLE)",
        "x = (JobState.PAUSED,)",
        "x = [ApplicationState.DRAFT.label, PublicState.DRAFT]",
        "rows.filter(state__in=UNDER_WAY, kind__in=['approved', 'declined'])",
        "if a.state == DecisionState.DRAFT and b.state == DecisionState.ENDORSED: pass",
    ],
)
def test_what_is_no_list_of_states_is_left_alone(code):
    assert lists_of_states(code) == []
