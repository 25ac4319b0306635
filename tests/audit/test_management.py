"""The drawings of the life cycles, and what every life cycle must say."""

import pytest
from django.core.management import call_command

from moves.machine import declared, state_field
from moves.management.commands.draw_workflows import machines
from moves.states import Duty


def test_the_drawings_are_what_the_code_says():
    call_command("draw_workflows", check=True)


def test_every_life_cycle_is_drawn():
    assert {"call", "application", "assignment", "decision", "letter"} <= {m.subject for m in machines()}


@pytest.mark.parametrize("model", machines(), ids=lambda m: m.subject)
def test_every_move_says_who_and_what_was_done(model):
    for name, transitions in declared(model):
        for step in transitions.values():
            assert callable(step.permission), name
            assert not step.conditions, f"{name}: conditions do not see the actor; use custom['when']"
            assert step.custom.get("done"), name
            assert step.custom.get("duty") in (None, *Duty), name
            assert set(step.custom) <= {"label", "done", "duty", "when", "fired_by", "who"}, name


@pytest.mark.parametrize("model", machines(), ids=lambda m: m.subject)
def test_every_state_column_is_checked_by_the_database(model):
    field = state_field(model)
    assert field.protected
    checked = [c for c in model._meta.constraints if f"{field.name}_known" in c.name]
    assert checked, f"{model.__name__} has no state_check({field.name!r}, …)"


def test_every_move_that_fires_another_exists():
    names = {f"{m.subject}.{name}" for m in machines() for name, _steps in declared(m)}
    for model in machines():
        for name, transitions in declared(model):
            for step in transitions.values():
                assert set(step.custom.get("fired_by", ())) <= names, f"{model.subject}.{name}"
