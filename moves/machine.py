"""The turnstile: the one place where anything changes state.

Life cycles are declared in each app's `workflow.py`. Keys of a transition's `custom`: `label` (the button),
`done` (the timeline), `duty`, `when` (functions `(obj, *, by, given) -> Refusal | None`), `fired_by` (moves
whose reactions may make this one), `who` (a word for the documentation when the permission's name is not one).
"""

from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django_fsm import FSMFieldMixin, Transition

from audit import services
from audit.actors import actor_of
from audit.states import ActorKind
from moves.duties import clash
from moves.interests import interests
from moves.refusals import Forbidden, Refusal, WrongMoment
from moves.services import record_duty
from work import clock

Reaction = Callable[..., None]

_reactions: dict[str, list[Reaction]] = {}
_firing: ContextVar[tuple[str, ...]] = ContextVar("firing", default=())


@dataclass(frozen=True)
class Available:
    """A move that an actor may make now, or could but for its refusals."""

    name: str
    label: str | Promise
    refusals: tuple[Refusal, ...] = ()


# ---------------------------------------------------------------- reactions


def _app_rank(reaction: Reaction) -> int:
    """Lower apps first: what is nearest to the thing moved happens first."""
    app = reaction.__module__.split(".")[0]
    installed = [app.split(".")[0] for app in settings.INSTALLED_APPS]
    return -installed.index(app) if app in installed else 1


def after(name: str) -> Callable[[Reaction], Reaction]:
    """Register `fn(obj, *, by, given, note, entry)` to run when the move `name` ("application.submit") is made.

    It runs in the transaction of the move; what it raises undoes the move. Reactions run lower app first, and
    inside an app in the order registered. Registering the same function again replaces it.
    """

    def register(reaction: Reaction) -> Reaction:
        key = (reaction.__module__, reaction.__qualname__)
        others = [r for r in _reactions.get(name, []) if (r.__module__, r.__qualname__) != key]
        _reactions[name] = sorted([*others, reaction], key=_app_rank)
        return reaction

    return register


def reactions_of(name: str) -> tuple[Reaction, ...]:
    """The reactions of a move, in the order they run."""
    return tuple(_reactions.get(name, ()))


def firing() -> tuple[str, ...]:
    """The moves whose reactions are running now, outermost first."""
    return _firing.get()


# ------------------------------------------------------- reading a workflow


def state_field(model: type[models.Model]) -> FSMFieldMixin | None:
    """The column that holds the model's state; None when it has no life cycle."""
    return next((f for f in model._meta.concrete_fields if isinstance(f, FSMFieldMixin)), None)


def declared(model: type[models.Model]) -> Iterator[tuple[str, dict[str, Transition]]]:
    """Each move of a life cycle in the order written, with its transitions by source state."""
    seen = set()
    for cls in reversed(model.__mro__):
        for name, member in vars(cls).items():
            meta = getattr(member, "_django_fsm", None)
            if meta is not None and name not in seen:
                seen.add(name)
                yield name, meta.transitions


def subject_name(model: type[models.Model]) -> str:
    """What the model is called in the names of its moves."""
    return getattr(model, "subject", "") or str(model._meta.model_name)


# --------------------------------------------------------------- the move


def move(obj: models.Model, name: str, *, by: Any, given: dict[str, Any] | None = None, note: str = "") -> Any:
    """Make the move `name` of `obj` and return the row as it now is: fresh, locked, moved. Use that one.

    One transaction: locks the file, then the row; asks who, duties and interests (`Forbidden`), and when
    (`WrongMoment`, with every refusal); makes the move, saves, writes the trail and the change feed, runs the
    reactions. What was changed on `obj` and not saved is not seen.

    `given` is what the service found, for the questions and for the trail: keys, amounts, ids. `note` is the
    reason in a person's words; the questions read it as `given["reason"]`, the trail keeps its salted digest.
    """
    given = dict(given or {})
    note = note or str(given.pop("reason", "") or "")
    asked = given | ({"reason": note} if note else {})
    full_name = f"{subject_name(type(obj))}.{name}"
    with transaction.atomic():
        locked = _lock(obj)
        step, fired = _ask_who(locked, name, full_name, by)
        _ask_duty(locked, step, by, fired)
        _ask_when(locked, step, by, asked)

        field = state_field(type(locked))
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
            given=given,
            note=note,
            duty=_duty(step, fired),
            fired_by=fired,
        )
        if (duty := _duty(step, fired)) and entry.application_id:
            record_duty(entry.application_id, by=by, duty=duty)
        if hasattr(locked, "public_id"):
            services.record_change(entry.subject_type, locked.public_id, application_id=entry.application_id)
        _react(full_name, locked, by=by, given=given, note=note, entry=entry)
    return locked


def allowed(obj: models.Model, by: Any) -> list[Available]:
    """The moves that `by` may make on `obj` now, in the order declared, each with what stands in its way.

    Nothing is locked: it is for showing buttons and what is missing. Moves that the state, the permission or a
    conflict of interest forbids are left out; an earlier duty, and interests not declared, are refusals.
    """
    field = state_field(type(obj))
    state = field.get_state(obj)
    found = []
    for name, transitions in declared(type(obj)):
        step = _from(transitions, state)
        if step is None or not _permits(step, obj, by):
            continue
        who, refusals = _duty_refusals(obj, _duty(step, ""), by)
        if who is not None and who.code != "duty":
            continue
        refusals = ((who,) if who else ()) + refusals + _when_refusals(obj, step, by, {})
        found.append(Available(name, step.custom.get("label", name), refusals))
    return found


