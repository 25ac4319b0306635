"""A gunicorn worker where who waits is known before a thread is given: the probe, staff and submissions are not kept
behind everybody.

gunicorn's `gthread` hands every connection to one queue at once. Here the beginning of a request is read by the main
loop, without a thread, until its head is whole, and its body when that is short (config.arrivals). Then it goes

- to a thread kept for it, when it asks if the process lives;
- to the threads of static files, which need no database;
- to the threads of uploads, when the rest of a long body is to come: whoever sends it slowly holds nobody else;
- to the reserve, when it comes with the place of signed-in staff (config.reserve) and the others are all taken;
- else to the queue. A page that would wait longer than PATIENCE is told so at once (config.busy). A submission waits.

A client that is slow, silent or gone holds the main loop never. One that falls silent in the middle of a file, or of
an answer, holds a thread for `lines.SILENCE` seconds.
"""

import errno
import selectors
import socket
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from gunicorn.http.message import Request
from gunicorn.workers.gthread import TConn, ThreadWorker

from config.arrivals import Arrival, is_to_come, read_arrival
from config.busy import busy_answer
from config.env import env
from config.lines import Connection, Line
from config.reserve import has_place

RESERVE = env.int("WEB_RESERVE_THREADS", default=2)
PATIENCE = env.float("WEB_QUEUE_SECONDS", default=5.0)
UPLOADS = env.int("WEB_UPLOAD_THREADS", default=4)
STATIC_THREADS = 2
HEAD_WITHIN = 10  # seconds for a request's first line and headers
BODY_WITHIN = 60  # seconds more for a short body
LINGER, LINGER_MOST = 2.0, 64 * 1024  # as gunicorn: for a client that has not read its answer yet
TELL_EVERY = 10  # seconds between two lines of the log about a queue that is long


