"""A nudge holds nobody: neither a broker that refuses, nor one that is silent, nor a fork."""

import os
import threading
import time

import pytest
from django.core.exceptions import ImproperlyConfigured

from work import nudges


@pytest.fixture
def own_thread(monkeypatch):
    """A nudger that no other test shares, and that writes nothing of a broker away."""
    monkeypatch.setattr(nudges, "_nudger", None)
    monkeypatch.setattr(nudges, "note_broker", lambda problem: None)


def test_nudge_is_given_by_another_thread(own_thread):
    given = []
    nudges.ask("send", lambda: given.append(threading.current_thread().name))
    assert nudges.settle(5)
    assert given == ["nudges"]


def test_asking_a_silent_broker_returns_at_once(own_thread):
    silent = threading.Event()
    start = time.perf_counter()
    for _request in range(20):
        nudges.ask("send", lambda: silent.wait(10))
    took = time.perf_counter() - start
    silent.set()
    assert took < 0.05
    assert nudges.settle(5)


def test_asked_many_times_while_busy_it_is_given_once_more(own_thread):
    busy, given = threading.Event(), []
    nudges.ask("send", lambda: busy.wait(5))
    time.sleep(0.05)
    for _n in range(50):
        nudges.ask("render", lambda: given.append(1))
    busy.set()
    assert nudges.settle(5)
    assert given == [1]


def test_broker_that_failed_is_left_alone_for_a_while(own_thread, monkeypatch, caplog):
    now, tried = [1000.0], []
    monkeypatch.setattr(nudges.time, "monotonic", lambda: now[0])

    def refuse():
        tried.append(now[0])
        raise ConnectionRefusedError("nobody listens")

    for second in (0, 1, 29, 31):
        now[0] = 1000.0 + second
        nudges.ask("send", refuse)
        assert nudges._nudger.settle(None)
    assert tried == [1000.0, 1031.0]
    assert caplog.text.count("The worker could not be told") == 2


def test_fork_has_a_thread_of_its_own(own_thread):
    nudges.ask("send", lambda: None)
    assert nudges.settle(5)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:  # the parent's thread did not come along
        nudges.ask("send", lambda: os.write(write, b"given"))
        nudges.settle(5)
        os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    assert os.read(read, 10) == b"given"


def test_table_whose_rows_are_announced_to_no_task_is_refused_at_the_start(monkeypatch):
    monkeypatch.setattr(nudges, "NUDGES", [])
    letters = nudges.Nudge("letters")
    with pytest.raises(ImproperlyConfigured, match="<Nudge: letters>"):
        nudges.check_nudges()
    letters.calls(lambda: None)
    nudges.check_nudges()
