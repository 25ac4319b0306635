"""What the first bytes of a request tell before a thread is given to it. Pure: no Django.

It decides where a request waits, never what it may do: the request is read again, as a whole, by who serves it.
"""

from dataclasses import dataclass

END = b"\r\n\r\n"
LIVE = "/health/live"
READY = "/health/ready"
STATIC = "/static/"
API = "/api/"


@dataclass(frozen=True)
class Arrival:
    """method, path without its query, whether a body follows, and the Cookie header ("" without one)."""

    method: str
    path: str
    has_body: bool
    cookies: str

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
    for line in lines:
        name, _colon, value = line.partition(":")
        headers.setdefault(name.strip().lower(), value.strip())
    has_body = "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
    return Arrival(parts[0], parts[1].partition("?")[0], has_body, headers.get("cookie", ""))
