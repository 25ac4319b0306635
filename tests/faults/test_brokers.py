"""Redis and RabbitMQ stopped for twenty seconds: worker and beat find their way back, and sweeps run again."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from tests.faults.stand import site_up, until

pytestmark = pytest.mark.slow

AWAY = 20  # seconds
SOON = 60  # seconds in which all is as before


def free_port():
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


class Redis:
    """A server of the test's own, without anything kept on disk."""

    def __init__(self, folder):
        self.port, self.folder = free_port(), folder
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", self.folder]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until(lambda: answers(self.port), 20, "Redis did not start")

    def kill(self):
        self.process.kill()
        self.process.wait()


class Rabbit:
    """A node of the test's own: its ports, its folder, its name server. Run as Debian's user where we are root."""

    def __init__(self, folder):
        self.port, self.folder = free_port(), folder
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        self.told = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(free_port()),
            "RABBITMQ_NODENAME": f"test{self.port}@localhost",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
        }
        self.account = {}
        if os.geteuid() == 0:
            shutil.chown(folder, "rabbitmq", "rabbitmq")
            self.account = {"user": "rabbitmq", "group": "rabbitmq", "extra_groups": []}

    def start(self):
        program = "/usr/lib/rabbitmq/bin/rabbitmq-server"
        with (self.folder.parent / "rabbit.log").open("ab") as words:
            self.process = subprocess.Popen(
                [program],
                env=self.told,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                start_new_session=True,
                **self.account,
            )
        until(lambda: greets(self.port), 60, "RabbitMQ did not start")

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def greets(port):
    """RabbitMQ listens before it is ready: it is when it answers the first words of the protocol."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as talk:
            talk.sendall(b"AMQP\x00\x00\x09\x01")
            return bool(talk.recv(8))
    except OSError:
        return False


@pytest.fixture(params=[Redis, Rabbit])
def broker(request):
    program = {Redis: "redis-server", Rabbit: "rabbitmq-server"}[request.param]
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed (make test-all does it as root)")
    folder = Path(tempfile.mkdtemp(prefix="passerelle-broker-"))  # pytest's own folders are closed to other accounts
    (own := folder / "own").mkdir()
    folder.chmod(0o755)
    broker = request.param(own)
    broker.start()
    try:
        yield broker
    finally:
        broker.kill()
        end_name_server(own)
        shutil.rmtree(folder, ignore_errors=True)


def end_name_server(folder):
    """Erlang's epmd outlives its nodes: ours is the one that was told our port."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            told = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            continue
        if f"HOME={folder}".encode() in told.split(b"\0"):
            os.kill(int(pid), signal.SIGKILL)


SWEPT = """
from work.models import Heartbeat
print(max(Heartbeat.objects.filter(sweep="documents.tasks.render_documents").values_list("finished_at", flat=True)))
"""


def test_worker_and_beat_find_a_broker_that_was_away(broker, tmp_path):
    with site_up(tmp_path / "site", BROKER_URL=broker.url) as stand:
        address = stand.queue_message()
        until(lambda: stand.letters_to(address), 40, "no message was sent at first")
        before = {name: process.pid for name, process in stand.processes().items()}
        broker.kill()
        time.sleep(AWAY / 2)
        away = stand.queue_message()
        assert stand.answers()
        time.sleep(AWAY / 2)
        broker.start()
        seen = stand.run(SWEPT)
        back = until(lambda: stand.run(SWEPT) != seen, SOON, "no sweep ran again")
        sent = until(lambda: stand.letters_to(away), SOON, "the message was not sent")
        again = stand.queue_message()
        until(lambda: stand.letters_to(again), 40, "no message is sent any more")
        print(f"{type(broker).__name__}: a sweep after {back:.0f} s, the message after {back + sent:.0f} s")  # noqa: T201
        assert {name: process.pid for name, process in stand.processes().items()} == before
        time.sleep(1)
        assert [stand.letters_to(to) for to in (address, away, again)] == [1, 1, 1]
