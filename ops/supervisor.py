"""Processes that are started, watched, and started again when they end; one that ends never stops the others.

What is seen is written to `processes.json` in the data folder, which work.processes reads for the health page.
"""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, NoReturn, Protocol

from ops.places import PYTHON, ROOT, say

LOOK = 0.2  # seconds between two looks at the processes
STEADY = 60  # a process that lived this long has started well: its next end is its first again
LONGEST = 30  # seconds that a process which keeps ending waits at most
GRACE = 15  # seconds that a process has to end by itself
LOG_LIMIT = 20_000_000  # bytes of a log; its last part is kept
LOG_KEPT = 1_000_000
RETRY = 5  # seconds until what could not be written is tried again
UPKEEP = 30  # seconds between two looks at the logs


def wait_before(ends: int) -> int:
    """Seconds before a process that ended `ends` times in a row, soon after its start, is started again."""
    return 0 if ends <= 1 else min(2 ** (ends - 2), LONGEST)


class Watchable(Protocol):
    """What is started, watched and stopped: one of our commands, or the private database."""

    name: str
    log: Path | None

    @property
    def pid(self) -> int | None: ...

    def start(self) -> None: ...

    def start_again(self) -> None: ...

    def ending(self) -> str | None: ...

    def ask_to_end(self) -> None: ...

    def stop(self) -> None: ...

    def last_words(self) -> str: ...


class Program:
    """One of our commands, in a process group of its own."""

    def __init__(
        self, name: str, arguments: Iterable[str], environment: Mapping[str, str], log: Path | None = None
    ) -> None:
        self.name = name
        self.arguments = [str(word) for word in arguments]
        self.environment = environment
        self.log = log  # a file, or None: our own standard error
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def start(self) -> None:
        """OSError when the system starts no process now."""
        with self.opened() as words:
            self.process = subprocess.Popen(
                [PYTHON, *self.arguments],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                start_new_session=True,  # Ctrl-C reaches us alone; we stop them in order
                preexec_fn=die_with_parent,
            )

    def start_again(self) -> None:
        self.kill_group()
        self.start()

    def opened(self) -> AbstractContextManager[BinaryIO | None]:
        """Where its words go; nowhere when the disk takes no new file."""
        if self.log is None:
            return contextlib.nullcontext()
        try:
            return self.log.open("ab")
        except OSError:
            return open(os.devnull, "wb")

    def ending(self) -> str | None:
        """How it ended, None while it runs."""
        code = self.process.poll() if self.process else 0
        if code is None:
            return None
        return f"exit {code}" if code >= 0 else f"signal {-code}"

    def kill_group(self) -> None:
        """What a dead process left: a web server's workers would hold its port, a worker's child its task."""
        if self.process is None:
            return
        end = time.monotonic() + 0.5
        with contextlib.suppress(ProcessLookupError, PermissionError):
            while time.monotonic() < end:
                os.killpg(self.process.pid, signal.SIGKILL)
                time.sleep(0.02)

    def ask_to_end(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def stop(self) -> None:
        """Wait for its end; SIGKILL to the whole group when that does not come in time."""
        if self.process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=GRACE)
            self.kill_group()
            self.process.poll()

    def last_words(self) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:]) if self.log else ""
        except OSError:
            return ""


