"""Beginning an installation by one command."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Cluster, User
from accounts.rules import is_administrator
from audit.models import Entry

WORDS = {"name_fr": "Grappe Neuve", "name_en": "New Cluster", "given_name": "Rose", "family_name": "Hébert"}


def test_found_cluster_makes_it_with_its_administrator_and_leaves_a_trail(db, capsys):
    call_command("found_cluster", "neuve", email="rose@neuve.example", **WORDS)
    user = User.objects.get(email="rose@neuve.example")
    assert is_administrator(user, Cluster.objects.get(slug="neuve"))
    assert not user.has_usable_password()
    assert [e.verb for e in Entry.objects.order_by("id")] == ["cluster.found", "person.create", "cluster.appoint"]
    assert {e.actor_kind for e in Entry.objects.all()} == {"setup"}


def test_found_cluster_twice_is_refused_whole(db):
    call_command("found_cluster", "neuve", email="rose@neuve.example", **WORDS)
    with pytest.raises(CommandError):
        call_command("found_cluster", "neuve", email="autre@neuve.example", **WORDS)
    with pytest.raises(CommandError):
        call_command("found_cluster", "autre", email="rose@neuve.example", **WORDS)
    assert Cluster.objects.count() == 1
    assert User.objects.count() == 1
