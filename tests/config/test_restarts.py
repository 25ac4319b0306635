"""PostgreSQL restarted at once, under load, three times: only 503, which says when to come again; then as before."""

import os
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections import Counter

import pytest

from ops import demo, postgres, serve
from ops.places import PYTHON, ROOT, VAR
from ops.supervisor import Program, Supervisor

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cluster():
    """A server of our own to restart: the tests' is in use."""
    made = postgres.Cluster(f"restarts-{os.getpid()}", postgres.TEST)
    made.start()
    yield made
    made.remove()


@pytest.fixture(scope="module")
def site(cluster, tmp_path_factory):
    """Its address; gunicorn as in production, on a database of that server."""
    files = tmp_path_factory.mktemp("restarts")
    (files / "logs").mkdir()
    shared = VAR / "served-static"  # as the other slow tests: collected once
    shared.mkdir(parents=True, exist_ok=True)
    (files / "static").symlink_to(shared)
    port = demo.free_port(8780)
    address = f"http://127.0.0.1:{port}"
    told = {
        **os.environ,
        "MODE": "demo",
        "DATABASE_URL": cluster.url("passerelle"),
        "DATA_DIR": str(files),
        "BASE_URL": address,
        "BIND": f"127.0.0.1:{port}",
        "WEB_CONCURRENCY": "1",
    }
    told.pop("PYTEST_CURRENT_TEST", None)
    subprocess.run([PYTHON, "-m", "ops.prepare", "site"], cwd=ROOT, env=told, check=True, capture_output=True)
    supervisor = Supervisor()
    try:
        supervisor.start(Program("web", serve.WEB, told, files / "logs" / "web.log"))
        demo.wait_until_ready(port, supervisor)
        yield address
    finally:
        supervisor.stop()


def ask(address):
    """The status of one answer, its Retry-After, and whether it was the page for it."""
    request = urllib.request.Request(address, headers={"Cookie": "sessionid=unknown"})
    try:
        with urllib.request.urlopen(request, timeout=20) as page:
            return page.status, None
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.headers["Retry-After"]


def test_database_restarted_at_once_gives_503_alone_and_the_site_is_back_with_it(site, cluster):
    answers, over, seconds = [], threading.Event(), []

    def visit(path):
        while not over.is_set():
            answers.append((time.monotonic(), *ask(f"{site}{path}")))

    pages = ["/", "/programs", "/sign-in", "/api/v1/programs"]
    threads = [threading.Thread(target=visit, args=(path,)) for path in pages]
    for thread in threads:
        thread.start()
    try:
        for _time in range(3):
            time.sleep(1.5)
            cluster.control("restart", "-m", "immediate", "-w", "-t", "30", "-l", str(cluster.data / "server.log"))
            back = time.monotonic()
            while ask(f"{site}/programs")[0] != 200 and time.monotonic() < back + 20:
                time.sleep(0.02)
            seconds.append(time.monotonic() - back)
        # the database is not there at all: refused, for a while
        cluster.control("stop", "-m", "immediate", "-w", "-t", "30")
        assert ask(f"{site}/programs") == (503, "10")
        with urllib.request.urlopen(f"{site}/health/live", timeout=2) as page:
            assert page.status == 200
        cluster.start()
        assert ask(f"{site}/programs")[0] == 200
    finally:
        over.set()
        for thread in threads:
            thread.join()
    statuses = Counter((status, again) for _at, status, again in answers)
    seen = f"{dict(statuses)}; back after {[round(s, 2) for s in seconds]} s"
    assert {status for status, _again in statuses} <= {200, 401, 503}, seen
    assert all(again == "10" for status, again in statuses if status == 503)
    assert statuses[503, "10"] > 0
    assert max(seconds) < 1, seen
