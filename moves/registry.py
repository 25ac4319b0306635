"""What apps say of moves: how a life cycle is read, what follows a move, and how its facts are fetched.

A higher app supplies reactions to, and facts of, the moves of a lower one; the system does not start without.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_type_hints

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django_fsm import FSMFieldMixin, Transition

from audit.actors import Actor
from audit.models import Entry
from moves.transitions import F, I, Move, NoFacts


@dataclass(frozen=True)
class Made(Generic[F, I]):
    """A move that was just made: who, what it knew, what was given with it, and its entry in the trail.

    `words` are the person's own (a reason, a note): the trail has their digest.
    """

    by: Actor
    facts: F
    given: I
    words: str
    entry: Entry


@dataclass(frozen=True)
class Reaction:
    """A function of an app that follows a move, and the moves that it may itself make though nobody else may."""

    run: Callable[[Any, Made[Any, Any]], "Iterable[models.Model] | None"]
    fires: tuple[Move[Any, Any], ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        return self.run.__module__, self.run.__qualname__

    @property
    def app(self) -> str:
        return self.run.__module__.split(".")[0]


_reactions: dict[Move[Any, Any], list[Reaction]] = {}
_fetchers: dict[Move[Any, Any], Callable[[Any, Any], Any]] = {}


# ------------------------------------------------- what apps say of their moves


def _rank(reaction: Reaction) -> int:
    """Lower apps first: what is nearest to the thing moved happens first."""
    installed = [app.split(".")[0] for app in settings.INSTALLED_APPS]
    return -installed.index(reaction.app) if reaction.app in installed else 1


Runner = TypeVar("Runner", bound=Callable[[Any, Made[Any, Any]], "Iterable[models.Model] | None"])


def after(*steps: Move[Any, Any], fires: tuple[Move[Any, Any], ...] = ()) -> Callable[[Runner], Runner]:
    """Register `fn(row, made)` to run when one of these moves is made. `fires`: moves that it makes in its turn.

    It runs in the transaction of the move; what it raises undoes the move. It returns other rows of which what is
    reported changed (or None): the feed tells them. Reactions run lower app first, and
    inside an app in the order registered. Registering the same function again replaces it.
    """

    def register(run: Runner) -> Runner:
        reaction = Reaction(run, fires)
        for step in steps:
            others = [r for r in _reactions.get(step, []) if r.key != reaction.key]
            _reactions[step] = sorted([*others, reaction], key=_rank)
        return run

    return register


def reactions_of(step: Move[Any, Any]) -> tuple[Reaction, ...]:
    """The reactions of a move, in the order they run."""
    return tuple(_reactions.get(step, ()))


def fired_by(step: Move[Any, Any]) -> tuple[Move[Any, Any], ...]:
    """The moves whose reactions may make this one."""
    return tuple(cause for cause, found in _reactions.items() if any(step in r.fires for r in found))


def facts_of(*steps: Move[F, Any]) -> Callable[[Callable[[Any, Any], F]], Callable[[Any, Any], F]]:
    """Register `fn(row, by) -> facts`: how these moves come to know what their questions read."""

    def register(fetch: Callable[[Any, Any], F]) -> Callable[[Any, Any], F]:
        for step in steps:
            other = _fetchers.setdefault(step, fetch)
            if (other.__module__, other.__qualname__) != (fetch.__module__, fetch.__qualname__):
                raise ImproperlyConfigured(f"{other.__module__} fetches the facts of {step.__name__} already")
            _fetchers[step] = fetch
        return fetch

    return register


def fetcher_of(step: Move[F, Any]) -> Callable[[Any, Any], F]:
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


def declared(model: type[models.Model]) -> Iterator[tuple[str, Move[Any, Any]]]:
    """Each move of a life cycle, by its name, in the order written."""
    seen = set()
    for cls in reversed(model.__mro__):
        for name, member in vars(cls).items():
            if hasattr(member, "_django_fsm") and name not in seen:
                seen.add(name)
                yield name, member


def ways(step: Move[Any, Any]) -> dict[str, Transition]:
    """The transitions of a move by source state."""
    return dict(step._django_fsm.transitions)


def subject_name(model: type[models.Model]) -> str:
    """What the model is called in the names of its moves."""
    return getattr(model, "subject", "") or str(model._meta.model_name)
