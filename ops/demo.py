"""`make demo`: from a bare machine to a page that answers, and back to silence at Ctrl-C."""

import contextlib
import ctypes
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from ops import assets, postgres, python, system
from ops.places import PYTHON, ROOT, VAR, Stop, run, say

STORE = VAR / "demo"  # the demo's files: mail, uploads, broker, logs, its secret
PATIENCE = 90  # seconds for the health check to answer


class Over(Exception):
    """Somebody asked us to stop."""


def run_demo():
    """Set up, start, wait for health, stay until told to stop. Returns the exit code."""
    VAR.mkdir(exist_ok=True)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, be_over)
    with only_one():
        database, processes = None, []
        try:
            set_up()
            database = postgres.for_demo()
            database.start()
            serve(database, processes)
            return watch(processes)
        except Over:
            return 0
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running
            say("Stopping")
            stop(processes)
            if database:
                database.stop()


def be_over(number, frame):
    raise Over


class only_one:
    """Two demos in one work tree would share a database, and the first to end would take it away."""

    def __enter__(self):
        self.file = (VAR / "demo.lock").open("a+")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as held:
            self.file.seek(0)
            where = self.file.read().strip() or "starting up"
            raise Stop(f"A demo of this folder already runs ({where}): use it, or stop it with Ctrl-C first.") from held
        self.file.truncate(0)

    def __exit__(self, *problem):
        self.file.truncate(0)
        self.file.close()


def set_up():
    """Everything that needs no database: Python packages, what letters are drawn with, browser files."""
    system.provide(system.LETTERS, what_for="Letters in PDF")
    python.ensure()
    assets.ensure()


def environment(database, port):
    """What the demo's processes are told."""
    STORE.mkdir(exist_ok=True)
    return {
        **os.environ,
        "MODE": "demo",
        "DATABASE_URL": database.url("passerelle"),
        "DATA_DIR": str(STORE),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "BIND": f"127.0.0.1:{port}",
        "PYTHONUNBUFFERED": "1",
    }


def serve(database, processes):
    """Prepare the data, then start the web server and the worker, and wait until they are ready."""
    port = free_port(int(os.environ.get("PORT") or 8000))
    told = environment(database, port)
    done = subprocess.run([PYTHON, "-m", "ops.prepare", "demo"], cwd=ROOT, env=told, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise Stop("The demo's data could not be prepared: the reason is above.")
    logs = STORE / "logs"
    logs.mkdir(exist_ok=True)
    start_servers(processes, told, logs)
    wait_until_ready(port, processes)
    with (VAR / "demo.lock").open("w") as note:
        note.write(told["BASE_URL"])
    say(f"Ready: {told['BASE_URL']}")
    say(f"Mail: {STORE / 'mail'}   Logs: {logs}   Stop: Ctrl-C")


def start_servers(processes, told, logs):
    """The web server, and one worker process with the clock of its sweeps in it."""
    worker = ["-m", "celery", "-A", "config", "worker", "-B", "-s", f"{told['DATA_DIR']}/beat", "-c", "1"]
    worker += ["--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    processes.append(spawn("web", ["-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi"], told, logs))
    processes.append(spawn("worker", worker, told, logs))


def free_port(wanted):
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


def spawn(name, arguments, told, logs):
    """Start one of our processes in a group of its own, its words in a log file."""
    log = (logs / f"{name}.log").open("ab")
    process = subprocess.Popen(
        [PYTHON, *[str(word) for word in arguments]],
        cwd=ROOT,
        env=told,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,  # Ctrl-C reaches us alone; we stop them in order
        preexec_fn=die_with_parent,
    )
    process.name = name
    process.log = logs / f"{name}.log"
    return process


def die_with_parent():
    """On Linux, ask for SIGTERM when the process that started us is killed outright."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def wait_until_ready(port, processes):
    """Ask /health/ready until it says yes; what stands in the way is told when patience ends."""
    answer, end = "no answer", time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for process in processes:
            if process.poll() is not None:
                raise Stop(f"The {process.name} process ended early. Its last words:\n{tail(process)}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as page:
                json.load(page)
                return
        except urllib.error.HTTPError as refusal:
            answer = refusal.read().decode(errors="replace")[:800]
        except (OSError, ValueError) as problem:
            answer = str(problem)
        time.sleep(0.2)
    raise Stop(f"The health check did not answer within {PATIENCE} seconds: {answer}\n{tail(processes[0])}")


def tail(process):
    return "\n".join(process.log.read_text(errors="replace").splitlines()[-20:])


def watch(processes):
    """Stay until told to stop; a process that ends by itself ends the demo."""
    while True:
        for process in processes:
            if process.poll() is not None:
                say(f"The {process.name} process ended by itself. Its last words:\n{tail(process)}")
                return 1
        time.sleep(0.5)


def stop(processes):
    """SIGTERM to each, in order; SIGKILL to the whole group of one that does not end in time."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=15)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # a worker's child that outlived it


def reset():
    """`make demo-reset`: the database, the files and the mail are gone; the next demo starts over."""
    VAR.mkdir(exist_ok=True)
    with only_one():
        database = postgres.for_demo()
        if isinstance(database, postgres.GivenDatabase) and PYTHON.exists():
            STORE.mkdir(exist_ok=True)
            run([PYTHON, "-m", "ops.prepare", "drop"], cwd=ROOT, env=environment(database, 0))
        database.remove()
        shutil.rmtree(STORE, ignore_errors=True)
    say("The demo's database and files are gone. Start again with: make demo")
    return 0
