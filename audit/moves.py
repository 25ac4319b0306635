"""The turnstile: the one place where anything changes state."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from audit.rules import Refusal

Reaction = Callable[..., None]


@dataclass(frozen=True)
class Available:
    """A move that an actor may make now, or could but for its refusals."""

    name: str
    label: str
    refusals: tuple[Refusal, ...] = ()


def move(obj: Model, name: str, *, by: Any, given: dict | None = None, note: str = "") -> Any:
    raise NotImplementedError


def after(name: str) -> Callable[[Reaction], Reaction]:
    raise NotImplementedError


def allowed(obj: Model, by: Any) -> Sequence[Available]:
    raise NotImplementedError


def firing() -> tuple[str, ...]:
    return ()
