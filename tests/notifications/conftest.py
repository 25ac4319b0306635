import pytest

from accounts.models import User
from notifications import messages, notices, services
from notifications.constants import Concern, Holds
from notifications.services import queue_message
from work.texts import Text


@pytest.fixture(autouse=True)
def nothing_follows(monkeypatch):
    """No app reacts to a sending but the test itself; what a message says holds, and its reader's office, unless the
    test says that it does not."""
    monkeypatch.setattr(services, "_TAKERS", {})
    monkeypatch.setattr(notices, "HOLDING", dict.fromkeys(Holds, lambda message: True))
    monkeypatch.setattr(notices, "IN_OFFICE", dict.fromkeys(Concern, lambda file, person: True))


@pytest.fixture
def camille(store):
    """Reads French."""
    return User.objects.create_user("camille@usinage.example", given_name="Camille", family_name="Roy", language="fr")


@pytest.fixture
def sam(store):
    """Reads English."""
    return User.objects.create_user("sam@prime.example", given_name="Sam", family_name="Lee", language="en")


@pytest.fixture
def queue():
    """`queue(to)`: a message about a letter, told once."""

    def put(to, key="letter-1", **more):
        programme = Text("Filière Excellence", "Excellence Stream")
        letter = messages.Letter(reference="FE-2026-00042", title="Robot cell", programme=programme)
        return queue_message(letter, to=to, key=key, **more)

    return put
