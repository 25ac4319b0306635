"""How a life cycle is declared: django-fsm's transitions, with who, the duty, the facts, the input and the questions.

A move is named by its own method, `Application.submit`: an editor follows it, and a type checker knows what it reads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar, cast, overload

import django_fsm
from django.db import models
from django.utils.functional import Promise

from audit.actors import Actor
from moves.refusals import Refusal
from moves.states import Duty
from work.texts import is_blank

F = TypeVar("F", bound="Facts")
I = TypeVar("I", bound="Input")  # noqa: E741 (facts and input: F and I)
R = TypeVar("R")  # the row that a move's questions read
M = TypeVar("M", bound=models.Model)
Row = TypeVar("Row", bound=models.Model, contravariant=True)
Takes = TypeVar("Takes", bound="Input", contravariant=True)  # a move that takes any input takes a reason too


@dataclass(frozen=True)
class Facts:
    """What the system knows of the moment: a subclass a move, without defaults, so that none is forgotten."""

    def told(self) -> dict[str, object]:
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
        words = str(getattr(self, self.words_in)) if self.words_in else ""
        return "" if is_blank(words) else words.strip()

    def told(self) -> dict[str, object]:
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


class Move(Generic[Row, F, Takes]):
    """A move of a model's rows, as a type checker sees it: `Application.submit` is a
    `Move[Application, Readiness, Signing]`. At run time it is the method itself, with its terms.
    """

    __name__: str
    terms: Terms[F, Takes]
    _django_fsm: Any


# Moves of one model, and moves of any. Facts and inputs differ from move to move: whoever holds several in a list, or
# shows one without making it, reads neither. The row of `AnyMove` is open for the same reason.
MoveOf: TypeAlias = Move[Row, Any, Any]
AnyMove: TypeAlias = MoveOf[Any]


class Declared(Generic[F, Takes]):
    """A move in the class that declares its life: read from a model of that life, it is a move of that model's rows."""

    def __get__(self, row: None, model: type[M]) -> Move[M, F, Takes]:
        """Only the type checker asks."""
        raise NotImplementedError


Declares: TypeAlias = Callable[[Callable[[Any], Any]], Declared[F, I]]  # what decorates the method of a move


@overload
def transition(
    *,
    field: django_fsm.FSMFieldMixin,
    source: str | Sequence[str],
    target: str | django_fsm.State,
    permission: Callable[[R, Actor], bool],
    done: str | Promise,
    duty: Duty | None,
    label: str | Promise = ...,
    when: Sequence[Callable[[R, NoFacts], Refusal | None]] = ...,
    fired: bool = ...,
    who: str | Promise = ...,
    despite_conflict: Callable[[R, Actor], bool] = ...,
) -> Declares[NoFacts, Input]: ...


@overload
def transition(
    *,
    field: django_fsm.FSMFieldMixin,
    source: str | Sequence[str],
    target: str | django_fsm.State,
    permission: Callable[[R, Actor], bool],
    done: str | Promise,
    duty: Duty | None,
    label: str | Promise = ...,
    facts: type[F],
    when: Sequence[Callable[[R, F], Refusal | None]] = ...,
    fired: bool = ...,
    who: str | Promise = ...,
    despite_conflict: Callable[[R, Actor], bool] = ...,
) -> Declares[F, Input]: ...


@overload
def transition(
    *,
    field: django_fsm.FSMFieldMixin,
    source: str | Sequence[str],
    target: str | django_fsm.State,
    permission: Callable[[R, Actor], bool],
    done: str | Promise,
    duty: Duty | None,
    label: str | Promise = ...,
    given: type[I],
    when: Sequence[Callable[[R, NoFacts], Refusal | None]] = ...,
    when_given: Sequence[Callable[[R, NoFacts, I], Refusal | None]] = ...,
    fired: bool = ...,
    who: str | Promise = ...,
    despite_conflict: Callable[[R, Actor], bool] = ...,
) -> Declares[NoFacts, I]: ...


@overload
def transition(
    *,
    field: django_fsm.FSMFieldMixin,
    source: str | Sequence[str],
    target: str | django_fsm.State,
    permission: Callable[[R, Actor], bool],
    done: str | Promise,
    duty: Duty | None,
    label: str | Promise = ...,
    facts: type[F],
    given: type[I],
    when: Sequence[Callable[[R, F], Refusal | None]] = ...,
    when_given: Sequence[Callable[[R, F, I], Refusal | None]] = ...,
    fired: bool = ...,
    who: str | Promise = ...,
    despite_conflict: Callable[[R, Actor], bool] = ...,
) -> Declares[F, I]: ...


def transition(
    *,
    field: django_fsm.FSMFieldMixin,
    source: str | Sequence[str],
    target: str | django_fsm.State,
    permission: Callable[[R, Actor], bool],
    done: str | Promise,
    duty: Duty | None,
    label: str | Promise = "",
    facts: type[F] | None = None,
    given: type[I] | None = None,
    when: Sequence[Callable[[R, F], Refusal | None]] = (),
    when_given: Sequence[Callable[[R, F, I], Refusal | None]] = (),
    fired: bool = False,
    who: str | Promise = "",
    despite_conflict: Callable[[R, Actor], bool] = nobody,
) -> Declares[F, I]:
    """Declare a move of a life cycle, as django-fsm does, with its `Terms`. One declaration a method.

    The facts are fetched by the function registered with `moves.registry.facts_of`; the system does not start without.
    """

    def declare(method: Callable[[Any], Any]) -> Declared[F, I]:
        # The library says its permissions ask of Django's own users; ours ask of any actor.
        ask = cast("Any", permission)
        step = django_fsm.transition(field=field, source=source, target=target, permission=ask)(method)
        step.terms = Terms(
            label=label or method.__name__,
            done=done,
            duty=duty,
            facts=facts or cast("type[F]", NoFacts),
            given=given or cast("type[I]", Input),
            when=tuple(when),
            when_given=tuple(when_given),
            fired=fired,
            who=who,
            despite_conflict=despite_conflict,
        )
        return cast("Declared[F, I]", step)

    return declare
