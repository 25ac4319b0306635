"""The turnstile: the one place where anything changes state. Lives are declared in each app's `workflow.py`.

What a move must know it fetches itself, by the one function registered with `registry.facts_of`: for the page that asks
whether it may be made, and for the act that makes it. Consequences are reactions, registered with `registry.after`.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast, overload

from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django_fsm import FSMFieldMixin, Transition

from audit import services
from audit.actors import Actor
from audit.states import ActorKind
from moves.duties import WITHOUT_DECLARATION, clash
from moves.interests import Stand, stand_of
from moves.refusals import DECLARE_FIRST, UNDECLARED, Forbidden, Refusal, WrongMoment
from moves.registry import Made, declared, fetcher_of, reactions_of, state_field, subject_name, ways
from moves.services import record_duty
from moves.transitions import AnyMove, F, I, Input, M, Move, MoveOf, NoFacts
from work import clock


@dataclass(frozen=True)
class Available:
    """A move that an actor may make now, or could but for its refusals."""

    step: AnyMove
    refusals: tuple[Refusal, ...] = ()

    @property
    def name(self) -> str:
        return self.step.__name__

    @property
    def label(self) -> str | Promise:
        return self.step.terms.label

    @property
    def undeclared(self) -> bool:
        """Whether the actor must declare their interests in the file first."""
        return any(refusal.code == UNDECLARED for refusal in self.refusals)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What else stands in the way."""
        return tuple(str(refusal.message) for refusal in self.refusals if refusal.code != UNDECLARED)


@dataclass(frozen=True)
class Firing:
    """A move whose reactions are running, and what the one that runs now may fire."""

    name: str
    fires: tuple[AnyMove, ...] = ()


_firing: ContextVar[tuple[Firing, ...]] = ContextVar("firing", default=())


def firing() -> tuple[str, ...]:
    """The names of the moves whose reactions are running now, outermost first."""
    return tuple(one.name for one in _firing.get())


# --------------------------------------------------------------- the move


@overload
def move(obj: M, step: Move[M, F, Input], *, by: Actor, note: str = "") -> M: ...


@overload
def move(obj: M, step: Move[M, F, I], *, by: Actor, given: I, note: str = "") -> M: ...


def move(obj: M, step: MoveOf[M], *, by: Actor, given: Input | None = None, note: str = "") -> M:
    """Make the move `step` of `obj` (`Application.submit`) and return the row as it now is: fresh, locked, moved.

    One transaction: locks the file, then the row; asks who, duties and interests (`Forbidden`), and when
    (`WrongMoment`, with every refusal); makes the move, saves, writes the trail and the change feed, runs the
    reactions. What was changed on `obj` and not saved is not seen.

    `given` is what comes with the act: the move's own input, TypeError for another. `note` is a person's optional
    words, where the input has none.
    """
    name = step.__name__
    full_name = f"{subject_name(type(obj))}.{name}"
    if getattr(type(obj), name, None) is not step:
        raise LookupError(f"{name} is not a move of {subject_name(type(obj))}")
    given = Input() if given is None else given
    if not isinstance(given, step.terms.given):
        raise TypeError(f"{full_name} is given a {step.terms.given.__name__}")
    words = given.words or note
    with transaction.atomic():
        locked = _lock(obj)
        _way, fired = _ask_who(locked, step, by)
        duty = None if fired else step.terms.duty
        if not fired and (undeclared := _Person(locked, by).ask(step)):
            raise WrongMoment(undeclared)
        facts = _facts(locked, step, by, {})
        refusals = _moment(locked, step, facts) + _given_moment(locked, step, facts, given)
        if refusals:
            raise WrongMoment(*refusals)

        field = cast("FSMFieldMixin", state_field(type(locked)))
        before = field.get_state(locked)
        getattr(locked, name)()
        _stamp(locked)
        locked.save()
        entry = services.record(
            locked,
            full_name,
            by=by,
            before=before,
            after=field.get_state(locked),
            given=facts.told() | given.told(),
            note=words,
            duty=duty or "",
            fired_by=fired,
        )
        if duty and entry.application_id:
            record_duty(entry.application_id, by=by, duty=duty)
        _react(step, full_name, locked, Made(by=by, facts=facts, given=given, words=words, entry=entry))
    return locked


