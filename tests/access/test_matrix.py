"""Every address × every role × one's own object and another's: the product answers as the table says, and nothing else.

The addresses come from the URL configuration itself: one that is new has no row yet, and fails here by its name.

Who must never see what is another's walks in the quick suite; the other roles in the slow one.
"""

import pytest

from tests.access import table
from tests.access.walk import Walk, addresses
from tests.access.world import NOW, ROLES, build
from tests.kept import keep
from work import clock, sweeps
from work.models import Heartbeat

# Nobody, another organisation, a reviewer in conflict, the analyst of another ministry, the officer of another cluster.
STRANGERS = ("ano", "out", "con", "ali", "abr")
EACH_ROLE = [pytest.param(r, marks=() if r in STRANGERS else pytest.mark.slow, id=f"{r}-{ROLES[r]}") for r in ROLES]


def read(text):
    """A table as {address: {role: cell}}."""
    head, *rows = [line.split() for line in text.strip().splitlines()]
    found = {row[0]: dict(zip(head, row[1:], strict=True)) for row in rows}
    assert len(found) == len(rows), "an address has two rows"
    return found


OWN, OTHER = read(table.OWN), read(table.OTHER)
ADDRESSES = dict(addresses())


def test_every_role_has_its_column():
    assert all(list(row) == list(ROLES) for row in OWN.values())


def test_every_address_has_its_row():
    assert sorted(set(ADDRESSES) - set(OWN)) == [], "new addresses: say in tests/access/table.py who may ask them"
    assert sorted(set(OWN) - set(ADDRESSES)) == [], "rows of addresses that are gone"


def test_every_address_of_an_object_has_its_row_for_a_stranger_s():
    named = {name for name, parameters in ADDRESSES.items() if parameters}
    assert sorted(named ^ set(OTHER)) == []


@pytest.fixture
def walk(cast, programme, monkeypatch):
    world = keep(lambda: build(cast, programme), name="two clusters")
    Heartbeat.objects.all().delete()  # what ran while the world was made
    monkeypatch.setattr(sweeps, "_started", NOW)  # no sweep is late yet
    with clock.at(NOW):
        yield Walk(world)


def differences(walk, role, rows, things):
    """Where the product does not answer this role as the table says, in the rows that have its column."""
    return [
        f"{method} {name} by {role} ({ROLES[role]}): {expected} expected, {said} answered"
        for name, row in rows.items()
        for method, expected in zip(("GET", "POST"), row.get(role, ""), strict=False)
        if (said := walk.ask(role, method, name, ADDRESSES[name], things)) != expected
    ]


@pytest.mark.parametrize("role", EACH_ROLE)
def test_everybody_gets_what_the_table_says_and_no_more(walk, role):
    found = differences(walk, role, OWN, walk.world.own) + differences(walk, role, OTHER, walk.world.other)
    assert found == [], "\n".join(found)


def test_address_that_takes_no_post_for_anybody_takes_none(walk):
    """Where the table knows of no POST, one role is enough to know that there is none."""
    found = [
        f"POST {name}: the table knows of none, and it answered {said}"
        for rows, things in ((OWN, walk.world.own), (OTHER, walk.world.other))
        for name, row in rows.items()
        if all(len(cell) == 1 for cell in row.values())
        and (said := walk.ask("off", "POST", name, ADDRESSES[name], things)) in "or"
    ]
    assert found == [], "\n".join(found)
