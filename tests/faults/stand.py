"""A site of a test's own, supervised as `make demo` has it: its private PostgreSQL, web server, worker and beat.

`python -m tests.faults.stand FOLDER` runs it until SIGTERM; `site_up(folder)` does so from a test.
"""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
import uuid
from contextlib import contextmanager
from pathlib import Path

from ops import demo, serve
from ops.places import PYTHON, ROOT, VAR, run, say
from ops.postgres import TEST, Cluster
from ops.supervisor import Supervisor
from work.processes import read_processes

QUEUE = """
from notifications.messages import AccountExists
from notifications.services import queue_message
queue_message(AccountExists(), to={address!r}, key={address!r})
"""


def main(folder):
    serve.listen_for_the_end()
    database = Cluster(f"stand-{os.getpid()}", TEST)
    supervisor = Supervisor(folder / serve.RECORD)
    try:
        database.start()
        port = demo.free_port(8700)
        told = {
            **os.environ,
            "MODE": "demo",
            "DATABASE_URL": database.url("passerelle"),
            "DATA_DIR": str(folder),
            "BASE_URL": f"http://127.0.0.1:{port}",
            "BIND": f"127.0.0.1:{port}",
            "WEB_CONCURRENCY": "2",
        }
        run([PYTHON, "-m", "ops.prepare", "site"], cwd=ROOT, env=told)
        supervisor.start(*database.watched(), *serve.programs(told, folder / "logs", worker_processes=1))
        demo.wait_until_ready(port, supervisor)
        say(f"Ready: {told['BASE_URL']} {told['DATABASE_URL']}")
        supervisor.watch()
    except serve.Over:
        pass
    finally:
        serve.hear_no_more()
        supervisor.stop()
        database.remove()


class Stand:
    """The running site, from outside."""

    def __init__(self, folder, url, environment):
        self.folder, self.url, self.environment = folder, url, environment

    def processes(self):
        return {process.name: process for process in read_processes(self.folder / serve.RECORD)}

    def pids(self, name):
        """Of `web`, `worker`, `beat`, `database`, or of the children of one: `web child`. Its threads fork too."""
        name, _, child = name.partition(" ")
        parent = self.processes()[name].pid
        if not child:
            return {parent} - {None}
        lists = Path(f"/proc/{parent}/task").glob("*/children")
        return {int(pid) for path in lists for pid in path.read_text().split()}

    def kill(self, name):
        """kill -9; gives the seconds until another one is there in its place."""
        before, begun = self.pids(name), time.monotonic()
        os.kill(min(before), signal.SIGKILL)
        while True:
            assert time.monotonic() - begun < 30, f"{name} did not come back"
            try:
                if self.pids(name) - before:
                    return time.monotonic() - begun
            except (KeyError, OSError):
                pass
            time.sleep(0.02)

    def answers(self, path="/programs"):
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as page:
                return page.status == 200
        except OSError:
            return False

    def run(self, code):
        """Run Python with the site's settings; its output, or a failed test."""
        code = f"import django\ndjango.setup()\n{code}"
        done = subprocess.run(
            [PYTHON, "-c", code],
            cwd=ROOT,
            env={**self.environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def queue_message(self):
        """A message to an address of its own, which is given."""
        address = f"{uuid.uuid4().hex}@example.org"
        self.run(QUEUE.format(address=address))
        return address

    def letters_to(self, address):
        """How many mails went to the address."""
        return sum(f"To: {address}" in path.read_text() for path in (self.folder / "mail").glob("*.eml"))

    def log(self, name):
        return (self.folder / "logs" / f"{name}.log").read_text(errors="replace")


def until(condition, seconds, what):
    """Wait for it; gives the seconds it took, or fails the test with `what`."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds, what
        time.sleep(0.05)
    return time.monotonic() - begun


@contextmanager
def site_up(folder, **environment):
    """A Stand, until the end of the block."""
    (folder / "logs").mkdir(parents=True)
    (VAR / "served-static").mkdir(parents=True, exist_ok=True)
    (folder / "static").symlink_to(VAR / "served-static")
    told = {name: value for name, value in os.environ.items() if name not in ("PYTEST_CURRENT_TEST", "DATABASE_URL")}
    words = (folder / "stand.log").open("w+")
    stand = subprocess.Popen(
        [PYTHON, "-m", "tests.faults.stand", str(folder)],
        cwd=ROOT,
        env={**told, **environment},
        stdin=subprocess.DEVNULL,
        stdout=words,
        stderr=words,
    )
    try:
        said = folder / "stand.log"
        until(lambda: stand.poll() is not None or "Ready:" in said.read_text(), 120, "the site did not start")
        found = re.search(r"Ready: (\S+) (\S+)", said.read_text())
        assert found, said.read_text()
        own = {"MODE": "demo", "DATABASE_URL": found[2], "DATA_DIR": str(folder), "BASE_URL": found[1]}
        yield Stand(folder, found[1], {**told, **environment, **own})
    finally:
        stand.terminate()
        stand.wait(timeout=90)
        words.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