# ------------------------------------------------------------- its parts


def _lock(obj: models.Model) -> Any:
    """The row, locked and fresh; its file was locked first. FOR NO KEY UPDATE: rows may still refer to it."""
    application = None
    if any(f.name == "application" and f.is_relation for f in obj._meta.concrete_fields):
        files = obj._meta.get_field("application").related_model
        application = files._base_manager.select_for_update(no_key=True).get(pk=obj.application_id)
    locked = type(obj)._base_manager.select_for_update(no_key=True).get(pk=obj.pk)
    if application is not None and locked.application_id == application.pk:
        locked.application = application
    return locked


def _from(transitions: dict[str, Transition], state: str) -> Transition | None:
    """The transition that leaves `state`; "*" is any state, "+" any but the target."""
    if state in transitions:
        return transitions[state]
    if "*" in transitions:
        return transitions["*"]
    other = transitions.get("+")
    return other if other is not None and other.target != state else None


def _fired_by(step: Transition) -> str:
    """The move now firing that may make this one; empty when there is none."""
    return next((n for n in reversed(firing()) if n in step.custom.get("fired_by", ())), "")


def _permits(step: Transition, obj: Any, by: Any) -> bool:
    """Whether the move's own permission lets `by` in. A move without one is closed to everybody."""
    return callable(step.permission) and bool(step.permission(obj, by))


def _ask_who(obj: Any, name: str, full_name: str, by: Any) -> tuple[Transition, str]:
    """The transition to make, and the move that fires it (or ""). Forbidden, then WrongMoment for the state."""
    transitions = dict(declared(type(obj))).get(name)
    if transitions is None:
        raise LookupError(f"{full_name} is not a move")
    field = state_field(type(obj))
    step = _from(transitions, field.get_state(obj))
    candidates = [step] if step else list({id(t.permission): t for t in transitions.values()}.values())
    fired = next(filter(None, map(_fired_by, candidates)), "")
    label = candidates[0].custom.get("label", name)
    if not fired and not any(_permits(t, obj, by) for t in candidates):
        raise Forbidden(_("Your role does not let you do this here: %(move)s.") % {"move": label})
    if step is None:
        state = _state_label(obj, field, by)
        sentence = _("“%(move)s” is not possible now: the state is “%(state)s”.")
        raise WrongMoment(Refusal(sentence % {"move": label, "state": state}, code="state"))
    return step, fired


def _state_label(obj: Any, field: FSMFieldMixin, by: Any) -> Any:
    """The state in words. A model that shows some readers less than it knows has `state_label_for(by)`."""
    if hasattr(obj, "state_label_for"):
        return obj.state_label_for(by)
    return getattr(obj, f"get_{field.name}_display")()


def _duty(step: Transition, fired: str) -> str:
    """The duty that the actor does by this move. A consequence of another move is nobody's own act: none."""
    return "" if fired else str(step.custom.get("duty", "") or "")


def _duty_refusals(obj: Any, duty: str, by: Any) -> tuple[Refusal | None, tuple[Refusal, ...]]:
    """What the duty says: of the person (a refusal or None), and of the moment (refusals)."""
    application_id = services.file_of(obj)
    if not duty or application_id is None:
        return None, ()
    if actor_of(by) != ActorKind.PERSON:
        return Refusal(_("Only a person can do this."), code="person"), ()
    interest = interests(application_id, by, duty)
    if interest is not None and interest.code != "undeclared":
        return interest, ()
    return clash(application_id, by, duty), (interest,) if interest else ()


def _ask_duty(obj: Any, step: Transition, by: Any, fired: str) -> None:
    who, when = _duty_refusals(obj, _duty(step, fired), by)
    if who is not None:
        raise Forbidden(who.message, code=who.code)
    if when:
        raise WrongMoment(*when)


def _when_refusals(obj: Any, step: Transition, by: Any, given: dict[str, Any]) -> tuple[Refusal, ...]:
    answers = (question(obj, by=by, given=given) for question in step.custom.get("when", ()))
    return tuple(answer for answer in answers if answer is not None)


def _ask_when(obj: Any, step: Transition, by: Any, given: dict[str, Any]) -> None:
    if refusals := _when_refusals(obj, step, by, given):
        raise WrongMoment(*refusals)


def _stamp(obj: Any) -> None:
    """When the present state began, and when the row last changed, where the model keeps them."""
    names = {f.name for f in obj._meta.concrete_fields}
    for name in ("since", "updated_at"):
        if name in names:
            setattr(obj, name, clock.now())


def _react(full_name: str, obj: Any, **facts: Any) -> None:
    token = _firing.set((*firing(), full_name))
    try:
        for reaction in reactions_of(full_name):
            reaction(obj, **facts)
    finally:
        _firing.reset(token)
