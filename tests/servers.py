"""Real processes for the slow tests: web server, worker and beat on a clone of the test database, and a browser."""

import os
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection, connections

from ops import demo
from ops import serve as ops_serve
from ops.places import PYTHON, ROOT, VAR
from ops.supervisor import Supervisor
from tests import databases

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
STYLE = ROOT / "static" / "built" / "app.css"
# Without these, Chromium calls home at every start and the closed network of a test machine refuses it.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@dataclass
class Served:
    """A running site. `url` its address, `files` its data folder, `mail` where its messages land."""

    url: str
    files: Path
    database: str
    environment: dict
    supervisor: Supervisor  # nothing is started again by it: a process that ends is a fault of the test

    @property
    def mail(self):
        return self.files / "mail"

    def data(self):
        """Inside `with served.data():` the test's own ORM reads and writes the site's database."""
        return databases.pointed_at(self.database)

    def manage(self, *words):
        """Run `manage.py …` on the site's database and files; its output, or a failed test."""
        done = subprocess.run(
            [PYTHON, "manage.py", *words],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def log(self, name):
        """What the process `web`, `worker` or `beat` wrote so far."""
        return (self.files / "logs" / f"{name}.log").read_text(errors="replace")


@contextmanager
def serve(files, name):
    """Start the site on the database `name` with its files in `files`; stop it at the end."""
    if not STYLE.exists():
        pytest.fail("static/built/app.css is missing: run `make assets` first (make test-all does).")
    shared = VAR / "served-static"  # collecting takes seconds: once, not at every run
    shared.mkdir(parents=True, exist_ok=True)
    (files / "static").symlink_to(shared)
    port = demo.free_port(8500)
    told = {
        **os.environ,
        "MODE": "demo",
        "DATABASE_URL": address(name),
        "DATA_DIR": str(files),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "BIND": f"127.0.0.1:{port}",
        "WEB_CONCURRENCY": "1",
    }
    told.pop("PYTEST_CURRENT_TEST", None)
    done = subprocess.run([PYTHON, "-m", "ops.prepare", "site"], cwd=ROOT, env=told, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    logs = files / "logs"
    logs.mkdir()
    supervisor = Supervisor()
    try:
        supervisor.start(*ops_serve.programs(told, logs, worker_processes=1))
        demo.wait_until_ready(port, supervisor)
        yield Served(told["BASE_URL"], files, name, told, supervisor)
    finally:
        supervisor.stop()


def address(name):
    """The DATABASE_URL of another database on the server that the tests use."""
    given = connection.settings_dict
    host = given["HOST"] or given["OPTIONS"].get("host", "")
    who = given["USER"] + (f":{given['PASSWORD']}" if given["PASSWORD"] else "")
    if host.startswith("/"):
        return f"postgres://{who}@/{name}?host={host}"
    return f"postgres://{who}@{host or 'localhost'}:{given['PORT'] or 5432}/{name}"


@contextmanager
def open_browser():
    """Debian's Chromium under Playwright; the test fails with a sentence where there is none."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not program:
        pytest.fail("Chromium is missing: install it (Debian: apt-get install chromium; make test-all does).")
    # Playwright's loop lives in this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    from playwright.sync_api import sync_playwright

    # documents.pdf hides the machine's typefaces from this process; a browser without any dies.
    environment = {name: value for name, value in os.environ.items() if name != "FONTCONFIG_FILE"}
    # While that loop lives, Django keeps other connections for this thread (asgiref's Local). One left open outside
    # would be ended unseen by the next clone, and fail the first test after the browser.
    connections.close_all()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS, headless=True, env=environment)
        try:
            yield browser
        finally:
            browser.close()
            connections.close_all()


def axe_violations(page):
    """What axe-core finds on the page as it stands: one line a violation, with the first element concerned."""
    if not AXE.exists():
        pytest.fail("node_modules/axe-core is missing: run `make assets` first (make test-all does).")
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{rule['id']}: {rule['help']} — {rule['nodes'][0]['html'][:200]}" for rule in found["violations"]]
