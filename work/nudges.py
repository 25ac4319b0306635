"""A nudge asks the worker to look in its table now instead of at its next sweep. Nothing depends on it.

So nobody waits for it: a thread of this process does the asking, and a broker that refuses or is silent costs a
request nothing. After a failure the broker is left alone for a while: the sweeps find what no nudge announced.
"""

import atexit
import logging
import os
import threading
import time
from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from work.outages import note_away, reason_of
from work.states import Machine

log = logging.getLogger(__name__)
PAUSE = 30.0  # seconds in which a broker that failed is not asked again
LAST_WORDS = 2.0  # seconds that the end of a process waits for nudges still to be given


class _Nudger:
    """The thread of one process, started at its first nudge: a fork has to start its own."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.wake = threading.Condition()
        self.asked: dict[str, Callable[[], object]] = {}
        self.busy = False
        self.left_alone_until = 0.0
        threading.Thread(target=self.run, name="nudges", daemon=True).start()

    def run(self) -> None:
        while True:
            with self.wake:
                self.busy = False
                self.wake.notify_all()
                while not self.asked:
                    self.wake.wait()
                name, publish = self.asked.popitem()
                self.busy = True
            self.give(name, publish)

    def give(self, name: str, publish: Callable[[], object]) -> None:
        if time.monotonic() < self.left_alone_until:
            return
        try:
            publish()
        except Exception as problem:
            self.left_alone_until = time.monotonic() + PAUSE
            log.warning("The worker could not be told (%s: %s); the sweep will find what waits", name, problem)
            note_broker(problem)

    def settle(self, seconds: float) -> bool:
        with self.wake:
            return self.wake.wait_for(lambda: not self.asked and not self.busy, timeout=seconds)


def note_broker(problem: Exception) -> None:
    """Write that the broker is away, for an administrator to read; the first sweep that it brings says it is back."""
    try:
        note_away(Machine.BROKER, reason_of(problem))
    except Exception:
        log.exception("The broker's outage could not be written")
    finally:
        connection.close()  # this thread's own


class Nudge:
    """What one table's services ask for when they wrote a row; the table's task says what is then called."""

    def __init__(self, table: str) -> None:
        self.table = table
        self.publish: Callable[[], object] | None = None
        NUDGES.append(self)

    def __repr__(self) -> str:
        return f"<Nudge: {self.table}>"

    def calls(self, publish: Callable[[], object]) -> None:
        """Say what puts the table's task on the broker."""
        self.publish = publish

    def after_commit(self) -> None:
        """Nudge once this transaction is committed; once, however many rows it wrote."""
        if not any(hooked[1] == self.now for hooked in connection.run_on_commit):
            transaction.on_commit(self.now, robust=True)

    def now(self) -> None:
        """Nudge. Returns at once; when the broker is down, the sweep will find the rows."""
        if self.publish is None:
            raise LookupError(f"{self} calls nothing")
        ask(self.table, self.publish)


NUDGES: list[Nudge] = []


def check_nudges() -> None:
    """ImproperlyConfigured when a table's rows are announced to no task."""
    if silent := [nudge for nudge in NUDGES if nudge.publish is None]:
        raise ImproperlyConfigured(f"{silent} call nothing: the table's tasks module says what")


_nudger: _Nudger | None = None
_making = threading.Lock()


def ask(name: str, publish: Callable[[], object]) -> None:
    """Have `publish()` called soon, by another thread. Asked again before it was called, it is called once.

    Returns at once, whatever the broker does.
    """
    global _nudger
    with _making:
        if _nudger is None or _nudger.pid != os.getpid():
            _nudger = _Nudger()
        nudger = _nudger
    with nudger.wake:
        nudger.asked[name] = publish
        nudger.wake.notify_all()


def settle(seconds: float = LAST_WORDS) -> bool:
    """Wait until every nudge asked for was given or given up, at most so many seconds. Gives whether it was so."""
    if _nudger is None or _nudger.pid != os.getpid():
        return True
    return _nudger.settle(seconds)


atexit.register(settle)
