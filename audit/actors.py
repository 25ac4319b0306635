"""Who acts, and how sure the system is of it: a person, a partner's key, a link's holder, the clock, the set-up.

`by` is an `Actor` everywhere: a model's row (a person, a key) or one of the classes here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from audit.states import ActorKind
from work import clock


class Method(StrEnum):
    """How an actor was recognised."""

    NONE = "none"  # nobody was asked anything: a row read from the database, not a request
    PASSWORD = "password"  # noqa: S105 (the name of a method)
    DEMO = "demo"  # the buttons of the demonstration
    KEY = "key"
    LINK = "link"
    CLOCK = "clock"
    SETUP = "setup"


@dataclass(frozen=True)
class Assurance:
    """How an actor was recognised, and when they last gave a second factor (None: never)."""

    method: Method = Method.NONE
    second_factor_at: datetime | None = None

    def is_fresh(self, within: timedelta) -> bool:
        """Whether a second factor was given no longer ago than `within`."""
        return self.second_factor_at is not None and clock.now() - self.second_factor_at <= within


class Actor(Protocol):
    """What anybody who acts says of themselves. `actor` is an `ActorKind`; `pk` None without a row."""

    actor: str
    assurance: Assurance

    @property
    def pk(self) -> int | None: ...

    @property
    def is_active(self) -> bool: ...

    @property
    def on_behalf_of(self) -> str: ...


class _Nobody:
    """An actor without a row."""

    actor = ""
    pk: int | None = None
    is_authenticated = False
    is_active = True
    on_behalf_of = ""
    assurance = Assurance()

    def __str__(self) -> str:
        return self.actor


class _Clock(_Nobody):
    """The actor of what happens by time alone."""

    actor = "clock"
    assurance = Assurance(Method.CLOCK)


CLOCK = _Clock()


class SetUp(_Nobody):
    """The actor of what the installation does to itself: `name` is its command, which the trail keeps."""

    actor = "setup"
    assurance = Assurance(Method.SETUP)

    def __init__(self, name: str) -> None:
        self.name = self.on_behalf_of = name

    def __str__(self) -> str:
        return self.name


class Guest(_Nobody):
    """The actor who holds a link sent by e-mail and has no account; `name` is what they typed of themselves."""

    actor = "guest"
    assurance = Assurance(Method.LINK)

    def __init__(self, name: str = "") -> None:
        self.name = name

    def __str__(self) -> str:
        return self.name or "guest"


def person_key(by: Actor) -> int | None:
    """The key of the person who acts; None for whoever is no person: a partner's API key may have the same number."""
    return by.pk if by.pk is not None and by.actor == ActorKind.PERSON else None
