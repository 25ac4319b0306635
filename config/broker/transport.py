"""The folder as a transport of kombu's, for `BROKER_URL=folder://`. Direct exchanges; messages are JSON, never pickles.

A message is removed when it is acknowledged, not when it is read: a worker that is killed loses none.
"""

import base64
import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.asynchronous import Hub
from kombu.exceptions import OperationalError
from kombu.transport import TRANSPORT_ALIASES, virtual
from kombu.utils.json import dumps, loads

from config.broker.folder import QueueFolder, folder_of

log = logging.getLogger("passerelle.broker")
LONGEST_LIMIT = 10**9  # seconds: Celery counts in floats


def register() -> None:
    """Make kombu know `folder://`, and our `redis://`."""
    TRANSPORT_ALIASES["folder"] = "config.broker.transport:Transport"
    TRANSPORT_ALIASES["redis"] = TRANSPORT_ALIASES["rediss"] = "config.broker.redis:Transport"


class QoS(virtual.QoS):
    """What was delivered; an acknowledgement, which may come from another thread, removes the file."""

    def ack(self, delivery_tag: str) -> None:
        self.channel.finish(delivery_tag)
        super().ack(delivery_tag)
        self.channel.connection.note_freed()

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        if requeue:
            self.channel.put_last(delivery_tag)
        self.ack(delivery_tag)


class Channel(virtual.Channel):
    """Puts into and takes from the folder that the transport option `folder` names."""

    QoS = QoS

    def __init__(self, connection: "Transport", **options: object) -> None:
        super().__init__(connection, **options)
        self.root = Path(connection.client.transport_options["folder"])
        self.taken: dict[str, Path] = {}  # delivery tag: the file that we hold

    @property
    def folder(self) -> QueueFolder:
        """Asked each time: after a fork the child has hands of its own."""
        return folder_of(self.root)

    def _put(self, queue: str, message: dict[str, object], **options: object) -> None:
        """OperationalError, at once, when the message cannot be kept."""
        try:
            self.folder.put(queue, dumps(message).encode())
        except OSError as problem:
            raise OperationalError(f"The broker's folder takes no message: {problem}") from problem

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        while (taken := self.folder.take(queue)) is not None:
            try:
                payload = loads(taken.content.decode())
                check(payload)
                self.Message(payload, channel=self)
            except Exception as why:  # whatever somebody put there
                self.folder.set_aside(taken.path, f"{type(why).__name__}: {why}")
                continue
            self.taken[payload["properties"]["delivery_tag"]] = taken.path
            return payload
        raise Empty

    def finish(self, delivery_tag: str) -> None:
        """The message was worked on."""
        path = self.taken.pop(delivery_tag, None)
        if path is not None:
            self.folder.finish(path)

    def put_last(self, delivery_tag: str) -> None:
        """Give up a message that is refused: at the end, so that one that kills its worker holds up no other."""
        path = self.taken.pop(delivery_tag, None)
        if path is not None:
            self.folder.put_back(path, queue=path.name.partition(".")[2].removesuffix(".msg"))

    def set_aside(self, delivery_tag: str, why: Exception) -> None:
        """A message that the worker could not take: kept for a person to look at, and its place given to the next."""
        path = self.taken.pop(delivery_tag, None)
        if path is not None:
            self.folder.set_aside(path, f"{type(why).__name__}: {why}")
        self.qos.ack(delivery_tag)

    def _restore(self, message: virtual.Message) -> None:
        """Give up, in its place, what was not worked on when the worker ends; a forked child gives up nothing."""
        path = self.taken.pop(message.delivery_tag, None)
        if path is not None and self.folder.own and path.parent == self.folder.own.folder:
            self.folder.put_back(path)

    def basic_get(self, queue: str, no_ack: bool = False, **options: object) -> virtual.Message | None:
        message = super().basic_get(queue, no_ack=no_ack, **options)
        if message is not None and no_ack:
            self.finish(message.delivery_tag)
        return message

    def basic_consume(
        self, queue: str, no_ack: bool, callback: Callable[..., object], consumer_tag: str, **options: object
    ) -> None:
        super().basic_consume(queue, no_ack, callback, consumer_tag, **options)
        deliver = self.connection._callbacks[queue]

        def deliver_or_set_aside(payload: dict[str, Any]) -> None:
            tag = payload["properties"]["delivery_tag"]
            if no_ack:
                self.finish(tag)
            try:
                deliver(payload)
            except (OSError, MemoryError):  # this process lacks something; the message may be good
                self.qos.reject(tag, requeue=True)
                raise
            except Exception as why:  # no check knows all that Celery cannot make a task of
                self.set_aside(tag, why)
                # Celery may have given one of its children to this task, and would wait for it for ever.
                log.error("The worker ends, to be started again: a message left it in a state that is not known.")
                raise SystemExit(1) from why

        self.connection._callbacks[queue] = deliver_or_set_aside

    def _size(self, queue: str) -> int:
        return self.folder.size(queue)

    def _purge(self, queue: str) -> int:
        return self.folder.purge(queue)


