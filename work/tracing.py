"""Who is asking, for the log: a request's identifier, carried through the threads and tasks that serve it.

Pure: no Django. The identifier is in the header X-Request-ID both ways, so that a proxy's log, ours and a
support message name the same thing.
"""

import json
import logging
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str] = ContextVar("request_id", default="")

WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
# What every log record carries; anything else was given as `extra=` and is ours to show.
ORDINARY = frozenset(vars(logging.LogRecord("", 0, "", 0, "", None, None))) | {"message", "asctime", "taskName"}
# Objects that Django attaches to its own records: they are neither short nor ours to publish.
NOT_SHOWN = frozenset({"request", "sock", "server_time"})


def current_request_id() -> str:
    """The identifier of the request or task being served; empty outside of one."""
    return request_id.get()


def accepted(given: str | None) -> str:
    """The identifier that came with the request when it is well-formed (8 to 64 plain characters), else a new one."""
    if given and WELL_FORMED.fullmatch(given):
        return given
    return uuid.uuid4().hex


@contextmanager
def serving(identifier: str) -> Iterator[str]:
    """Everything logged inside carries this identifier."""
    token = request_id.set(identifier)
    try:
        yield identifier
    finally:
        request_id.reset(token)


SECRET_PARTS = frozenset({"token", "key", "code"})  # names of the parts of an address that let their holder act


def without_secrets(text: str, request: object) -> str:
    """`text` with the secret parts of the request's address (the token of a link sent by e-mail) replaced by “…”."""
    match = getattr(request, "resolver_match", None)
    for name, value in (match.kwargs if match else {}).items():
        if name in SECRET_PARTS and isinstance(value, str) and value:
            text = text.replace(value, "…")
    return text


class JsonFormatter(logging.Formatter):
    """One JSON object a line: at (UTC), level, logger, message, request_id, what `extra=` gave, and the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if current_request_id():
            line["request_id"] = current_request_id()
        for name, value in vars(record).items():
            if name not in ORDINARY and name not in NOT_SHOWN and name not in line:
                line[name] = value
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        for name in ("message", "traceback"):
            if name in line:
                line[name] = without_secrets(line[name], getattr(record, "request", None))
        return json.dumps(line, ensure_ascii=False, default=str)
