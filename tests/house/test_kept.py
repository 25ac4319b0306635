"""The files that tests are given are copies whenever they may be: a suite that makes each of them is twice as long."""

from django.db import connection, transaction

from accounts.models import User
from accounts.services import create_person
from tests import cast as world
from tests import kept
from tests.files import draft_file

RESTARTS = """
    SELECT format('ALTER SEQUENCE %I RESTART', sequencename) FROM pg_sequences
    WHERE schemaname = current_schema() AND last_value IS NOT NULL
"""  # as in a database where nothing was ever made


def test_second_file_of_the_same_world_is_a_copy(cast, programme):
    assert kept._told(), "something patches or writes in every test: nothing is ever copied"
    draft_file(cast, programme)
    assert kept._world["name"] in kept._kept


def test_world_copied_into_a_database_that_never_made_it_lets_the_next_row_in(committed_db):
    """As for the second test on a clone, where no test before had the world made in the original."""
    if "cast" not in world._kept:
        world._kept["cast"] = world._build("cast")
    with connection.cursor() as cursor:
        cursor.execute(RESTARTS)
        cursor.execute("; ".join(statement for (statement,) in cursor.fetchall()))
    with transaction.atomic():
        world._copy_back("cast")
    last = User.objects.latest("pk")
    name = {"given_name": "Zoé", "family_name": "Nouvelle"}
    person = create_person(by=world.SET_UP, email="zoe@exemple.ca", **name)
    assert person.pk == last.pk + 1
