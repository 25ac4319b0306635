"""`make demo`: from a bare machine to a page that answers, and back to silence at Ctrl-C."""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

from ops import assets, postgres, python, serve, system
from ops.places import PYTHON, ROOT, VAR, Stop, run, say
from ops.postgres import Database
from ops.serve import Over
from ops.supervisor import Supervisor, die_with_parent

STORE = VAR / "demo"  # the demo's files: mail, uploads, broker, logs, its secret
PATIENCE = 90  # seconds for the health check to answer


def run_demo() -> int:
    """Set up, start, wait for health, stay until told to stop. Returns the exit code."""
    VAR.mkdir(exist_ok=True)
    serve.listen_for_the_end()
    with only_one() as lock:
        database, supervisor = None, Supervisor(STORE / serve.RECORD)
        try:
            set_up()
            database = postgres.for_demo()
            database.start()
            start(database, supervisor, lock)
            supervisor.watch()
        except Over:
            return 0
        finally:
            serve.hear_no_more()
            say("Stopping")
            supervisor.stop()
            if database:
                database.stop()


def only_one() -> serve.only_one:
    """Two demos in one work tree would share a database."""
    return serve.only_one(VAR / "demo.lock", "A demo of this folder")


def set_up() -> None:
    """Everything that needs no database: Python packages, what letters are drawn with, browser files."""
    system.provide(system.LETTERS, what_for="Letters in PDF")
    python.ensure()
    assets.ensure()


def environment(database: Database, port: int) -> dict[str, str]:
    """What the demo's processes are told."""
    STORE.mkdir(mode=0o700, exist_ok=True)
    return {
        **os.environ,
        "MODE": "demo",
        "DATABASE_URL": database.url("passerelle"),
        "DATA_DIR": str(STORE),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "BIND": f"127.0.0.1:{port}",
        "PYTHONUNBUFFERED": "1",
    }


def start(database: Database, supervisor: Supervisor, lock: serve.only_one) -> None:
    """Prepare the data, then start the web server, the worker and beat, and wait until they are ready."""
    port = free_port(int(os.environ.get("PORT") or 8000))
    told = environment(database, port)
    # It ends with us, however we end, and holds our lock until it has: what it writes is not begun by two.
    done = subprocess.run(
        [PYTHON, "-m", "ops.prepare", "demo"],
        cwd=ROOT,
        env=told,
        stdin=subprocess.DEVNULL,
        pass_fds=[lock.file.fileno()],
        preexec_fn=die_with_parent,
    )
    if done.returncode:
        raise Stop("The demo's data could not be prepared: the reason is above.")
    logs = STORE / "logs"
    logs.mkdir(exist_ok=True)
    supervisor.start(*database.watched(), *serve.programs(told, logs, worker_processes=1))
    wait_until_ready(port, supervisor)
    lock.note(told["BASE_URL"])
    say(f"Ready: {told['BASE_URL']}")
    say(f"Mail: {STORE / 'mail'}   Logs: {logs}   Stop: Ctrl-C")


def free_port(wanted: int) -> int:
    """The wanted port, or the first free one after it; a busy one is named."""
    for port in range(wanted, wanted + 50):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                say(f"Port {port} is busy: trying {port + 1}.")
                continue
        return port
    raise Stop(f"No port from {wanted} to {wanted + 49} is free: name one with PORT=…")


def wait_until_ready(port: int, supervisor: Supervisor) -> None:
    """Ask /health/ready until it says yes; what stands in the way is told when patience ends."""
    answer, end = "no answer", time.monotonic() + PATIENCE
    while time.monotonic() < end:
        program = supervisor.ended()
        if program:
            raise Stop(f"The {program.name} process ended early. Its last words:\n{program.last_words()}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as page:
                json.load(page)
                return
        except urllib.error.HTTPError as refusal:
            answer = refusal.read().decode(errors="replace")[:800]
        except (OSError, ValueError) as problem:
            answer = str(problem)
        time.sleep(0.2)
    said = "\n".join(watched.program.last_words() for watched in supervisor.watched if watched.program.name == "web")
    raise Stop(f"The health check did not answer within {PATIENCE} seconds: {answer}\n{said}")


def reset() -> int:
    """`make demo-reset`: the database, the files and the mail are gone; the next demo starts over."""
    VAR.mkdir(exist_ok=True)
    with only_one():
        database = postgres.for_demo()
        if isinstance(database, postgres.GivenDatabase) and PYTHON.exists():
            STORE.mkdir(mode=0o700, exist_ok=True)
            run([PYTHON, "-m", "ops.prepare", "drop"], cwd=ROOT, env=environment(database, 0))
        database.remove()
        shutil.rmtree(STORE, ignore_errors=True)
    say("The demo's database and files are gone. Start again with: make demo")
    return 0