class Transport(virtual.Transport):
    """kombu's virtual transport over a folder."""

    client: Any  # kombu's connection
    cycle: Any  # the channels in turn
    Channel = Channel
    driver_type = driver_name = "folder"
    global_state = virtual.BrokerState()  # bindings: the same for all connections of a process
    # With a transport that is not asynchronous, Celery's children share one pipe and its lock, which one that is
    # killed (for want of memory, say) never gives back: the worker would stand still for ever.
    implements = virtual.Transport.implements.extend(asynchronous=True)

    def __init__(self, client: object, **options: object) -> None:
        super().__init__(client, **options)
        self.state = self.global_state
        self.freed = threading.Event()  # an acknowledgement made room for another message
        self.loop: Hub | None = None

    def driver_version(self) -> str:
        return "1"

    def register_with_event_loop(self, connection: object, loop: Hub) -> None:
        """Have the worker's loop look into the folder at each interval, and whenever there is room for a message."""
        self.loop = loop
        loop.call_repeatedly(self.polling_interval, self.deliver)

    def note_freed(self) -> None:
        """There is room for another message: wake what waits for it.

        Celery acknowledges in the worker's loop. A timer that is due is the only thing that the loop still looks at
        before the pool says what it has to write, and before it sleeps: called any later, each message waited for the
        next interval.
        """
        if not self.freed.is_set():
            self.freed.set()
            if self.loop:
                self.loop.call_later(0, self.deliver)

    def deliver(self) -> None:
        """Deliver as many messages as there are and there is room for."""
        self.freed.clear()
        with suppress(Empty):
            while True:
                self.cycle.get(self._deliver)

    def drain_events(self, connection: object, timeout: float | None = None, **options: object) -> None:
        """Deliver one message. TimeoutError after `timeout` seconds without.

        kombu's own sleeps between two looks even when an acknowledgement made room: 20 tasks a second at most.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            self.freed.clear()
            try:
                self.cycle.get(self._deliver, timeout=timeout)
                return
            except Empty:
                left = self.polling_interval if end is None else end - time.monotonic()
                if left <= 0:
                    raise TimeoutError from None
                self.freed.wait(min(self.polling_interval, left))

    def try_folder(self) -> None:
        """OSError when a message could not be kept now: the folder itself connects even when it has gone."""
        folder_of(Path(self.client.transport_options["folder"])).try_writing()


def check(payload: object) -> None:
    """ValueError unless this has the shape of kombu's messages."""
    if not isinstance(payload, dict) or not isinstance(payload.get("body"), str):
        raise ValueError("no message")
    properties = payload.get("properties")
    if not isinstance(properties, dict) or not isinstance(properties.get("delivery_info"), dict):
        raise ValueError("no properties")
    if not isinstance(properties.get("delivery_tag"), str) or not isinstance(payload.get("headers"), dict):
        raise ValueError("no delivery tag or headers")
    if (payload.get("content-type"), payload.get("content-encoding")) != ("application/json", "utf-8"):
        raise ValueError("no JSON")
    if payload["headers"]:  # without any, Celery says that it knows no such message, and goes on
        check_task(payload["headers"], payload["body"], properties)


def check_task(headers: Mapping[str, object], body: str, properties: Mapping[str, object]) -> None:
    """ValueError unless Celery can read this as a task of ours (its protocol 2): it stands still, or ends, over less.

    https://docs.celeryq.dev/en/stable/internals/protocol.html
    """
    if not isinstance(headers.get("task"), str) or not isinstance(headers.get("id"), str):
        raise ValueError("no task")
    for name in ("eta", "expires"):
        if (instant := headers.get(name)) is not None:
            if not isinstance(instant, str):
                raise ValueError("no instant")
            datetime.fromisoformat(instant)
    limits = headers.get("timelimit") or [None, None]
    if not isinstance(limits, list) or not all(limit is None or isinstance(limit, int | float) for limit in limits):
        raise ValueError("no time limits")
    if len(limits) != 2 or not all(limit is None or abs(limit) < LONGEST_LIMIT for limit in limits):
        raise ValueError("a time limit too many, too few or too large")
    stamps = headers.get("stamped_headers") or []
    if not isinstance(stamps, list) or not all(isinstance(stamp, str) for stamp in stamps):
        raise ValueError("no stamps")
    if not isinstance(headers.get("stamps") or {}, dict):
        raise ValueError("no stamps")
    if not isinstance(headers.get("retries") or 0, int):
        raise ValueError("no number of retries")
    if properties.get("body_encoding") != "base64":
        raise ValueError("no known encoding")
    arguments = json.loads(base64.b64decode(body, validate=True))
    if [type(part) for part in arguments] != [list, dict, dict]:
        raise ValueError("no arguments")
