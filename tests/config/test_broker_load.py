"""Fifty thousand messages by real producers and real workers, with rubbish thrown in meanwhile."""

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


def counted(notes):
    return Counter(line for path in notes.iterdir() for line in path.read_text().split())


def test_nothing_is_lost_or_doubled_and_no_worker_ends(tmp_path):
    (tmp_path / "load_application.py").write_text(APPLICATION)
    folder, notes = tmp_path / "broker", tmp_path / "notes"
    notes.mkdir()
    told = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}", "FOLDER": str(folder), "NOTES": str(notes)}
    worker = [PYTHON, "-m", "celery", "-A", "load_application", "worker", "-c", "1", "--without-gossip"]
    worker += ["--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
    log = (tmp_path / "workers.log").open("wb")
    workers = [
        subprocess.Popen([*worker, "-n", f"w{n}"], env=told, cwd=tmp_path, stdout=log, stderr=log)
        for n in range(WORKERS)
    ]
    begun = time.monotonic()
    producers = [
        subprocess.Popen([sys.executable, "-c", PRODUCER, f"p{n}", str(EACH)], env=told, cwd=tmp_path)
        for n in range(PRODUCERS)
    ]
    try:
        thrown = 0
        while any(producer.poll() is None for producer in producers) or list((folder / "queue").iterdir()):
            if (folder / "queue").is_dir():  # as `touch`, and a writer that is not ours, would do it
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
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        for worker in workers:
            worker.wait(timeout=30)
        log.close()
    seen = counted(notes)
    print(f"{len(seen)} messages in {took:.0f} s, {thrown} bad files thrown in")  # noqa: T201 - the rate is the point
    assert len(seen) == EACH * PRODUCERS
    assert set(seen.values()) == {1}
    assert "Unrecoverable" not in (tmp_path / "workers.log").read_text()
