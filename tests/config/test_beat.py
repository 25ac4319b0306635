"""The clock of the sweeps, with brokers that refuse, are silent or come back."""

import socket
import time
from datetime import timedelta

import pytest
from celery import Celery

from config import beat
from config.broker import transport
from config.broker.folder import QueueFolder
from config.celery import app as own_app

HOURLY = {"task": "some.task", "schedule": 3600}


def scheduler(broker, schedule, **options):
    transport.register()
    app = Celery("own", broker=broker)
    app.conf.update(beat_schedule=schedule, broker_transport_options=options, broker_connection_timeout=1)
    return beat.SweepScheduler(app)


def test_every_sweep_is_due_at_start_and_then_at_its_time(tmp_path):
    clock = scheduler("folder://", {"one": HOURLY, "two": HOURLY}, folder=str(tmp_path))
    assert [clock.tick(), clock.tick()] == [0, 0]
    assert QueueFolder(tmp_path).size("celery") == 2
    assert clock.tick() == clock.max_interval
    assert QueueFolder(tmp_path).size("celery") == 2


def test_clock_that_is_set_back_holds_no_sweep_up(tmp_path):
    clock = scheduler("folder://", {"one": HOURLY, "two": HOURLY}, folder=str(tmp_path))
    assert [clock.tick(), clock.tick()] == [0, 0]
    for entry in clock.schedule.values():
        entry.last_run_at += timedelta(hours=5)  # as this clock would say of what ran a moment ago
    assert [clock.tick(), clock.tick()] == [0, 0]
    assert clock.tick() == clock.max_interval
    assert QueueFolder(tmp_path).size("celery") == 4


def test_sweep_that_a_broker_refused_is_asked_for_when_it_is_back(tmp_path, monkeypatch):
    clock = scheduler("folder://", {"one": HOURLY}, folder=str(tmp_path / "file" / "below"))
    (tmp_path / "file").write_text("in the way")
    assert [clock.tick(), clock.tick(), clock.tick()] == [beat.PATIENCE] * 3
    (tmp_path / "file").unlink()
    assert clock.tick() == 0
    assert QueueFolder(tmp_path / "file" / "below").size("celery") == 1


@pytest.mark.parametrize("kind", ["redis", "amqp"])
def test_broker_that_refuses_costs_nothing_but_time(kind):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound and not listening: refused
        clock = scheduler(f"{kind}://127.0.0.1:{closed.getsockname()[1]}/", {"one": HOURLY, "two": HOURLY})
        assert [clock.tick(), clock.tick(), clock.tick()] == [beat.PATIENCE] * 3


@pytest.mark.parametrize("kind", ["redis", "amqp"])
def test_silent_broker_holds_the_clock_for_seconds_only(kind):
    options = {"socket_timeout": 1, "socket_connect_timeout": 1} if kind == "redis" else {}
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(8)  # accepts, and never says a word
        clock = scheduler(f"{kind}://127.0.0.1:{silent.getsockname()[1]}/", {"one": HOURLY}, **options)
        begun = time.monotonic()
        assert clock.tick() == beat.PATIENCE
        assert time.monotonic() - begun < 10


def test_connection_is_made_anew_after_a_fault(tmp_path, monkeypatch):
    clock = scheduler("folder://", {"one": HOURLY}, folder=str(tmp_path))
    first = clock.publisher

    def fail(*words, **options):
        raise ConnectionResetError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(clock.app, "send_task", fail)
        assert clock.tick() == beat.PATIENCE
    assert clock.tick() == 0
    assert clock.publisher is not first
    assert QueueFolder(tmp_path).size("celery") == 1


def test_entry_at_fault_waits_for_its_next_time_and_holds_up_no_other(tmp_path, monkeypatch):
    odd = {**HOURLY, "args": [object()]}  # cannot be written as JSON
    clock = scheduler("folder://", {"odd": odd, "one": HOURLY}, folder=str(tmp_path))
    assert [clock.tick(), clock.tick()] == [0, 0]
    assert QueueFolder(tmp_path).size("celery") == 1
    assert clock.tick() == clock.max_interval


def test_whatever_happens_the_clock_goes_on(tmp_path, monkeypatch):
    clock = scheduler("folder://", {"one": HOURLY}, folder=str(tmp_path))

    def fail(*words):
        raise RuntimeError("odd")

    with monkeypatch.context() as patch:
        patch.setattr(clock, "reserve", fail)
        assert clock.tick() == beat.PATIENCE
    assert clock.tick() == 0


def test_our_application_uses_it():
    assert own_app.conf.beat_scheduler == "config.beat:SweepScheduler"
    clock = beat.SweepScheduler(own_app)
    assert set(clock.schedule) == set(own_app.conf.beat_schedule)
