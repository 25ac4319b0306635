"""How a life cycle is declared: django-fsm's transitions, with who, the duty, the facts, the input and the questions.

A move is named by its own method, `Application.submit`: an editor follows it, and a type checker knows what it reads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Generic, TypeVar, cast, overload

import django_fsm
from django.utils.functional import Promise

from moves.refusals import Refusal
from moves.states import Duty

F = TypeVar("F", bound="Facts")
I = TypeVar("I", bound="Input")  # noqa: E741 (facts and input: F and I)


@dataclass(frozen=True)
class Facts:
    """What the system knows of the moment: a subclass a move, without defaults, so that none is forgotten."""

    def told(self) -> dict[str, Any]:
        """What the trail keeps of them: keys, amounts, ids."""
        return {}


@dataclass(frozen=True)
class NoFacts(Facts):
    """The facts of a move whose questions read the row alone."""


@dataclass(frozen=True)
class Input:
    """What comes with an act: typed by a person, or handed over by the worker. Absent on the page.

    This one is empty: the input of a move that takes nothing. `words_in` names the field that holds a person's
    words: the trail keeps its salted digest only.
    """

    words_in: ClassVar[str] = ""

    @property
    def words(self) -> str:
        return str(getattr(self, self.words_in)).strip() if self.words_in else ""

    def told(self) -> dict[str, Any]:
        """What the trail keeps in clear: keys, amounts, ids."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != self.words_in}


@dataclass(frozen=True)
class Reason(Input):
    """Why: the people concerned will read it."""

    reason: str

    words_in: ClassVar[str] = "reason"


@dataclass(frozen=True)
class Terms(Generic[F, I]):
    """The terms of a move. `label` is its button, `done` its line in the timeline, `who` what others are told.

    `despite_conflict`: whom a conflict of interest in the file does not stop, for they act on their own side of it.
    `when` is asked on the page and in the act: `(row, facts) -> Refusal | None`. `when_given` is asked in the act
    alone, of what was typed: `(row, facts, given) -> Refusal | None`. `fired`: a reaction may make it.
    """

    label: str | Promise
    done: str | Promise
    duty: Duty | None
    facts: type[F]
    given: type[I]
    when: tuple[Callable[[Any, F], Refusal | None], ...]
    when_given: tuple[Callable[[Any, F, I], Refusal | None], ...]
    fired: bool
    who: str | Promise
    despite_conflict: Callable[[Any, Any], bool]


def nobody(_row: object, _by: object) -> bool:
    """The permission of a move that only another fires; and, of a conflict of interest, that it stops everybody."""
    return False


class Move(Generic[F, I]):
    """What a type checker sees of a declared move. At run time it is the method itself, with its terms."""

    __name__: str
    terms: Terms[F, I]
    _django_fsm: Any


@overload
def transition(
    *,
    field: Any,
    source: Any,
    target: Any,
    permission: Callable[[Any, Any], bool],
    done: str | Promise,
    label: str | Promise = ...,
    duty: Duty | None = ...,
    when: Sequence[Callable[[Any, NoFacts], Refusal | None]] = ...,
    fired: bool = ...,
    who: str | Promise = ...,
    despite_conflict: Callable[[Any, Any], bool] = ...,
) -> Callable[[Callable[[Any], Any]], Move[NoFacts, Input]]: ...


@overload
def transition(
    *,
    field: Any,
    source: Any,
    target: Any,
    permission: Callable[[Any, Any], bool],
    done: str | Promise,
    label: str | Promise = ...,
    duty: Duty | None = ...,
    facts: type[F],
    when: Sequence[Callable[[Any, F], Refusal | None]] = ...,
    fired: bool = ...,
    who: str | Promise = ...,
    despite_conflict: Callable[[Any, Any], bool] = ...,
) -> Callable[[Callable[[Any], Any]], Move[F, Input]]: ...


@overload
def transition(
    *,
    field: Any,
    source: Any,
    target: Any,
    permission: Callable[[Any, Any], bool],
    done: str | Promise,
    label: str | Promise = ...,
    duty: Duty | None = ...,
    given: type[I],
    when: Sequence[Callable[[Any, NoFacts], Refusal | None]] = ...,
    when_given: Sequence[Callable[[Any, NoFacts, I], Refusal | None]] = ...,
    fired: bool = ...,
    who: str | Promise = ...,
    despite_conflict: Callable[[Any, Any], bool] = ...,
) -> Callable[[Callable[[Any], Any]], Move[NoFacts, I]]: ...


@overload
def transition(
    *,
    field: Any,
    source: Any,
    target: Any,
    permission: Callable[[Any, Any], bool],
    done: str | Promise,
    label: str | Promise = ...,
    duty: Duty | None = ...,
    facts: type[F],
    given: type[I],
    when: Sequence[Callable[[Any, F], Refusal | None]] = ...,
    when_given: Sequence[Callable[[Any, F, I], Refusal | None]] = ...,
    fired: bool = ...,
    who: str | Promise = ...,
    despite_conflict: Callable[[Any, Any], bool] = ...,
) -> Callable[[Callable[[Any], Any]], Move[F, I]]: ...


def transition(
    *,
    field: Any,
    source: Any,
    target: Any,
    permission: Callable[[Any, Any], bool],
    done: str | Promise,
    label: str | Promise = "",
    duty: Duty | None = None,
    facts: type[Facts] = NoFacts,
    given: type[Input] = Input,
    when: Sequence[Callable[[Any, Any], Refusal | None]] = (),
    when_given: Sequence[Callable[[Any, Any, Any], Refusal | None]] = (),
    fired: bool = False,
    who: str | Promise = "",
    despite_conflict: Callable[[Any, Any], bool] = nobody,
) -> Callable[[Callable[[Any], Any]], Move[Any, Any]]:
    """Declare a move of a life cycle, as django-fsm does, with its `Terms`. One declaration a method.

    The facts are fetched by the function registered with `moves.registry.facts_of`; the system does not start without.
    """

    def declare(method: Callable[[Any], Any]) -> Move[Any, Any]:
        step = django_fsm.transition(field=field, source=source, target=target, permission=permission)(method)
        step.terms = Terms(
            label=label or method.__name__,
            done=done,
            duty=duty,
            facts=facts,
            given=given,
            when=tuple(when),
            when_given=tuple(when_given),
            fired=fired,
            who=who,
            despite_conflict=despite_conflict,
        )
        return cast("Move[Any, Any]", step)

    return declare
