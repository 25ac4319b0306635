"""The supervisor, with programs of a line or two."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from ops import places, supervisor
from ops.places import ROOT
from ops.supervisor import Program, Supervisor, wait_before
from work.processes import ProcessState, read_processes

SLEEP = ["-c", "import time; time.sleep(600)"]


def program(tmp_path, name="worker", code=SLEEP):
    return Program(name, code, dict(os.environ), tmp_path / f"{name}.log")


@contextmanager
def supervised(tmp_path, *programs):
    watcher = Supervisor(tmp_path / "processes.json")
    try:
        watcher.start(*programs)
        yield watcher
    finally:
        watcher.stop()


def until(condition, watcher=None, seconds=5):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        if watcher:
            watcher.look()
        time.sleep(0.01)


def seen(watcher):
    return {process.name: process for process in read_processes(watcher.record)}


def alive(pid):
    try:
        return (supervisor.ROOT, open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0])[1] != "Z"
    except FileNotFoundError:
        return False


def test_process_that_is_killed_is_started_again_at_once_counted_and_said(tmp_path, capsys):
    with supervised(tmp_path, program(tmp_path), program(tmp_path, "beat")) as watcher:
        before = seen(watcher)
        assert {name: (at.state, at.restarts) for name, at in before.items()} == {
            "worker": (ProcessState.RUNNING, 0),
            "beat": (ProcessState.RUNNING, 0),
        }
        begun = time.monotonic()
        os.kill(before["worker"].pid, signal.SIGKILL)
        until(lambda: seen(watcher)["worker"].restarts == 1, watcher)
        assert time.monotonic() - begun < 2
        after = seen(watcher)
        assert (after["worker"].state, after["worker"].last_exit) == (ProcessState.RUNNING, "signal 9")
        assert after["worker"].pid != before["worker"].pid
        assert after["worker"].started_at > before["worker"].started_at
        assert after["beat"] == before["beat"]
    assert capsys.readouterr().out == "The worker process ended (signal 9) and was started again.\n"
    assert not watcher.record.exists()


def test_waits_grow_while_a_process_keeps_ending():
    assert [wait_before(ends) for ends in range(9)] == [0, 0, 1, 2, 4, 8, 16, 30, 30]


def test_process_that_keeps_ending_waits_and_the_others_go_on(tmp_path):
    with supervised(tmp_path, program(tmp_path, "web", ["-c", "raise SystemExit(3)"]), program(tmp_path)) as watcher:
        until(lambda: seen(watcher)["web"].state == ProcessState.WAITING, watcher)
        web = seen(watcher)["web"]
        assert (web.pid, web.last_exit, web.restarts) == (None, "exit 3", 1)
        assert 0.5 < (web.next_start - web.started_at).total_seconds() < 3
        assert seen(watcher)["worker"].state == ProcessState.RUNNING


def test_process_that_lived_long_enough_is_started_at_once_again(tmp_path, monkeypatch):
    with supervised(tmp_path, program(tmp_path)) as watcher:
        [watched] = watcher.watched
        watched.ends = 5
        watched.started -= supervisor.STEADY
        os.kill(watched.program.pid, signal.SIGKILL)
        until(lambda: watched.restarts == 1, watcher)
        assert watched.ends == 1


def test_what_a_dead_process_left_is_ended_before_it_starts_again(tmp_path):
    forking = ["-c", "import os, time; print(os.fork() or os.getpid(), flush=True); time.sleep(600)"]
    with supervised(tmp_path, program(tmp_path, "web", forking)) as watcher:
        [watched] = watcher.watched
        until(lambda: len(watched.program.log.read_text().split()) == 2)
        [child] = set(map(int, watched.program.log.read_text().split()))
        os.kill(watched.program.pid, signal.SIGKILL)
        assert alive(child)
        until(lambda: watched.restarts == 1, watcher)
        until(lambda: not alive(child))


def test_process_that_cannot_be_started_is_tried_again(tmp_path, monkeypatch, capsys):
    with supervised(tmp_path, program(tmp_path)) as watcher:
        [watched] = watcher.watched
        start = watched.program.start

        def refuse():
            raise BlockingIOError("Resource temporarily unavailable")

        monkeypatch.setattr(watched.program, "start", refuse)
        os.kill(watched.program.pid, signal.SIGKILL)
        until(lambda: watched.restarts == 1, watcher)
        assert seen(watcher)["worker"].last_exit == "Resource temporarily unavailable"
        monkeypatch.setattr(watched.program, "start", start)
        until(lambda: watched.running, watcher)
    assert "could not be started: Resource temporarily unavailable" in capsys.readouterr().out


def test_record_that_cannot_be_written_is_written_later(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "RETRY", 0.1)
    with supervised(tmp_path, program(tmp_path)) as watcher:
        replace = os.replace

        def full(source, target):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(supervisor.os, "replace", full)
        os.kill(watcher.watched[0].program.pid, signal.SIGKILL)
        until(lambda: watcher.watched[0].restarts == 1, watcher)
        watcher.look()
        assert seen(watcher)["worker"].restarts == 0
        monkeypatch.setattr(supervisor.os, "replace", replace)
        until(lambda: seen(watcher)["worker"].restarts == 1, watcher)


def test_process_starts_even_when_its_log_cannot_be_opened(tmp_path):
    odd = program(tmp_path)
    odd.log = tmp_path / "missing" / "worker.log"
    with supervised(tmp_path, odd) as watcher:
        assert watcher.ended() is None
        assert odd.last_words() == ""


def test_first_that_ended_is_named_with_its_last_words(tmp_path):
    with supervised(
        tmp_path, program(tmp_path), program(tmp_path, "beat", ["-c", "raise SystemExit('why')"])
    ) as watcher:
        until(lambda: watcher.ended())
        assert watcher.ended().name == "beat"
        assert watcher.ended().last_words() == "why"


def test_end_is_orderly_and_whoever_does_not_hear_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "GRACE", 0.3)
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
    polite = "import signal, time; signal.signal(15, lambda *a: exit(0)); print('up', flush=True); time.sleep(600)"
    with supervised(
        tmp_path, program(tmp_path, "web", ["-c", deaf]), program(tmp_path, "beat", ["-c", polite])
    ) as watcher:
        until(lambda: all(watched.program.log.read_text() for watched in watcher.watched))
    assert [watched.program.ending() for watched in watcher.watched] == ["signal 9", "exit 0"]


def test_log_that_grew_too_long_keeps_its_last_part_and_its_writer(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "LOG_LIMIT", 1000)
    monkeypatch.setattr(supervisor, "LOG_KEPT", 10)
    log = tmp_path / "web.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"x" * 1000)
        supervisor.cap(log)
        assert log.stat().st_size == 1000
        writer.write(b"123456789\n")
        supervisor.cap(log)
        writer.write(b"next")
    assert log.read_bytes() == b"123456789\nnext"


def test_log_is_capped_while_its_process_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "LOG_LIMIT", 5)
    monkeypatch.setattr(supervisor, "LOG_KEPT", 3)
    with supervised(tmp_path, program(tmp_path)) as watcher:
        watcher.watched[0].program.log.write_text("0123456789")
        watcher.look()
        assert watcher.watched[0].program.log.read_text() == "789"


def test_saying_to_a_closed_pipe_stops_nothing():
    code = "import time\nfrom ops.places import say\nfor n in range(9):\n    say('x' * 9999)\n    time.sleep(0.05)"
    speaker = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    speaker.stdout.close()
    assert (speaker.stderr.read(), speaker.wait()) == (b"", 0)


def test_saying_to_a_full_disk_stops_nothing(monkeypatch):
    def full(*words, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(places, "print", full, raising=False)
    places.say("x")


@pytest.mark.parametrize(("command", "code"), [("trap '' HUP; exec", "lived"), ("exec", "over")])
def test_terminal_that_goes_away_ends_us_only_where_that_was_not_refused(command, code):
    script = (
        "import os, signal\nfrom ops import serve\nserve.listen_for_the_end()\n"
        "try:\n    os.kill(os.getpid(), signal.SIGHUP)\n    print('lived')\nexcept serve.Over:\n    print('over')"
    )
    done = subprocess.run(
        ["sh", "-c", f'{command} {sys.executable} -c "$0"', script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # whoever runs the tests may refuse it
    )
    assert done.stdout.strip() == code


def test_database_is_ended_when_nobody_uses_it_any_more(tmp_path):
    ended = []

    class Ends(Program):
        def ask_to_end(self):
            ended.append(f"{self.name} asked")

        def stop(self):
            ended.append(f"{self.name} ended")

    database = SimpleNamespace(
        ask_to_end=lambda: ended.append("database left"), stop=lambda: ended.append("database ended")
    )
    watcher = Supervisor(None)
    web, worker = (Ends(name, SLEEP, {}, None) for name in ("web", "worker"))
    watcher.watched = [SimpleNamespace(program=program) for program in (database, web, worker)]
    watcher.stop()
    assert ended[-3:] == ["web ended", "worker ended", "database ended"]
