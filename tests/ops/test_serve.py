"""`make serve`: the three processes with the environment as given, and nothing left of them at the end."""

import os
import signal
import subprocess
import sys
import urllib.request

import pytest

from ops import demo
from ops.places import ROOT
from tests.faults.stand import until
from work.processes import read_processes

pytestmark = pytest.mark.slow


def answers(url):
    try:
        with urllib.request.urlopen(f"{url}/health/live", timeout=5) as page:
            return page.status == 200
    except OSError:
        return False


def lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_three_processes_serve_until_told_to_stop(served, tmp_path):
    url = f"127.0.0.1:{demo.free_port(8800)}"
    told = {**served.environment, "DATA_DIR": str(tmp_path), "BIND": url, "BASE_URL": f"http://{url}"}
    (tmp_path / "static").symlink_to(served.files / "static")
    words = (tmp_path / "words").open("wb")
    serving = subprocess.Popen([sys.executable, "-m", "ops", "serve"], cwd=ROOT, env=told, stdout=words, stderr=words)
    try:
        until(lambda: answers(f"http://{url}"), 60, "nothing is served")
        pids = {process.name: process.pid for process in read_processes(tmp_path / "processes.json")}
        assert list(pids) == ["web", "worker", "beat"]
        again = subprocess.run(serving.args, cwd=ROOT, env=told, capture_output=True, text=True, timeout=60)
        assert again.returncode == 1
        assert f"already runs ({url})" in again.stderr
        os.kill(pids["beat"], signal.SIGKILL)
        until(lambda: read_processes(tmp_path / "processes.json")[2].restarts == 1, 5, "beat was not started again")
    finally:
        serving.terminate()
        code = serving.wait(timeout=60)
        words.close()
    assert code == 0
    assert not any(lives(pid) for pid in pids.values())
    assert not (tmp_path / "processes.json").exists()
    said = (tmp_path / "words").read_text().splitlines()  # the processes' own words come between ours
    assert said.index("The beat process ended (signal 9) and was started again.") < said.index("Stopping")