class Worker(ThreadWorker):
    """See the top of the module. With TLS or HTTP/2 of its own, which we do not serve, it is gunicorn's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cfg = self.cfg
        plain = (cfg.protocol, cfg.proxy_protocol, cfg.http2_cleartext) == ("http", "off", "off")
        self.reads_ahead = plain and not cfg.is_ssl
        self.lingering: deque[Connection] = deque()
        self.sending: deque[Connection] = deque()  # their heads are whole, their short bodies are not
        self.turned_away = 0
        self.told_at = self.looked_at = 0.0

    def get_thread_pool(self) -> ThreadPoolExecutor:
        self.ordinary = Line("ordinary", self.cfg.threads)
        self.reserve = Line("reserve", RESERVE) if RESERVE else self.ordinary
        self.uploads = Line("uploads", max(1, UPLOADS))
        self.static = Line("static", STATIC_THREADS)
        self.live = Line("live", 1)
        return self.ordinary.pool

    def run(self) -> None:
        super().run()
        for line in (self.reserve, self.uploads, self.static, self.live):
            line.pool.shutdown(wait=False)

    # ---- until what is read without a thread is whole

    def accept(self, listener: socket.socket) -> None:
        if not self.reads_ahead:
            super().accept(listener)
            return
        try:
            sock, address = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        self.nr_conns += 1
        conn = Connection(self, self.cfg, sock, address, listener.getsockname())
        self.poller.register(sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))
        self.read_on(conn)

    def read_on(self, conn: Connection) -> None:
        """Wait for a request on a connection that the poller watches, and look at once."""
        conn.timeout = time.monotonic() + HEAD_WITHIN
        self.pending_conns.append(conn)
        self.on_pending_socket_readable(conn, conn.sock)

    def on_pending_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        if not isinstance(conn, Connection):
            super().on_pending_socket_readable(conn, client)
            return
        try:
            if not conn.read_on():
                if conn.arrival and conn in self.pending_conns:
                    self.pending_conns.remove(conn)
                    conn.timeout = time.monotonic() + BODY_WITHIN
                    self.sending.append(conn)
                return
            gone = False
        except OSError:
            gone = True
        self.poller.unregister(client)
        (self.sending if conn in self.sending else self.pending_conns).remove(conn)
        if gone:
            self.nr_conns -= 1
            conn.close()
        else:
            self.enqueue_req(conn)

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        if not isinstance(conn, Connection):
            super().on_client_socket_readable(conn, client)
            return
        self.keepalived_conns.remove(conn)
        conn.arrival = None  # of the request before
        self.poller.modify(client, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))
        self.read_on(conn)

    # ---- where it waits

    def enqueue_req(self, conn: TConn) -> None:
        """Also called by gunicorn for a request that came behind another on its connection, whole or not."""
        if not isinstance(conn, Connection):
            super().enqueue_req(conn)
            return
        held = conn.hand_over()
        conn.arrival = read_arrival(held)
        if is_to_come(held, conn.arrival):
            conn.take_back()
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))
            self.read_on(conn)
            return
        line = self.line_for(conn.arrival)
        wait = line.wait()
        if line is self.ordinary and wait > PATIENCE and conn.arrival and conn.arrival.may_be_told_to_wait:
            self.turn_away(conn, conn.arrival, wait)
            self.nr_conns -= 1
            conn.close(graceful=True)
        else:
            self.join(conn, line)

    def line_for(self, arrival: Arrival | None) -> Line:
        if arrival is None:
            return self.ordinary
        if arrival.is_probe:
            return self.live
        if arrival.is_static:
            return self.static
        if not arrival.is_short:
            return self.uploads
        if self.ordinary.has_room or not has_place(arrival.cookies):
            return self.ordinary
        return min(self.reserve, self.ordinary, key=Line.wait)

    def join(self, conn: Connection, line: Line) -> None:
        conn.line = line
        line.enter(conn)
        conn.future = line.pool.submit(self.handle, conn)
        conn.future.add_done_callback(lambda future: self.method_queue.defer(self.leave, conn, future))

    def leave(self, conn: Connection, future: Future[object]) -> None:
        assert conn.line is not None  # `join` gave it
        conn.line.inside -= 1
        self.finish_request(conn, future)

    def handle(self, conn: TConn) -> object:
        line = getattr(conn, "line", None)
        if line is None:
            return super().handle(conn)
        began = line.begin(conn)
        try:
            return super().handle(conn)
        finally:
            line.end(began)

    def handle_request(self, req: Request, conn: TConn) -> object:
        if getattr(conn, "line", None) in (self.live, self.static):  # they serve anybody: no session, so no database
            req.headers = [(name, value) for name, value in req.headers if name != "COOKIE"]
        return super().handle_request(req, conn)

    # ---- who is told

    def turn_away(self, conn: Connection, arrival: Arrival, wait: float) -> None:
        """Say how long the queue is; the caller then closes the connection."""
        try:
            conn.sock.setblocking(False)
            conn.sock.send(busy_answer(arrival, before=self.ordinary.before, seconds=wait))
        except OSError:
            return  # gone, or so slow that it holds its answers unread
        self.turned_away += 1
        now = time.monotonic()
        if now - self.told_at > TELL_EVERY:
            self.log.warning(
                "Over capacity: %s wait for about %.0f s, %s pages were told to come again.",
                self.ordinary.before,
                wait,
                self.turned_away,
            )
            self.told_at, self.turned_away = now, 0

    def tell_who_waits(self) -> None:
        """A page that waited longer than was foreseen is told too, instead of being kept."""
        now = time.monotonic()
        if now - self.looked_at < 0.5:
            return
        self.looked_at = now
        for conn, since in self.ordinary.who_waits():
            if now - since <= PATIENCE:
                break
            if not conn.arrival or not conn.arrival.may_be_told_to_wait:
                continue
            if conn.future and conn.future.cancel():
                self.ordinary.begin(conn)
                # `leave` closes it, as it does a request that was served.
                self.turn_away(conn, conn.arrival, max(self.ordinary.wait(), now - since))

    # ---- until the client has read the end

    def linger(self, conn: Connection) -> None:
        """Half-close, then wait in the poller for the client's end: closing at once could cut the answer's tail off."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_lingering_readable, conn))
        except (OSError, ValueError, KeyError):
            TConn.close(conn)
            return
        self.nr_conns += 1  # a stopping process waits for it, as for any other
        conn.timeout = time.monotonic() + LINGER
        self.lingering.append(conn)

    def on_lingering_readable(self, conn: Connection, client: socket.socket) -> None:
        try:
            data = client.recv(4096)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        conn.drained += len(data)
        if not data or conn.drained > LINGER_MOST:
            self.lingering.remove(conn)
            self.let_go(conn)

    def let_go(self, conn: Connection) -> None:
        self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()

    # ---- gunicorn's own turns of the loop

    def murder_pending(self) -> None:
        super().murder_pending()
        for waiting in (self.lingering, self.sending):
            while waiting and waiting[0].timeout <= time.monotonic():
                self.let_go(waiting.popleft())
        if self.reads_ahead:
            self.tell_who_waits()

    def _cap_keepalive(self, deadline: float) -> None:
        """At a stop, a connection on which nothing was asked yet is kept no longer than a kept-alive one."""
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)
