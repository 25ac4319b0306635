"""Refusals, and the two questions asked of whoever does a duty on a file: what they did before, and where they stand."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise


@dataclass(frozen=True)
class Refusal:
    """Why something cannot be done now: a sentence for the reader, and a short code for a program."""

    message: str | Promise
    code: str = "refused"


class Forbidden(PermissionDenied):
    """The wrong person (403). `message` says why, in the reader's language."""

    def __init__(self, message: str | Promise, code: str = "forbidden") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class WrongMoment(Exception):  # noqa: N818 (it reads as what it is: not an error of the program)
    """The wrong moment (409). `refusals` holds every reason; `message` joins their sentences."""

    def __init__(self, *refusals: Refusal) -> None:
        self.refusals: tuple[Refusal, ...] = refusals
        super().__init__(*refusals)

    @property
    def message(self) -> str:
        return " ".join(str(r.message) for r in self.refusals)


class _Clock:
    """The actor of what happens by time alone."""

    actor = "clock"
    pk = None
    is_authenticated = False
    is_active = True

    def __str__(self) -> str:
        return "clock"


CLOCK = _Clock()


def actor_of(by: Any) -> str:
    """The kind of an actor: "person", "key" or "clock". A user model that does not say is a person."""
    return str(getattr(by, "actor", "person"))


def is_barred(application_id: int, user: Any) -> bool:
    """Whether `user` declared a conflict, or is unsure, on this file: then nothing of it may be shown to them."""
    raise NotImplementedError


def clash(application_id: int, by: Any, duty: str) -> Refusal | None:
    """The refusal when `by` already did, on this file, an act that excludes `duty`; None when nothing stands in the way."""
    raise NotImplementedError
