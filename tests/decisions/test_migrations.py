"""The version of a text comes with rows in place, beside a process of the release before, and goes with them."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.models import Organisation
from applications.models import Answer, Finding
from decisions.models import Decision
from decisions.services import edit_reasons
from tests.decisions import files
from work import clock

BEFORE = [
    ("accounts", "0002_organisation_name_key"),
    ("applications", "0004_why_in_words"),
    ("decisions", "0007_to_funding"),
]
VERSIONED = (Organisation, Answer, Finding, Decision)


def migrate(targets=None):
    executor = MigrationExecutor(connection)
    executor.migrate(targets or executor.loader.graph.leaf_nodes())


def columns(model):
    with connection.cursor() as cursor:
        return {one.name: one for one in connection.introspection.get_table_description(cursor, model._meta.db_table)}


@pytest.mark.slow
def test_versions_come_and_go_with_rows_in_place_and_beside_the_release_before(committed_db, cast, programme):
    decision = files.recommended_file(cast, programme)
    with clock.at(files.DECIDED_AT):
        edit_reasons(decision, by=cast.officer, version=1, reasons_fr="Vu.", reasons_en="Seen.")
    Finding.objects.create(application=decision.application, item="rena", passed=True, by=cast.screener)
    counts = [model.objects.count() for model in VERSIONED]
    assert min(counts) > 0
    migrate(BEFORE)
    assert [("version" in columns(model)) for model in VERSIONED] == [False, True, False, False]
    migrate()
    assert [model.objects.count() for model in VERSIONED] == counts
    kept = Decision.objects.get(pk=decision.pk)
    assert (kept.reasons_fr, kept.version, kept.reasons_by) == ("Vu.", 1, None)
    for model in VERSIONED:  # what the release before writes has a version too
        assert columns(model)["version"].default is not None, model
