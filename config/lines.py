"""Connections and the lines they wait in, as `config.serving` moves them."""

import socket
import struct
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol

from gunicorn import http
from gunicorn.workers.gthread import TConn

from config.arrivals import END, HEAD_MOST, Arrival, is_to_come, read_arrival

SILENCE = 30  # seconds of silence of a client in the middle of what it sends or is sent


class Lingers(Protocol):
    """Whoever waits, without a thread, for a client to read the end of its answer."""

    def linger(self, conn: "Connection") -> None: ...


class Connection(TConn):
    """A client's connection, with the bytes that came before a thread was given to it."""

    parser: Any  # the library's, from the first request on

    def __init__(self, worker: "Lingers", *args: Any) -> None:
        super().__init__(*args)
        self.worker = worker
        self.head = bytearray()
        self.arrival: Arrival | None = None
        self.line: Line | None = None
        self.future: Future[Any] | None = None
        self.drained = 0
        # A blocking read or write then fails (EAGAIN) instead of waiting for ever.
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            self.sock.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", SILENCE, 0))

    def read_on(self) -> bool:
        """Take what has come, without waiting. Whether nothing is to come that is read without a thread: the head, and
        a body that is short. ConnectionError when the client has gone."""
        while True:
            try:
                data = self.sock.recv(HEAD_MOST)
            except (BlockingIOError, InterruptedError):
                return False
            if not data:
                raise ConnectionAbortedError
            searched = max(0, len(self.head) - len(END))
            self.head += data
            if self.arrival is None and self.head.find(END, searched) >= 0:
                self.arrival = read_arrival(bytes(self.head))
                if self.arrival is None:
                    return True
            if self.arrival is None and len(self.head) < HEAD_MOST:
                continue
            if not is_to_come(self.head, self.arrival):
                return True

    def hand_over(self) -> bytes:
        """Give the bytes to the parser that a thread will read from; all that it holds by now."""
        if self.parser is None:
            self.parser = http.get_parser(self.cfg, self.sock, self.client)
            self.initialized = True
        if self.head:
            self.parser.unreader.unread(bytes(self.head))
            self.head.clear()
        self.data_ready = True
        self.arrival = None
        return self.parser.unreader.buf.getvalue()

    def take_back(self) -> None:
        """What the parser holds is the beginning of a request that is not whole: it goes on being read here."""
        self.head += self.parser.unreader.take_buffered()

    def close(self, graceful: bool = False) -> None:
        """As gunicorn, except that nobody waits for a client to read the end of its answer."""
        if graceful:
            self.worker.linger(self)
        else:
            super().close()


class Line:
    """Some threads and who waits for them, oldest first. They call `begin` and `end`; the main loop all the rest."""

    def __init__(self, name: str, threads: int) -> None:
        self.threads = threads
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self.inside = 0  # waiting or being served
        self.usual = 0.05  # seconds that a request takes, of late
        self._lock = threading.Lock()
        self._waiting: dict[Connection, float] = {}

    def enter(self, conn: Connection) -> None:
        self.inside += 1
        with self._lock:
            self._waiting[conn] = time.monotonic()

    def begin(self, conn: Connection) -> float:
        """`conn` waits no more. Gives the instant, for `end`."""
        with self._lock:
            self._waiting.pop(conn, None)
        return time.monotonic()

    def end(self, began: float) -> None:
        self.usual += (time.monotonic() - began - self.usual) / 8

    def who_waits(self) -> list[tuple[Connection, float]]:
        """Each connection that waits and since when, oldest first."""
        with self._lock:
            return list(self._waiting.items())

    @property
    def has_room(self) -> bool:
        return self.inside < self.threads

    @property
    def before(self) -> int:
        """How many would be served before one that comes now."""
        return max(0, self.inside - self.threads)

    def wait(self) -> float:
        """Seconds that one who comes now would wait: by what a request takes, and never less than who waits has."""
        if self.has_room:
            return 0.0
        with self._lock:
            oldest = next(iter(self._waiting.values()), None)
        waited = time.monotonic() - oldest if oldest is not None else 0.0
        return max((self.before + 1) * self.usual / self.threads, waited)
