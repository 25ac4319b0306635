"""Heartbeats: a sweep says when it ran, and one that has stopped is known within a minute."""

from contextlib import suppress
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import ProgrammingError

from config.celery import app
from tests.mutants import proves
from work import clock, sweeps
from work.models import Heartbeat
from work.outages import misses_database, note_away, open_outages
from work.states import Machine
from work.sweeps import SWEEPS, beats, note_end, sweep

pytestmark = pytest.mark.django_db


@pytest.fixture
def only(monkeypatch):
    """`only(do)`: the one sweep there is, every thirty seconds."""
    monkeypatch.setattr(sweeps, "SWEEPS", {})

    def declare(do=lambda: "done"):
        return sweep(every=timedelta(seconds=30), label="Do")(do)

    return declare


def test_every_sweep_is_a_task_that_beat_asks_for():
    app.loader.import_default_modules()
    assert set(app.conf.beat_schedule) == set(SWEEPS)
    assert set(SWEEPS) <= set(app.tasks)
    assert set(SWEEPS) == {
        "applications.tasks.chase_requests",
        "applications.tasks.move_incomplete_files",
        "audit.tasks.make_reading_partitions",
        "decisions.tasks.tell_stuck",
        "documents.tasks.erase_removed",
        "documents.tasks.render_documents",
        "letters.tasks.advance_letters",
        "letters.tasks.presume_served",
        "notifications.tasks.send_messages",
        "work.tasks.ask_after_machines",
        "work.tasks.run_jobs",
    }
    entry = app.conf.beat_schedule["notifications.tasks.send_messages"]
    assert (entry["schedule"], entry["options"]) == (30.0, {"expires": 60})


def test_sweep_leaves_its_beginning_and_its_end(only):
    run = only()
    now = clock.now()
    with clock.at(now):
        assert run() == "done"
    heartbeat = Heartbeat.objects.get()
    assert (heartbeat.started_at, heartbeat.finished_at, heartbeat.last_error) == (now, now, "")


def test_sweep_that_breaks_says_what_stopped_it(only):
    def break_down():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        only(break_down)()
    assert Heartbeat.objects.get().last_error == "ValueError: no"


@pytest.mark.parametrize(("seconds", "late"), [(0, False), (89, False), (90, False), (91, True)])
def test_sweep_is_late_a_minute_after_it_was_due(only, seconds, late):
    run = only()
    now = clock.now()
    with clock.at(now):
        run()
    with clock.at(now + timedelta(seconds=seconds)):
        assert [beat.is_late for beat in beats()] == [late]


def test_sweep_that_ran_before_the_clock_was_set_back_is_late_until_it_runs_again(only):
    run, now = only(), clock.now()
    with clock.at(now + timedelta(hours=1)):
        run()
    with clock.at(now):
        assert [beat.is_late for beat in beats()] == [True]
        run()
        assert [beat.is_late for beat in beats()] == [False]


def test_sweep_that_never_ran_is_late_once_there_was_time_for_it(only, monkeypatch):
    only()
    now = clock.now()
    monkeypatch.setattr(sweeps, "_started", now)
    with clock.at(now + timedelta(seconds=90)):
        assert [beat.is_late for beat in beats()] == [False]
    with clock.at(now + timedelta(seconds=91)):
        assert [beat.is_late for beat in beats()] == [True]


def test_sweep_that_runs_for_long_is_late_by_its_beginning(only):
    now = clock.now()

    def long_work():
        with clock.at(now + timedelta(seconds=80)):
            assert [beat.is_late for beat in beats()] == [False]
        with clock.at(now + timedelta(seconds=100)):
            assert [beat.is_late for beat in beats()] == [True]

    with clock.at(now):
        only(long_work)()


def test_task_that_runs_says_that_the_broker_is_back(only):
    note_away(Machine.BROKER, "refused")
    note_away(Machine.MAIL, "refused")
    only()()
    assert [outage.machine for outage in open_outages()] == [Machine.MAIL]


def test_beats_cost_one_query(only, django_assert_num_queries):
    only()
    with django_assert_num_queries(1):
        beats()


def test_run_that_was_overtaken_leaves_the_heartbeat_of_the_other_alone(only):
    now = clock.now()

    def run_into_the_next():
        if clock.now() > now:
            raise ValueError("the other")
        with clock.at(now + timedelta(minutes=2)), suppress(ValueError):
            run()

    run = only(run_into_the_next)
    with clock.at(now):
        run()
    heartbeat = Heartbeat.objects.get()
    assert (heartbeat.started_at, heartbeat.last_error) == (now + timedelta(minutes=2), "ValueError: the other")


def test_beats_are_told_by_name(only):
    for name in ("b", "c", "a"):

        def do():
            """Nothing."""

        do.__name__ = name
        only(do)
    assert [beat.sweep.name for beat in beats()] == [f"{__name__}.{name}" for name in "abc"]


def test_sweep_that_ran_for_long_and_has_just_ended_is_not_late(only):
    now = clock.now()
    Heartbeat.objects.create(
        sweep=only().__wrapped__.__module__ + ".<lambda>", started_at=now, finished_at=now + timedelta(seconds=100)
    )
    with clock.at(now + timedelta(seconds=110)):
        assert [beat.is_late for beat in beats()] == [False]
    with clock.at(now + timedelta(seconds=191)):
        assert [beat.is_late for beat in beats()] == [True]


def test_sweep_that_began_again_after_a_long_time_is_not_late_by_its_last_end(only):
    now = clock.now()
    Heartbeat.objects.create(
        sweep=only().__wrapped__.__module__ + ".<lambda>", started_at=now, finished_at=now - timedelta(minutes=5)
    )
    with clock.at(now + timedelta(seconds=10)):
        assert [beat.is_late for beat in beats()] == [False]


def test_heartbeat_that_finds_the_database_away_under_another_error_remembers_it(only, monkeypatch):
    def lost(*args, **options):
        raise ProgrammingError("Cannot open a new connection in an atomic block.")

    with monkeypatch.context() as patch:
        patch.setattr("work.sweeps.Heartbeat.objects.update_or_create", lost)
        with pytest.raises(ProgrammingError):
            only()()
    assert misses_database()


@proves(note_end)
def test_end_is_written_of_that_beginning_of_that_sweep_alone(db):
    started = clock.now()
    for name in ("one", "other"):
        Heartbeat.objects.create(sweep=name, started_at=started)
    note_end(SimpleNamespace(name="one"), started - timedelta(seconds=1), "of the one before")
    assert not Heartbeat.objects.exclude(finished_at=None).exists()
    note_end(SimpleNamespace(name="one"), started, "no")
    assert [(beat.sweep, beat.last_error) for beat in Heartbeat.objects.exclude(finished_at=None)] == [("one", "no")]