def die_with_parent() -> None:
    """On Linux, ask for SIGTERM when the process that started us is killed outright."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Watched:
    """What we know of one program, or of the private database."""

    def __init__(self, program: Watchable) -> None:
        self.program = program
        self.restarts = 0
        self.ends = 0  # in a row, each soon after a start
        self.last_exit: str | None = None
        self.running = False
        self.started = self.next_start = 0.0  # time.monotonic()
        self.started_at: datetime | None = None  # what people read
        self.next_start_at: datetime | None = None

    def start(self, again: bool = False) -> None:
        self.program.start_again() if again else self.program.start()
        self.running, self.next_start_at = True, None
        self.started, self.started_at = time.monotonic(), datetime.now(UTC)

    def note_end(self, how: str) -> None:
        self.running, self.last_exit = False, how
        self.ends = 1 if time.monotonic() - self.started >= STEADY else self.ends + 1
        wait = wait_before(self.ends)
        self.next_start = time.monotonic() + wait
        self.next_start_at = datetime.now(UTC) + timedelta(seconds=wait)

    def described(self) -> dict[str, str | int | None]:
        return {
            "name": self.program.name,
            "pid": self.program.pid if self.running else None,
            "started_at": told(self.started_at),
            "restarts": self.restarts,
            "last_exit": self.last_exit,
            "state": "running" if self.running else "waiting",
            "next_start": told(self.next_start_at),
        }


def told(instant: datetime | None) -> str | None:
    return instant.isoformat(timespec="milliseconds") if instant else None


class Supervisor:
    """Keeps programs running. `record` is the file that says what is seen, or None."""

    def __init__(self, record: Path | None = None) -> None:
        self.record = record
        self.watched: list[Watched] = []
        self.unwritten = False
        self.next_write = self.next_upkeep = 0.0

    def start(self, *programs: Watchable) -> None:
        """Start each and watch it from now on. A database that runs already is taken as it is."""
        for program in programs:
            watched = Watched(program)
            self.watched.append(watched)
            watched.start()
        self.unwritten = True
        self.write()

    def ended(self) -> Watchable | None:
        """The first program that does not run, None when all do: asked while everything starts for the first time."""
        return next((watched.program for watched in self.watched if watched.program.ending()), None)

    def watch(self) -> NoReturn:
        """Stay, until an exception (a signal's) ends it."""
        while True:
            self.look()
            time.sleep(LOOK)

    def look(self) -> None:
        """Note what ended, start again what is due, and keep the record and the logs."""
        for watched in self.watched:
            how = watched.program.ending() if watched.running else None
            if how:
                watched.note_end(how)
                self.unwritten = True
            if not watched.running and time.monotonic() >= watched.next_start:
                self.start_again(watched)
        self.write()
        if time.monotonic() >= self.next_upkeep:
            self.next_upkeep = time.monotonic() + UPKEEP
            for watched in self.watched:
                cap(watched.program.log)

    def start_again(self, watched: Watched) -> None:
        """One more start; one that fails counts as an end."""
        how = watched.last_exit
        watched.restarts += 1
        self.unwritten = True
        try:
            watched.start(again=True)
        except Exception as problem:  # no process to be had, or PostgreSQL's refusal: later perhaps
            watched.note_end(str(problem).partition("\n")[0].rstrip(":")[:200])
            say(f"The {watched.program.name} process could not be started: {problem}")
        else:
            say(f"The {watched.program.name} process ended ({how}) and was started again.")

    def write(self) -> None:
        """The record, whole or as it was. A full disk is tried again later."""
        if self.record is None or not self.unwritten or time.monotonic() < self.next_write:
            return
        scratch = self.record.with_name(f".{self.record.name}")
        try:
            scratch.write_text(json.dumps({"processes": [watched.described() for watched in self.watched]}, indent=1))
            os.replace(scratch, self.record)
        except OSError:
            self.next_write = time.monotonic() + RETRY
        else:
            self.unwritten = False

    def stop(self) -> None:
        """Ask all to end, then wait for each in the order of their start, the database's last."""
        for watched in self.watched:
            watched.program.ask_to_end()
        for watched in sorted(self.watched, key=lambda watched: not isinstance(watched.program, Program)):
            watched.program.stop()
        if self.record:
            with contextlib.suppress(OSError):
                self.record.unlink(missing_ok=True)


def cap(log: Path | None) -> None:
    """Keep the last part of a log that has grown too long. Whoever writes to it appends, so its next line follows."""
    try:
        if log is None or log.stat().st_size <= LOG_LIMIT:
            return
        with log.open("r+b") as file:
            file.seek(-LOG_KEPT, os.SEEK_END)
            kept = file.read()
            file.truncate(0)
        with log.open("ab") as file:
            file.write(kept)
    except OSError:
        return  # gone, or no room even for its last part
