import pytest
from django.db import connection

from accounts.models import User
from moves import registry, services
from moves.states import StandingState
from tests.moves.machines import Decision, File


@pytest.fixture
def machines(store, monkeypatch):
    """The tables of the tests' own life cycle; and no reaction but those the test registers."""
    monkeypatch.setattr(registry, "_reactions", {})
    with connection.schema_editor() as editor:
        editor.create_model(File)
        editor.create_model(Decision)


@pytest.fixture
def person(store):
    """`person("Camille")`: a person with an account."""

    def make(given_name):
        return User.objects.create_user(
            f"{given_name.lower()}@grappe.example", given_name=given_name, family_name="Roy", language="en"
        )

    return make


@pytest.fixture
def camille(person):
    return person("Camille")


@pytest.fixture
def dominique(person):
    return person("Dominique")


@pytest.fixture
def file(machines, camille):
    """Camille's draft."""
    return File.objects.create(title="Robot cell", owner=camille.pk)


@pytest.fixture
def cleared():
    """`cleared(file, person…)`: each declared to have no conflict of interest in the file."""

    def declare(file, *people):
        for user in people:
            services.declare_standing(file.pk, user=user, standing=StandingState.CLEAR)

    return declare
