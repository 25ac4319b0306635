"""What the supervisor wrote, as the health page reads it."""

import json
from datetime import UTC, datetime

import pytest

from work.processes import Process, ProcessState, read_processes

ROW = {
    "name": "worker",
    "pid": 12,
    "started_at": "2026-11-26T18:00:00.000+00:00",
    "restarts": 2,
    "last_exit": "signal 9",
    "state": "running",
    "next_start": None,
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "processes.json"


def test_processes_are_read(path):
    waiting = {**ROW, "name": "beat", "pid": None, "state": "waiting", "next_start": "2026-11-26T18:00:04.000+00:00"}
    path.write_text(json.dumps({"processes": [ROW, waiting]}))
    at = datetime(2026, 11, 26, 18, tzinfo=UTC)
    assert read_processes(path) == (
        Process("worker", 12, at, 2, "signal 9", ProcessState.RUNNING, None),
        Process("beat", None, at, 2, "signal 9", ProcessState.WAITING, at.replace(second=4)),
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff",
        b"null",
        b"[]",
        b"{}",
        b'{"processes": 3}',
        b'{"processes": [3]}',
        b'{"processes": [{}]}',
        json.dumps({"processes": [{**ROW, "state": "flying"}]}).encode(),
        json.dumps({"processes": [{**ROW, "started_at": "soon"}]}).encode(),
        json.dumps({"processes": [{**ROW, "started_at": 3}]}).encode(),
    ],
)
def test_damaged_file_tells_nothing(path, content):
    path.write_bytes(content)
    assert read_processes(path) == ()


def test_missing_file_tells_nothing(path):
    assert read_processes(path) == ()