def refusals(obj: M, step: MoveOf[M], *, by: Actor, part: bool = False) -> tuple[Refusal, ...]:
    """What stands in the way of this move now, whatever would be typed: the answer that the act would give.

    Forbidden for the wrong person, and WrongMoment in the wrong state, as the act says them. Nothing is locked.
    `part`: asked of an act that is only a part of the move (an item of a checklist marked, before the finding): the
    move's own questions are left out.
    """
    _ask_who(obj, step, by)
    undeclared = _Person(obj, by).ask(step)
    return ((undeclared,) if undeclared else ()) + (() if part else _moment(obj, step, _facts(obj, step, by, {})))


def ask_who(obj: M, step: MoveOf[M], *, by: Actor) -> None:
    """Forbidden for the wrong person, as the act says it: asked before a form is shown. The moment is not asked."""
    if not any(_permits(way, obj, by) for way in ways(step).values()):
        raise _wrong_role(step)
    _Person(obj, by).ask(step)


def allowed(obj: M, by: Actor, *only: MoveOf[M]) -> list[Available]:
    """The moves (or those of `only`) that `by` may make on `obj` now, in the order declared, each with its refusals.

    Nothing is locked: it is for showing buttons and what is missing. Moves that the state, the permission or a
    conflict of interest forbids are left out; an earlier duty, and interests not declared, are refusals.
    """
    field = cast("FSMFieldMixin", state_field(type(obj)))
    state = field.get_state(obj)
    person = _Person(obj, by)
    found = []
    fetched: dict[Callable[[Any, Any], Any], Any] = {}
    for _name, step in declared(type(obj)):
        if only and step not in only:
            continue
        way = _from(ways(step), state)
        if way is None or not _permits(way, obj, by) or person.bar(step):
            continue
        own = tuple(refusal for refusal in (person.earlier(step), person.undeclared(step)) if refusal is not None)
        found.append(Available(step, own + _moment(obj, step, _facts(obj, step, by, fetched))))
    return found


def foreseen(obj: models.Model, step: AnyMove, *, by: Actor) -> tuple[Refusal, ...]:
    """What would stand in the way of `by` in a move whose state has not come yet; () for who will have no say in it.

    Interests not declared are no obstacle yet: they are declared when the time comes.
    """
    person = _Person(obj, by)
    if not any(_permits(way, obj, by) for way in ways(step).values()) or person.bar(step):
        return ()
    earlier = person.earlier(step)
    return ((earlier,) if earlier else ()) + _moment(obj, step, _facts(obj, step, by, {}))


# ------------------------------------------------------------- its parts


class _Person:
    """Who asks for moves of a row, and where they stand towards its file: read once for all the moves of a page."""

    def __init__(self, obj: models.Model, by: Actor) -> None:
        self.obj, self.by = obj, by
        self.file = services.file_of(obj)

    @cached_property
    def stand(self) -> Stand:
        return stand_of(self.file, self.by) if self.file is not None else Stand("")

    def bar(self, step: AnyMove) -> Refusal | None:
        """A conflict of interest, or a doubt: it closes every move of the file but those of one's own side."""
        if self.by.actor != ActorKind.PERSON or step.terms.despite_conflict(self.obj, self.by):
            return None
        return self.stand.bar

    def earlier(self, step: AnyMove) -> Refusal | None:
        """An act on the file that excludes the move's duty; and a duty is done by persons only."""
        duty = step.terms.duty
        if duty is None or self.file is None:
            return None
        if self.by.actor != ActorKind.PERSON:
            return Refusal(_("Only a person can do this."), code="person")
        return clash(self.file, self.by, duty)

    def undeclared(self, step: AnyMove) -> Refusal | None:
        """Interests in the file that its person has not declared, where the duty asks for it."""
        duty = step.terms.duty
        if duty is None or self.file is None or duty in WITHOUT_DECLARATION or self.stand.declared:
            return None
        return DECLARE_FIRST

    def ask(self, step: AnyMove) -> Refusal | None:
        """Forbidden for the wrong person; else what of them is not declared yet."""
        if wrong := self.bar(step) or self.earlier(step):
            raise Forbidden(wrong.message, code=wrong.code)
        return self.undeclared(step)


def _lock(obj: M) -> M:
    """The row, locked and fresh; its file was locked first. FOR NO KEY UPDATE: rows may still refer to it."""
    application = None
    if any(f.name == "application" and f.is_relation for f in obj._meta.concrete_fields):
        files = cast("type[models.Model]", obj._meta.get_field("application").related_model)
        of_file = cast("Any", obj).application_id
        application = _rows(files).get(pk=of_file)
    locked = _rows(type(obj)).get(pk=obj.pk)
    if application is not None and cast("Any", locked).application_id == application.pk:
        cast("Any", locked).application = application
    return cast("M", locked)


