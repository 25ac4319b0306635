"""The name of an organisation as it is compared comes with rows in place, beside a process of the release before."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.models import Organisation

BEFORE = [("accounts", "0001_initial")]


def migrate(targets=None):
    executor = MigrationExecutor(connection)
    executor.migrate(targets or executor.loader.graph.leaf_nodes())


@pytest.mark.slow
def test_organisations_get_the_key_of_their_name_and_lose_it_with_their_rows_in_place(committed_db, cast):
    keys = dict(Organisation.objects.values_list("legal_name", "name_key"))
    assert keys["Usinage Gauthier inc."] == "usinage gauthier"

    migrate(BEFORE)
    columns = {one.name for one in connection.introspection.get_table_description(connection.cursor(), TABLE)}
    assert "name_key" not in columns

    migrate()
    assert dict(Organisation.objects.values_list("legal_name", "name_key")) == keys
    with connection.cursor() as cursor:  # the release before writes a row without it
        cursor.execute(
            f"INSERT INTO {TABLE} (public_id, legal_name, neq, business_number, street, city, province, postal_code,"
            " region, naics, ownership, language, website, created_at, updated_at)"
            " SELECT gen_random_uuid(), 'Autre ltée', '2212345678', '', street, city, province, postal_code, region,"
            f" naics, ownership, language, website, created_at, updated_at FROM {TABLE} LIMIT 1"
        )
    assert Organisation.objects.get(legal_name="Autre ltée").name_key == ""


TABLE = Organisation._meta.db_table
