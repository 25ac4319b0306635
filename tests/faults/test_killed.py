"""`kill -9` of each process of a site at work: it is back within seconds, and a message is sent once."""

import threading
import time
from contextlib import contextmanager

import pytest

from tests.faults.stand import site_up, until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stand(tmp_path_factory):
    with site_up(tmp_path_factory.mktemp("killed")) as stand:
        yield stand


@contextmanager
def visited(stand):
    """Somebody asks for a page again and again meanwhile."""
    over = threading.Event()

    def visit():
        while not over.wait(0.1):
            stand.answers()

    visitors = [threading.Thread(target=visit, daemon=True) for _ in range(2)]
    for visitor in visitors:
        visitor.start()
    try:
        yield
    finally:
        over.set()
        for visitor in visitors:
            visitor.join(timeout=20)


@pytest.mark.parametrize("name", ["web child", "worker child", "worker", "beat", "web", "database"])
def test_process_that_is_killed_is_back_and_nothing_is_lost_or_doubled(stand, name):
    others = {process: at.pid for process, at in stand.processes().items() if process != name.split()[0]}
    with visited(stand):
        begun = time.monotonic()
        back = stand.kill(name)
        until(stand.answers, 20, "the site does not answer")
        answered = time.monotonic() - begun
        address = stand.queue_message()
        sent = until(lambda: stand.letters_to(address), 40, "the message was not sent")
        print(f"{name}: back after {back:.1f} s, answered after {answered:.1f} s, sent {sent:.1f} s later")  # noqa: T201
    assert back < 5
    if not name.endswith("child"):
        assert stand.processes()[name].restarts == 1
        assert stand.processes()[name].last_exit == ("gone" if name == "database" else "signal 9")
    assert {process: at.pid for process, at in stand.processes().items() if process != name.split()[0]} == others
    time.sleep(1)
    assert stand.letters_to(address) == 1


def test_message_whose_worker_is_killed_before_it_sends_is_sent_once(stand):
    """The nudge is in the folder, or claimed, when the worker dies; whichever, the letter leaves once."""
    addresses = [stand.queue_message()]
    stand.kill("worker")
    addresses.append(stand.queue_message())
    for address in addresses:
        until(lambda to=address: stand.letters_to(to), 40, "the message was not sent")
    time.sleep(1)
    assert [stand.letters_to(address) for address in addresses] == [1, 1]
