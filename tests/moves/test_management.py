"""The drawings of the life cycles, and what every life cycle must say."""

import pytest
from django.core.management import call_command

from moves.management.commands.draw_workflows import machines
from moves.registry import declared, fired_by, state_field, ways
from moves.states import Duty
from moves.transitions import nobody


def test_the_drawings_are_what_the_code_says():
    call_command("draw_workflows", check=True)


def test_every_life_cycle_is_drawn():
    assert {"call", "application", "assignment", "decision", "letter"} <= {m.subject for m in machines()}


@pytest.mark.parametrize("model", machines(), ids=lambda m: m.subject)
def test_every_move_says_who_and_what_was_done(model):
    for name, step in declared(model):
        assert step.terms.done, name
        assert step.terms.duty in (None, *Duty), name
        for way in ways(step).values():
            assert callable(way.permission), name
            assert not way.conditions, f"{name}: conditions do not see the actor; use when"


@pytest.mark.parametrize("model", machines(), ids=lambda m: m.subject)
def test_every_state_column_is_checked_by_the_database(model):
    field = state_field(model)
    assert field.protected
    checked = [c for c in model._meta.constraints if f"{field.name}_known" in c.name]
    assert checked, f"{model.__name__} has no state_check({field.name!r}, …)"


@pytest.mark.parametrize("model", machines(), ids=lambda m: m.subject)
def test_a_move_that_nobody_may_make_is_fired_by_another(model):
    for name, step in declared(model):
        closed = all(way.permission is nobody for way in ways(step).values())
        assert bool(fired_by(step)) == step.terms.fired, name
        assert not closed or step.terms.fired, name
