"""Letters leave `decisions`, and their templates `programs`, with their rows in place, and go back there."""

import re

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import SeparateDatabaseAndState
from django.test.utils import CaptureQueriesContext

from applications.services.submission import withdraw_application
from decisions.models import Decision
from documents.models import Rendering
from documents.services import render
from letters.models import Dispatch, Letter
from letters.selectors import due_to_advance, messages_of
from notifications.models import Message
from tests.decisions import files
from work import clock

WRITES = re.compile(r'(?:ALTER TABLE|DROP TABLE|CREATE TABLE|TRUNCATE|UPDATE|INSERT INTO|DELETE FROM) ("\w+")')
BEFORE = [("letters", None), ("decisions", "0003_set_aside")]
MEANWHILE = [("letters", "0003_fill_dispatches")]


def migrate(targets=None):
    """To these migrations; without any, to the last of every app."""
    executor = MigrationExecutor(connection)
    executor.migrate(targets or executor.loader.graph.leaf_nodes())


def rows(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


@pytest.fixture
def letters(committed_db, cast, programme, monkeypatch):
    """Two letters: one whose messages are queued, one whose document waits; and a decision that has none."""
    monkeypatch.setattr("documents.services.render_pdf", lambda *a, **k: b"%PDF-1.7 letter")
    files.recommended_file(cast, programme, company="northwind")
    rendered = files.issued(cast, programme).letter
    waiting = files.issued(cast, programme, company="precision").letter
    render(Rendering.objects.get(pk=rendered.rendering_id))
    return rendered, waiting


@pytest.mark.slow
def test_letters_go_to_their_app_and_back_with_their_rows(letters):
    rendered, waiting = letters
    keys = dict(Decision.objects.exclude(letter=None).values_list("pk", "letter_id"))
    sent = list(Dispatch.objects.order_by("message_id").values_list("letter_id", "person_id", "message_id"))
    assert (len(keys), len(sent)) == (2, 2)

    migrate(BEFORE)
    assert dict(rows("SELECT decision_id, id FROM decisions_letter")) == keys
    tables = connection.introspection.table_names()
    assert ("letters_dispatch" in tables, "decisions_letter" in tables) == (False, True)
    nullable = "SELECT is_nullable FROM information_schema.columns WHERE table_name = 'decisions_letter'"
    assert rows(f"{nullable} AND column_name = 'decision_id'") == [("NO",)]

    migrate()
    assert dict(Decision.objects.exclude(letter=None).values_list("pk", "letter_id")) == keys
    assert Decision.objects.filter(letter=None).count() == 1
    assert list(Dispatch.objects.order_by("message_id").values_list("letter_id", "person_id", "message_id")) == sent
    assert messages_of(Letter.objects.get(pk=rendered.pk)).count() == 2
    assert messages_of(Letter.objects.get(pk=waiting.pk)).count() == 0


@pytest.mark.slow
def test_letter_that_the_release_before_queues_meanwhile_is_taken_over(letters):
    _rendered, waiting = letters
    decision = Decision.objects.get(letter=waiting)
    migrate(MEANWHILE)
    # as the release before writes it: the key is the letter's own, and the decision's is empty
    rows(f"UPDATE decisions_letter SET decision_id = {decision.pk} WHERE id = {waiting.pk} RETURNING 1")
    rows(f"UPDATE decisions_decision SET letter_id = NULL WHERE id = {decision.pk} RETURNING 1")
    migrate()
    assert Decision.objects.get(pk=decision.pk).letter_id == waiting.pk
    assert Message.objects.filter(kind="letter").count() == Dispatch.objects.count()


@pytest.mark.slow
def test_templates_run_both_ways_between_apps_with_their_rows_in_place(programme):
    sql = "SELECT * FROM programs_lettertemplate ORDER BY id"
    before = rows(sql)
    assert len(before) == programme.letter_templates.count() > 0
    with CaptureQueriesContext(connection) as asked:
        MigrationExecutor(connection).migrate([("letters", "0004_end_former_decision")])
        executor = MigrationExecutor(connection)
        earlier = executor.loader.project_state([("programs", "0003_to_funding")]).apps
        kept = earlier.get_model("programs", "LetterTemplate").objects.count()
        executor.migrate(executor.loader.graph.leaf_nodes())
    assert kept == len(before)
    written = [query["sql"] for query in asked if WRITES.match(query["sql"])]
    assert written != []  # migrations of other tables are gone through too
    assert [sql for sql in written if WRITES.match(sql)[1] == '"programs_lettertemplate"'] == []
    assert rows(sql) == before
    with pytest.raises(IntegrityError, match="letter_template_version_unique"), transaction.atomic():
        programme.letter_templates.update(kind="declined", number=1)


@pytest.mark.parametrize("name", [("letters", "0005_template"), ("programs", "0004_to_letters")])
def test_move_of_the_templates_writes_nothing_in_the_database(name):
    (operation,) = MigrationLoader(None).disk_migrations[name].operations
    assert isinstance(operation, SeparateDatabaseAndState)
    assert operation.state_operations
    assert operation.database_operations == []


@pytest.mark.slow
def test_withheld_letter_goes_back_as_one_that_failed_and_says_never_to_send_it(letters):
    """The release before knows no such state: it does not send it by itself, and tells whoever would."""
    withheld, other = letters
    with clock.at(files.DECIDED_AT):
        withhold(withheld)
    Letter.objects.filter(pk=other.pk).update(state="failed", failed_from="queued", last_error="Lost.")
    migrate([("letters", "0005_template")])
    told = "SELECT state, failed_from, last_error FROM decisions_letter ORDER BY id"
    assert rows(told) == [
        ("failed", "rendered", "Withheld: its file was withdrawn or cancelled before it left. Do not send it."),
        ("failed", "queued", "Lost."),
    ]
    with pytest.raises(IntegrityError, match="decisions_letter_state_known"), transaction.atomic():
        Letter.objects.filter(pk=other.pk).update(state="withheld")
    assert [letter.pk for letter in due_to_advance()] == []

    migrate()
    assert rows(told) == [("withheld", "", ""), ("failed", "queued", "Lost.")]
    with pytest.raises(IntegrityError, match="decisions_letter_state_known"), transaction.atomic():
        Letter.objects.filter(pk=other.pk).update(state="lost")


def withhold(letter):
    """As the withdrawal of its file does it."""
    application = letter.application
    withdraw_application(application, by=application.created_by, reason="Projet abandonné.")
    assert Letter.objects.get(pk=letter.pk).state == "withheld"
