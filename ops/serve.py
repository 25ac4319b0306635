"""What serves the product: web server, worker and the clock of its sweeps. `make serve` runs them on one machine."""

import fcntl
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import NoReturn, Self

from ops import python
from ops.places import VAR, Stop, say
from ops.supervisor import Program, Supervisor

RECORD = "processes.json"  # in DATA_DIR; work.processes reads it
WEB = ["-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi"]
WORKER = ["-m", "celery", "-A", "config", "worker", "--loglevel", "INFO"]
WORKER += ["--without-gossip", "--without-mingle", "--without-heartbeat"]  # workers have nothing to tell each other
BEAT = ["-m", "celery", "-A", "config", "beat", "--loglevel", "INFO"]


class Over(Exception):
    """Somebody asked us to stop."""


class only_one:
    """Hold `path`, by a lock that ends with this process and those it hands it to. Stop when another holds it.

    Two supervisors of one folder would write over each other's record, and the first to end take it away.
    """

    def __init__(self, path: Path, what: str) -> None:
        self.path, self.what = path, what

    def __enter__(self) -> Self:
        self.file = self.path.open("a+")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as held:
            self.file.seek(0)
            where = self.file.read().strip() or "starting up"
            raise Stop(f"{self.what} already runs ({where}): use it, or stop it with Ctrl-C first.") from held
        self.note("")
        return self

    def note(self, where: str) -> None:
        """Say where it answers, for whoever finds it held."""
        self.file.truncate(0)
        self.file.write(where)
        self.file.flush()

    def __exit__(self, *problem: object) -> None:
        self.file.truncate(0)
        self.file.close()


def listen_for_the_end() -> None:
    """Signals that ask for an end raise Over. Under nohup a terminal that goes away asks for nothing."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, be_over)


def be_over(number: int, frame: FrameType | None) -> NoReturn:
    raise Over


def hear_no_more() -> None:
    """A second Ctrl-C must not leave half of it running."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def programs(
    environment: Mapping[str, str], logs: Path | None = None, worker_processes: int | None = None
) -> list[Program]:
    """The three. Their words go to files in `logs`, or with ours."""
    share = ["-c", str(worker_processes)] if worker_processes else []
    arguments = {"web": WEB, "worker": WORKER + share, "beat": BEAT}
    return [Program(name, words, environment, logs and logs / f"{name}.log") for name, words in arguments.items()]


def run() -> int:
    """`make serve`: the three with the environment as given, until told to stop. Returns the exit code.

    The database is somebody else's, and so are migrations: docs/configuration.md says what comes before.
    """
    python.ensure()
    listen_for_the_end()
    store = Path(os.environ.get("DATA_DIR") or VAR)
    store.mkdir(parents=True, exist_ok=True)
    with only_one(store / "serve.lock", f"`make serve` with DATA_DIR={store}") as lock:
        supervisor = Supervisor(store / RECORD)
        try:
            supervisor.start(*programs({**os.environ, "PYTHONUNBUFFERED": "1"}))
            lock.note(os.environ.get("BIND", "127.0.0.1:8000"))
            say(f"Started: web, worker, beat. What is seen of them: {supervisor.record}")
            supervisor.watch()
        except Over:
            return 0
        finally:
            hear_no_more()
            say("Stopping")
            supervisor.stop()
