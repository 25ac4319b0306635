"""The cache away: refused, silent, its table missing or locked. Signing in goes on, limits hold per process."""

import contextlib
import shutil
import socket
import subprocess
import threading
import time

import pytest
from django.core.cache import caches
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse

from config import cache as ours

PASSWORD = "une-bonne-phrase-de-passe"


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    monkeypatch.setattr(ours, "_breakers", {})


@pytest.fixture
def use(settings):
    """`use(backend, location)`: the product's cache, from here to the end of the test."""

    def change(backend, location):
        settings.CACHES = {"default": {"BACKEND": f"config.cache.{backend}", "LOCATION": location}}
        caches["default"].stand_in.clear()
        return caches["default"]

    yield change
    with contextlib.suppress(AttributeError):
        caches["default"].close()


@contextlib.contextmanager
def silent():
    """The port of a server that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        yield server.getsockname()[1]


@contextlib.contextmanager
def refused():
    """A port where nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound, so that nobody else takes it, and not listening
        yield held.getsockname()[1]


def timed(act):
    start = time.monotonic()
    act()
    return time.monotonic() - start


def every_operation(cache):
    """Each operation of a cache, with what a cache of its own would answer."""
    cache.clear()
    assert cache.add("a", 1)
    assert not cache.add("a", 2)
    assert cache.get("a") == 1
    assert cache.incr("a") == 2
    cache.set("b", [1], 60)
    assert cache.get_many(["a", "b", "c"]) == {"a": 2, "b": [1]}
    assert cache.set_many({"c": 3}) == []
    assert cache.has_key("c")
    assert cache.touch("c", 60)
    cache.delete_many(["b"])
    assert cache.delete("c")
    assert cache.get("c") is None
    with pytest.raises(ValueError, match="not found"):
        cache.incr("nothing")


@pytest.mark.parametrize("away", [refused, silent])
def test_redis_away_costs_one_wait_and_then_none(use, away, caplog):
    with away() as port:
        cache = use("RedisOrMemory", f"redis://:hunter2@127.0.0.1:{port}/0")
        assert timed(lambda: cache.set("a", 1)) < 1.5
        waits = [timed(lambda: cache.get("a")) for _n in range(20)]
        assert max(waits) < 0.05
        every_operation(cache)
    assert [record.name for record in caplog.records] == ["passerelle.cache"]
    assert "hunter2" not in caplog.text


def test_silent_redis_is_asked_twice_and_no_more(use):
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        use("RedisOrMemory", f"redis://127.0.0.1:{server.getsockname()[1]}/0").set("a", 1)
        server.setblocking(False)
        links = []
        with contextlib.suppress(BlockingIOError):
            while True:
                links.append(server.accept()[0])
        assert len(links) == 2  # an idle connection may have been closed meanwhile
        for link in links:
            link.close()


def test_redis_is_tried_again_by_a_thread_apart(use, monkeypatch):
    monkeypatch.setattr(ours, "AGAIN", 0.05)
    tried = threading.Event()
    monkeypatch.setattr(ours.RedisOrMemory, "probe", lambda self: (time.sleep(0.3), tried.set()))
    with refused() as port:
        cache = use("RedisOrMemory", f"redis://127.0.0.1:{port}/0")
        cache.set("a", 1)
        assert cache.breaker.away
        time.sleep(0.06)
        assert timed(lambda: cache.get("a")) < 0.05  # whoever triggers the trial does not wait for it
        assert tried.wait(2)
        end = time.monotonic() + 2
        while cache.breaker.away and time.monotonic() < end:
            time.sleep(0.01)
        assert not cache.breaker.away


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("redis-server"), reason="needs redis-server")
def test_redis_that_comes_back_is_used_again(use, monkeypatch, tmp_path):
    monkeypatch.setattr(ours, "AGAIN", 0.2)
    with refused() as port:
        pass
    cache = use("RedisOrMemory", f"redis://127.0.0.1:{port}/0")
    cache.set("here", 1)
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    for _time in range(2):  # away, back, away, back
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            end = time.monotonic() + 10
            while cache.get("there") != "kept" and time.monotonic() < end:
                time.sleep(0.05)
                if not cache.breaker.is_open(cache.probe):
                    cache.set("there", "kept")
            assert not cache.breaker.away
            every_operation(cache)
        finally:
            server.kill()
            server.wait()
        assert cache.get("there") is None
        assert cache.breaker.away


@pytest.fixture
def table(committed_db):
    """The table `cache`, as production makes it."""
    from django.core.management import call_command

    call_command("createcachetable", "cache", verbosity=0)


def test_table_answers_like_any_cache(table, use):
    cache = use("TableOrMemory", "cache")
    every_operation(cache)
    with transaction.atomic(), connection.cursor() as cursor:
        cache.set("a", 1)
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)  # the caller's own patience
    assert not cache.breaker.away


def test_missing_table_leaves_the_callers_transaction_whole(committed_db, use):
    cache = use("TableOrMemory", "cache")
    with transaction.atomic(), connection.cursor() as cursor:
        cache.set("a", 1)
        assert cache.get("a") == 1
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
    assert cache.breaker.away


@pytest.mark.parametrize("mode", ["ACCESS EXCLUSIVE", "SHARE"])
def test_locked_table_costs_one_wait_and_then_none(table, use, mode):
    cache = use("TableOrMemory", "cache")
    held, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE cache IN {mode} MODE")
            held.set()
            done.wait(20)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert held.wait(10)
        assert timed(lambda: cache.set("a", 1)) < 1
        assert cache.get("a") == 1, "what was refused by the table is kept in the process"
        assert max(timed(lambda: cache.get("a")) for _n in range(5)) < 0.05
        every_operation(cache)
    finally:
        done.set()
        thread.join()
    cache.breaker.try_again(cache.probe)
    assert not cache.breaker.away


def test_database_away_is_not_hidden_by_the_stand_in(committed_db, use, monkeypatch):
    import psycopg

    cache = use("TableOrMemory", "cache")

    @contextlib.contextmanager
    def lost(self):
        raise OperationalError("closed") from psycopg.OperationalError("server closed the connection unexpectedly")
        yield

    monkeypatch.setattr(ours.TableOrMemory, "bounded", lost)
    with pytest.raises(OperationalError):
        cache.get("a")
    assert not cache.breaker.away


def test_people_sign_in_without_the_cache_and_limits_hold_in_the_process(client, cast, use):
    cast.officer.set_password(PASSWORD)
    cast.officer.save()
    with refused() as port:
        use("RedisOrMemory", f"redis://127.0.0.1:{port}/0")
        address = reverse("account_login")
        done = client.post(address, {"login": cast.officer.email, "password": PASSWORD})
        assert done.status_code == 302
        wrong = {"login": "nobody@nowhere.example", "password": "wrong"}
        assert 429 in {Client().post(address, wrong).status_code for _n in range(40)}
