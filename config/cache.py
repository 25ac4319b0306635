"""The cache, which nobody should have to wait for: while its machine is away, each process counts for itself.

What is in it is rate limits. Without it they hold per process instead of over all of them, and signing in goes on.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from django.db import DatabaseError, connection, connections, transaction
from django.db.transaction import TransactionManagementError
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from config.away import machine_away

log = logging.getLogger("passerelle.cache")

AGAIN = 10  # seconds between two attempts at a machine that was away
PATIENCE = 0.25  # seconds for a connection, an answer or a lock: an operation takes a millisecond
PROBE = "probe"


class Breaker:
    """What this process knows of a machine: whether it is away, told once, and tried again by a thread apart."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.away = False
        self.next_try = 0.0

    def is_open(self, probe: Callable[[], object]) -> bool:
        """Whether the machine is away. Every AGAIN seconds `probe` asks it, while nobody waits for the answer."""
        if not self.away:
            return False
        with self.lock:
            due = time.monotonic() >= self.next_try
            if due:
                self.next_try = time.monotonic() + AGAIN
        if due:
            threading.Thread(target=self.try_again, args=(probe,), name="cache-probe", daemon=True).start()
        return self.away

    def failed(self, error: Exception) -> None:
        """The machine did not answer. Only the first time is written in the log."""
        with self.lock:
            first, self.away = not self.away, True
            self.next_try = time.monotonic() + AGAIN
        if first:
            log.error("The cache is away: rate limits hold per process until it answers. %s", type(error).__name__)

    def try_again(self, probe: Callable[[], object]) -> None:
        try:
            probe()
        except Exception as error:
            self.failed(error)
            return
        self.away = False
        log.warning("The cache answers again.")


_breakers: dict[tuple[str, str], Breaker] = {}


def _guarded(name: str) -> Callable[..., Any]:
    """The method `name` of a cache, asked of the stand-in while the machine is away."""

    def method(self: "StandIn", *args: Any, **kwargs: Any) -> Any:
        return self._attempt(name, *args, **kwargs)

    return method


class StandIn(BaseCache):
    """Goes before a cache of Django's, and answers from this process's memory when that one cannot."""

    faults: type[Exception]

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(location, params)  # type: ignore[call-arg,arg-type]  # the cache behind it takes both
        self.stand_in = LocMemCache(f"stand-in {location}", params)
        self.breaker = _breakers.setdefault((type(self).__name__, location), Breaker())

    def _attempt(self, name: str, *args: Any, **kwargs: Any) -> Any:
        if not self.breaker.is_open(self.probe):
            try:
                with self.bounded():
                    return getattr(super(), name)(*args, **kwargs)
            except self.faults as error:
                if not self.is_away(error):
                    raise
                self.breaker.failed(error)
        return getattr(self.stand_in, name)(*args, **kwargs)

    def probe(self) -> None:
        """One operation, in a thread apart. Raises what it raises."""
        with self.bounded():
            super().get(PROBE)

    def bounded(self) -> AbstractContextManager[None]:
        """Around an operation: it ends within PATIENCE."""
        return nullcontext()

    def is_away(self, error: Exception) -> bool:
        """Whether the error is the cache's alone, and the stand-in may answer."""
        return True

    add = _guarded("add")
    get = _guarded("get")
    set = _guarded("set")
    touch = _guarded("touch")
    delete = _guarded("delete")
    get_many = _guarded("get_many")
    set_many = _guarded("set_many")
    delete_many = _guarded("delete_many")
    has_key = _guarded("has_key")
    incr = _guarded("incr")
    clear = _guarded("clear")


class RedisOrMemory(StandIn, RedisCache):
    """Redis, with short patience: one retry, for a connection that was closed while it lay idle."""

    faults = RedisError

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        given = {
            "socket_connect_timeout": PATIENCE,
            "socket_timeout": PATIENCE,
            "retry": Retry(NoBackoff(), 1),
            **params.get("OPTIONS", {}),
        }
        super().__init__(server, {**params, "OPTIONS": given})


class TableOrMemory(StandIn, DatabaseCache):
    """The table `cache`, unless it is missing or locked. A database that is away is a 503 like anywhere else."""

    faults = DatabaseError
    _table: str

    @contextmanager
    def bounded(self) -> Iterator[None]:
        within = connection.in_atomic_block
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{int(PATIENCE * 1000)}ms'")
            # Asked for by itself: Django takes a refused INSERT for a key that is there.
            cursor.execute(f"LOCK TABLE {connection.ops.quote_name(self._table)} IN ROW EXCLUSIVE MODE")
            yield
            if within:  # the caller's transaction goes on, with its own patience
                cursor.execute("SET LOCAL lock_timeout TO DEFAULT")

    def is_away(self, error: Exception) -> bool:
        return machine_away(error) is None and not isinstance(error, TransactionManagementError)

    def probe(self) -> None:
        try:
            super().probe()
        finally:
            connections.close_all()  # this thread's own
