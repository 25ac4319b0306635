"""Who acts: the kinds of actor that are no row of a table, and how any actor says its kind."""

from typing import Any


class _Clock:
    """The actor of what happens by time alone."""

    actor = "clock"
    pk = None
    is_authenticated = False
    is_active = True

    def __str__(self) -> str:
        return "clock"


CLOCK = _Clock()


class Guest:
    """The actor who holds a link sent by e-mail and has no account; `name` is what they typed of themselves."""

    actor = "guest"
    pk = None
    is_authenticated = False
    is_active = True

    def __init__(self, name: str = "") -> None:
        self.name = name

    def __str__(self) -> str:
        return self.name or "guest"


def actor_of(by: Any) -> str:
    """The kind of an actor: "person", "key", "clock" or "guest". A user model that does not say is a person."""
    return str(getattr(by, "actor", "person"))
