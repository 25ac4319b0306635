"""What apps say of moves: how a life cycle is read, what follows a move, and how its facts are fetched.

A higher app supplies reactions to, and facts of, the moves of a lower one; the system does not start without.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar, get_type_hints, overload

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django_fsm import FSMFieldMixin, Transition

from audit.actors import Actor
from audit.models import Entry
from moves.transitions import AnyMove, F, Facts, I, Input, M, Move, MoveOf, NoFacts

Knew = TypeVar("Knew", bound=Facts, covariant=True)
Given = TypeVar("Given", bound=Input, covariant=True)


@dataclass(frozen=True)
class Made(Generic[Knew, Given]):
    """A move that was just made: who, what it knew, what was given with it, and its entry in the trail.

    `words` are the person's own (a reason, a note): the trail has their digest. A reaction that reads neither the
    facts nor the input says `Made[Facts, Input]`.
    """

    by: Actor
    facts: Knew
    given: Given
    words: str
    entry: Entry


@dataclass(frozen=True)
class Reaction:
    """A function of an app that follows a move, and the moves that it may itself make though nobody else may."""

    run: Callable[[Any, Made[Any, Any]], Iterable[models.Model] | None]
    fires: tuple[AnyMove, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        return self.run.__module__, self.run.__qualname__

    @property
    def app(self) -> str:
        return self.run.__module__.split(".")[0]


_reactions: dict[AnyMove, list[Reaction]] = {}
_fetchers: dict[AnyMove, Callable[[Any, Any], Any]] = {}


# ------------------------------------------------- what apps say of their moves


def _rank(reaction: Reaction) -> int:
    """Lower apps first: what is nearest to the thing moved happens first."""
    installed = [app.split(".")[0] for app in settings.INSTALLED_APPS]
    return -installed.index(reaction.app) if reaction.app in installed else 1


Reacts: TypeAlias = Callable[[M, Made[F, I]], Iterable[models.Model] | None]


@overload
def after(
    step: Move[M, F, I], /, *, fires: tuple[AnyMove, ...] = ()
) -> Callable[[Reacts[M, F, I]], Reacts[M, F, I]]: ...


@overload
def after(
    *steps: MoveOf[M], fires: tuple[AnyMove, ...] = ()
) -> Callable[[Reacts[M, Facts, Input]], Reacts[M, Facts, Input]]: ...


def after(*steps: MoveOf[M], fires: tuple[AnyMove, ...] = ()) -> Callable[[Reacts[M, F, I]], Reacts[M, F, I]]:
    """Register `fn(row, made)` to run when one of these moves is made. `fires`: moves that it makes in its turn.

    It runs in the transaction of the move; what it raises undoes the move. It returns other rows of which what is
    reported changed (or None): the feed tells them. After several moves it reads what they all have,
    `Made[Facts, Input]`. Reactions run lower app first, and inside an app in the order registered. Registering
    the same function again replaces it.
    """

    def register(run: Reacts[M, F, I]) -> Reacts[M, F, I]:
        reaction = Reaction(run, fires)
        for step in steps:
            others = [r for r in _reactions.get(step, []) if r.key != reaction.key]
            _reactions[step] = sorted([*others, reaction], key=_rank)
        return run

    return register


def reactions_of(step: AnyMove) -> tuple[Reaction, ...]:
    """The reactions of a move, in the order they run."""
    return tuple(_reactions.get(step, ()))


def fired_by(step: AnyMove) -> tuple[AnyMove, ...]:
    """The moves whose reactions may make this one."""
    return tuple(cause for cause, found in _reactions.items() if any(step in r.fires for r in found))


Fetch: TypeAlias = Callable[[M, Actor], F]


def facts_of(*steps: Move[M, F, I]) -> Callable[[Fetch[M, F]], Fetch[M, F]]:
    """Register `fn(row, by) -> facts`: how these moves come to know what their questions read."""

    def register(fetch: Fetch[M, F]) -> Fetch[M, F]:
        for step in steps:
            other = _fetchers.setdefault(step, fetch)
            if (other.__module__, other.__qualname__) != (fetch.__module__, fetch.__qualname__):
                raise ImproperlyConfigured(f"{other.__module__} fetches the facts of {step.__name__} already")
            _fetchers[step] = fetch
        return fetch

    return register


def fetcher_of(step: Move[M, F, I]) -> Fetch[M, F]:
    """The function that fetches the facts of a move."""
    return _fetchers[step]


def check_moves() -> None:
    """ImproperlyConfigured when a declared move has no function for its facts, or one that returns something else;
    and when a reaction fires a move that does not say so on its own screen, or nothing fires one that does.
    """
    for model in apps.get_models():
        if state_field(model) is None:
            continue
        for name, step in declared(model):
            wanted, fetch = step.terms.facts, _fetchers.get(step)
            said = get_type_hints(fetch).get("return") if fetch else NoFacts
            if said is not wanted:
                raise ImproperlyConfigured(
                    f"{subject_name(model)}.{name} asks for {wanted.__name__}: no function of facts_of returns it"
                )
            if step.terms.fired != bool(fired_by(step)):
                raise ImproperlyConfigured(f"{subject_name(model)}.{name}: `fired` and the reactions do not agree")


# ------------------------------------------------------- reading a workflow


def state_field(model: type[models.Model]) -> FSMFieldMixin | None:
    """The column that holds the model's state; None when it has no life cycle."""
    return next((f for f in model._meta.concrete_fields if isinstance(f, FSMFieldMixin)), None)


def declared(model: type[models.Model]) -> Iterator[tuple[str, AnyMove]]:
    """Each move of a life cycle, by its name, in the order written."""
    seen = set()
    for cls in reversed(model.__mro__):
        for name, member in vars(cls).items():
            if hasattr(member, "_django_fsm") and name not in seen:
                seen.add(name)
                yield name, member


def ways(step: AnyMove) -> dict[str, Transition]:
    """The transitions of a move by source state."""
    return dict(step._django_fsm.transitions)


def subject_name(model: type[models.Model]) -> str:
    """What the model is called in the names of its moves."""
    return getattr(model, "subject", "") or str(model._meta.model_name)
