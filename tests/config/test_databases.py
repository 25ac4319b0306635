"""The clone that committing tests work in: real commits, seen by other threads, gone afterwards."""

from datetime import UTC, datetime

from django.contrib.contenttypes.models import ContentType
from django.db import connection

from tests.databases import at_once
from work import clock

names = []


def test_commit_is_seen_by_other_threads(committed_db):
    names.append(committed_db)
    ContentType.objects.create(app_label="demo", model="ephemeral")
    seen = at_once(*[lambda: ContentType.objects.filter(model="ephemeral").count()] * 2)
    assert seen == [1, 1]
    assert connection.settings_dict["NAME"] == committed_db


def test_next_clone_starts_from_the_original(committed_db):
    assert committed_db not in names
    assert not ContentType.objects.filter(model="ephemeral").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname = ANY(%s)", [names])
        assert cursor.fetchone() == (0,)


def test_usual_transaction_works_after_a_clone(db):
    assert not ContentType.objects.filter(model="ephemeral").exists()


def test_threads_return_what_they_raised_and_keep_the_clock(committed_db, clock_at):
    instant = datetime(2026, 3, 31, 21, 59, tzinfo=UTC)
    clock_at(instant)

    def fail():
        raise ValueError("no")

    told, raised = at_once(clock.now, fail)
    assert told == instant
    assert repr(raised) == "ValueError('no')"
