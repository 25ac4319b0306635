"""Every address × every role × one's own object and another's: the product answers as the table says, and nothing else.

The addresses come from the URL configuration itself: one that is new has no row yet, and fails here by its name.
"""

from tests.access import table
from tests.access.walk import Walk, addresses
from tests.access.world import NOW, ROLES, build
from work import clock


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


def differences(walk, rows, things):
    """Where the product does not answer as the table says: one sentence each."""
    found = []
    for name, row in rows.items():
        parameters = ADDRESSES[name]
        for role, cell in row.items():
            for method, expected in zip(("GET", "POST"), cell, strict=False):
                if (said := walk.ask(role, method, name, parameters, things)) != expected:
                    found.append(f"{method} {name} by {role} ({ROLES[role]}): {expected} expected, {said} answered")
        takes_none = all(len(cell) == 1 for cell in row.values())  # one role is then enough to know
        if takes_none and (said := walk.ask("off", "POST", name, parameters, things)) in "or":
            found.append(f"POST {name}: the table knows of none, and it answered {said}")
    return found


def test_everybody_gets_what_the_table_says_and_no_more(cast, programme):
    world = build(cast, programme)
    with clock.at(NOW):
        walk = Walk(world)
        found = differences(walk, OWN, world.own) + differences(walk, OTHER, world.other)
    assert found == [], "\n".join(found)
