"""Fifty thousand messages by real producers and real workers, with rubbish thrown in meanwhile."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from ops.places import PYTHON, ROOT

pytestmark = pytest.mark.slow

EACH, PRODUCERS, WORKERS = 12_500, 4, 2
APPLICATION = """
import os
from celery import Celery
from config.broker import transport

transport.register()
app = Celery("load", broker="folder://")
app.conf.update(
    broker_transport_options={"folder": os.environ["FOLDER"], "polling_interval": 0.05},
    task_ignore_result=True, task_acks_late=True, worker_prefetch_multiplier=1, task_publish_retry=False,
    worker_enable_remote_control=False, broker_connection_retry_on_startup=True,
)

@app.task
def note(name):
    with open(f"{os.environ['NOTES']}/{os.getpid()}", "a") as file:
        file.write(name + "\\n")
"""
PRODUCER = """
import sys
from load_application import note
for number in range(int(sys.argv[2])):
    note.delay(f"{sys.argv[1]}-{number}")
"""


def good_message(folder):
    """A message of `note` as Celery writes it."""
    told = {**os.environ, "PYTHONPATH": f"{folder.parent}:{ROOT}", "FOLDER": str(folder)}
    subprocess.run([sys.executable, "-c", PRODUCER, "odd", "1"], env=told, cwd=folder.parent, check=True)
    (path,) = folder.rglob("*.msg")
    return json.loads(path.read_text())


def odd_messages(good):
    """Texts that are no message, and `good` with each of its values replaced by one of another kind."""
    yield from ("", '{"body": "W1', "[]", "7")
    for where in (good, good["headers"], good["properties"]):
        for name, value in list(where.items()):
            for odd in (7, -1, [], {}, "x", True, None, [[1]]):
                where[name] = odd
                yield json.dumps(good)
            where[name] = value


def workers_of(tmp_path, number, log):
    """Running Celery workers of one child each, on the folder that `FOLDER` names."""
    told = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}", "FOLDER": str(tmp_path / "broker")}
    told["NOTES"] = str(tmp_path / "notes")
    command = [PYTHON, "-m", "celery", "-A", "load_application", "worker", "-c", "1", "--without-gossip"]
    command += ["--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
    return [
        subprocess.Popen([*command, "-n", f"w{n}"], env=told, cwd=tmp_path, stdout=log, stderr=log)
        for n in range(number)
    ]


def end(workers):
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    for worker in workers:
        worker.wait(timeout=30)


@pytest.fixture
def notes(tmp_path):
    (tmp_path / "load_application.py").write_text(APPLICATION)
    (tmp_path / "notes").mkdir()
    (tmp_path / "broker" / "queue").mkdir(parents=True)
    return tmp_path / "notes"


def counted(notes):
    return Counter(line for path in notes.iterdir() for line in path.read_text().split())


def test_nothing_is_lost_or_doubled_and_no_worker_ends(tmp_path, notes):
    folder = tmp_path / "broker"
    log = (tmp_path / "workers.log").open("wb")
    workers = workers_of(tmp_path, WORKERS, log)
    told = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}", "FOLDER": str(folder)}
    begun = time.monotonic()
    producers = [
        subprocess.Popen([sys.executable, "-c", PRODUCER, f"p{n}", str(EACH)], env=told, cwd=tmp_path)
        for n in range(PRODUCERS)
    ]
    try:
        thrown = 0
        while any(producer.poll() is None for producer in producers) or list((folder / "queue").iterdir()):
            # As `touch`, and a writer that is not ours, would do it.
            (folder / "queue" / f"{thrown}_x.celery.msg").write_text('{"body": "W1' if thrown % 2 else "")
            thrown += 1
            assert time.monotonic() - begun < 400, f"{sum(counted(notes).values())} were worked on"
            time.sleep(0.2)
        assert [producer.returncode for producer in producers] == [0] * PRODUCERS
        while sum(counted(notes).values()) < EACH * PRODUCERS and list((folder / "claims").rglob("*.msg")):
            time.sleep(0.2)
        took = time.monotonic() - begun
        assert [worker.poll() for worker in workers] == [None] * WORKERS
    finally:
        end(workers)
        log.close()
    seen = counted(notes)
    print(f"{len(seen)} messages in {took:.0f} s, {thrown} bad files thrown in")  # noqa: T201 - the rate is the point
    assert len(seen) == EACH * PRODUCERS
    assert set(seen.values()) == {1}
    assert "Unrecoverable" not in (tmp_path / "workers.log").read_text()


def test_worker_outlives_every_odd_message(tmp_path, notes):
    good = good_message(tmp_path / "odd")
    queue = tmp_path / "broker" / "queue"
    for number, text in enumerate(odd_messages(good)):
        (queue / f"{number:05d}_x.celery.msg").write_text(text)
    for number in range(3):
        (queue / f"9999{number}_x.celery.msg").write_text(json.dumps(good))
    with (tmp_path / "workers.log").open("wb") as log:
        (worker,) = workers = workers_of(tmp_path, 1, log)
        try:
            begun = time.monotonic()
            while list(queue.iterdir()) or list((tmp_path / "broker" / "claims").rglob("*.msg")):
                assert worker.poll() is None, (tmp_path / "workers.log").read_text()
                assert time.monotonic() - begun < 60, sorted(path.name for path in queue.iterdir())[0]
                time.sleep(0.1)
        finally:
            end(workers)
    assert counted(notes)["odd-0"] >= 3
