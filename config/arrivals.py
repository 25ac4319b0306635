"""What the first bytes of a request tell before a thread is given to it. Pure: no Django.

It decides where a request waits, never what it may do: the request is read again, as a whole, by who serves it.
"""

from dataclasses import dataclass

END = b"\r\n\r\n"
LIVE = "/health/live"
READY = "/health/ready"
STATIC = "/static/"
API = "/api/"
HEAD_MOST = 64 * 1024  # bytes of a head read without a thread: more is left to the parser, which knows its limits
BODY_MOST = 128 * 1024  # bytes of a body read without a thread: a form, an answer, not a file


@dataclass(frozen=True)
class Arrival:
    """method, path without its query, the length of the body in bytes (None: not said beforehand, or the client waits
    to be told to send it), and the Cookie header ("" without one)."""

    method: str
    path: str
    body: int | None
    cookies: str

    @property
    def has_body(self) -> bool:
        return self.body != 0

    @property
    def is_short(self) -> bool:
        """Whether all of it can be here before a thread is given to it."""
        return self.body is not None and self.body <= BODY_MOST

    @property
    def only_reads(self) -> bool:
        """A GET or HEAD without a body: whoever sent it may be asked to send it again."""
        return self.method in ("GET", "HEAD") and not self.has_body

    @property
    def is_probe(self) -> bool:
        """Whether it asks if the process answers, in exactly the words that are answered by a thread apart."""
        return self.only_reads and self.path == LIVE

    @property
    def is_static(self) -> bool:
        return self.only_reads and self.path.startswith(STATIC)

    @property
    def may_be_told_to_wait(self) -> bool:
        """A submission, a save or the question whether we are ready waits its turn, however long."""
        return self.only_reads and self.path != READY

    @property
    def is_of_the_api(self) -> bool:
        return self.path.startswith(API)


def read_arrival(head: bytes) -> Arrival | None:
    """The arrival that `head` (up to the empty line, or more) announces; None when it is not whole or not HTTP/1."""
    end = head.find(END)
    if end < 0:
        return None
    first, *lines = head[:end].decode("latin-1").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        return None
    headers: dict[str, str] = {}
    cookies: list[str] = []  # all of them, as who serves the request reads them
    for line in lines:
        name, _colon, value = line.partition(":")
        headers.setdefault(name.strip().lower(), value.strip())
        if name.strip().lower() == "cookie":
            cookies.append(value.strip())
    length = headers.get("content-length", "0")
    said = not headers.keys() & {"transfer-encoding", "expect"} and length.isascii() and length.isdigit()
    body = int(length[:20]) if said else None
    return Arrival(parts[0], parts[1].partition("?")[0], body, "; ".join(cookies))


def is_to_come(held: bytes | bytearray, arrival: Arrival | None) -> bool:
    """Whether a part of the request that is read without a thread is not in `held` yet; `arrival` is what it tells."""
    if arrival is None:
        return END not in held and len(held) < HEAD_MOST
    return arrival.is_short and len(held) < held.find(END) + len(END) + (arrival.body or 0)