def _rows(model: type[models.Model]) -> models.QuerySet[Any]:
    """The model's rows, to be locked; with what its `moves_with` names, which the questions of its moves read."""
    rows = model._base_manager.select_for_update(of=("self",), no_key=True)
    names = getattr(model, "moves_with", ())
    return rows.select_related(*names) if names else rows


def _from(transitions: dict[str, Transition], state: str) -> Transition | None:
    """The transition that leaves `state`; "*" is any state, "+" any but the target."""
    if state in transitions:
        return transitions[state]
    if "*" in transitions:
        return transitions["*"]
    other = transitions.get("+")
    return other if other is not None and other.target != state else None


def _fired(step: AnyMove) -> str:
    """The move whose reaction runs now, if that one may make this step; empty else, whatever an outer one may."""
    innermost = _firing.get()[-1:]
    return next((one.name for one in innermost if step in one.fires), "") if step.terms.fired else ""


def _permits(way: Transition, obj: Any, by: Actor) -> bool:
    """Whether the move's own permission lets `by` in. A move without one is closed to everybody."""
    # The library says its permissions ask of Django's own users; ours ask of any actor.
    permission = cast("Callable[[Any, Actor], bool] | None", way.permission)
    return callable(permission) and bool(permission(obj, by))


def _ask_who(obj: models.Model, step: AnyMove, by: Actor) -> tuple[Transition, str]:
    """The transition to make, and the move that fires it (or ""). Forbidden, then WrongMoment for the state."""
    field = cast("FSMFieldMixin", state_field(type(obj)))
    transitions = ways(step)
    way = _from(transitions, field.get_state(obj))
    fired = _fired(step)
    if not fired and not _permits(way or next(iter(transitions.values())), obj, by):
        raise _wrong_role(step)
    if way is None:
        if not fired:
            _Person(obj, by).ask(step)
        own_side = step.terms.despite_conflict(obj, by)  # what they may know is said, and then what they are told
        if own_side and (refusals := _moment(obj, step, _facts(obj, step, by, {}))):
            raise WrongMoment(*refusals)
        state = _state_label(obj, field, by)
        sentence = _("“%(move)s” is not possible now: the state is “%(state)s”.")
        raise WrongMoment(Refusal(sentence % {"move": step.terms.label, "state": state}, code="state"))
    return way, fired


def _wrong_role(step: AnyMove) -> Forbidden:
    general = _("Your role does not let you do this here: %(move)s.") % {"move": step.terms.label}
    return Forbidden(step.terms.who or general)


def _state_label(obj: Any, field: FSMFieldMixin, by: Actor) -> Any:
    """The state in words. A model that shows some readers less than it knows has `state_label_for(by)`."""
    if hasattr(obj, "state_label_for"):
        return obj.state_label_for(by)
    return getattr(obj, f"get_{field.name}_display")()


def _facts(obj: M, step: Move[M, F, I], by: Actor, fetched: dict[Any, Any]) -> F:
    """The facts of a move, fetched by its own function; once for all the moves of a page that share it."""
    if step.terms.facts is NoFacts:
        return step.terms.facts()
    fetch = fetcher_of(step)
    if fetch not in fetched:
        fetched[fetch] = fetch(obj, by)
    return cast("F", fetched[fetch])


def _moment(obj: M, step: Move[M, F, I], facts: F) -> tuple[Refusal, ...]:
    answers = (question(obj, facts) for question in step.terms.when)
    return tuple(answer for answer in answers if answer is not None)


def _given_moment(obj: M, step: Move[M, F, I], facts: F, given: I) -> tuple[Refusal, ...]:
    answers = (question(obj, facts, given) for question in step.terms.when_given)
    return tuple(answer for answer in answers if answer is not None)


def _stamp(obj: models.Model) -> None:
    """When the present state began, and when the row last changed, where the model keeps them."""
    names = {f.name for f in obj._meta.concrete_fields}
    for name in ("since", "updated_at"):
        if name in names:
            setattr(obj, name, clock.now())


def _react(step: AnyMove, name: str, obj: models.Model, made: Made[Any, Any]) -> None:
    for reaction in reactions_of(step):
        token = _firing.set((*_firing.get(), Firing(name, reaction.fires)))
        try:
            for row in reaction.run(obj, made) or ():
                services.tell(row)
        finally:
            _firing.reset(token)
