"""Who may take the step that a row waits for, today; and the rows whose step there is nobody to take.

Asked of each person by what their own pages ask: whoever is told is let in. A row is a file, or what hangs on one (its
decision): which step it waits for, the app that knows it says.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeAlias, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from applications.models import Application, ChangeRequest
from applications.querysets import ApplicationQuerySet, ChangeRequestQuerySet
from applications.selectors.people import holders_of, officers_of
from applications.states import ApplicationState, FileTurn, TurnRow
from audit.actors import Actor
from programs.models import Program
from programs.querysets import in_office_holders
from programs.roles import ProgramRole


class Step(Protocol):
    """A step that a row waits for: a member of a list of them."""

    @property
    def row(self) -> TurnRow: ...


NOBODY = gettext_lazy("somebody to be appointed: nobody can take its next step today")
"""For whom a row whose step is stuck waits, in words."""

S = TypeVar("S", bound=Step)
Whose: TypeAlias = tuple[int, ProgramRole]  # whose a step is: the programme (key) and the role


@dataclass(frozen=True)
class Missing:
    """One who is missing: `partner`, the short name of the partner that they would concur for; "" for a step of the
    cluster. `is_held`: whether somebody holds the role of the step today, and something keeps them from acting."""

    is_held: bool
    partner: str = ""


@dataclass(frozen=True)
class Stuck(Generic[S]):
    """A step that there is nobody to take today, and each who is missing."""

    turn: S
    missing: tuple[Missing, ...]

    @property
    def awaits(self) -> str:
        """Who is missing, in words."""
        return self._named(self.missing)

    @property
    def why(self) -> list[str]:
        """Why there is nobody, in sentences: those whose role nobody holds, then those who hold it and may not act."""
        vacant = [one for one in self.missing if not one.is_held]
        kept = [one for one in self.missing if one.is_held]
        found = []
        if vacant:
            sentence = _("The file waits for %(who)s. Nobody holds the role of this step today.")
            found.append(sentence % {"who": self._named(vacant)})
        if kept:
            sentence = _(
                "The file waits for %(who)s. Nobody who holds the role of this step is free to act today: an earlier "
                "act on this file, an interest declared in it or a delegated limit stands in the way."
            )
            found.append(sentence % {"who": self._named(kept)})
        return found

    def _named(self, missing: Iterable[Missing]) -> str:
        who, partners = str(self.turn.row.awaits), ", ".join(one.partner for one in missing if one.partner)
        return f"{who} ({partners})" if partners else who


def without_taker(
    steps: Mapping[int, Whose], free: Callable[[Collection[int], User, set[ProgramRole]], Iterable[int]]
) -> dict[int, tuple[Missing, ...]]:
    """Of these rows (by key, each with whose its step is), those whose step nobody may take today.

    `free(rows, person, roles)`: those of `rows` that wait for `person`, who holds no other of their roles. Asked once
    a person in office, whatever the number of rows, until each has somebody.
    """
    holders = _in_office(set(steps.values()))
    roles: dict[User, set[ProgramRole]] = {}
    for (_program, role), people in holders.items():
        for person in people:
            roles.setdefault(person, set()).add(role)
    left = set(steps)
    for person, theirs in roles.items():
        if not left:
            break
        left -= set(free(left, person, theirs))
    return {pk: (Missing(is_held=bool(holders[steps[pk]])),) for pk in left}


def _in_office(steps: Collection[Whose]) -> dict[Whose, list[User]]:
    """Who holds each of these roles on its programme today."""
    rows = Program.objects.select_related("cluster").in_bulk({program for program, _role in steps})
    return {(program, role): list(in_office_holders(rows[program], role)) for program, role in sorted(steps)}


def free_for(user: User, step: Step) -> ApplicationQuerySet:
    """The files of the programmes where this step is of a role of `user`'s, that neither what they declared nor what
    they did keeps them from taking it on."""
    if step.row.role is None:
        return Application.objects.none()
    return Application.objects.held_by(user, step.row.role).free_to(user, step.row.duty)


def takers_on(file: Application, step: S, free_for: Callable[[User, S], ApplicationQuerySet] = free_for) -> list[User]:
    """Who may take this step of a file today: whoever is told so is let in. None of a step of no role."""
    people = holders_of(file, step.row.role) if step.row.role else []
    return [person for person in people if free_for(person, step).filter(pk=file.pk).exists()]


def concerned_by_screening(file: Application, *, by: Actor) -> list[User]:
    """Who is told that a file is back in screening, for a ruling sent it there: those who may screen it, its officers,
    and the chair, whose committee had it. Not `by`."""
    people = [*takers_on(file, FileTurn.SCREEN), *officers_of(file), *holders_of(file, ProgramRole.CHAIR)]
    return [person for person in dict.fromkeys(people) if person.pk != by.pk]


def stuck_files(turns: Mapping[int, S], free_for: Callable[[User, S], ApplicationQuerySet]) -> dict[int, Stuck[S]]:
    """Of these files (by key, each with the step that it waits for), those whose step there is nobody to take today:
    `free_for(person, step)` are the files where they may. No query where no step is a role's."""
    asked = {pk: turn for pk, turn in turns.items() if turn.row.role}
    if not asked:
        return {}
    programs = dict(Application.objects.filter(pk__in=asked).values_list("pk", "call__program"))
    steps = {pk: (programs[pk], turn.row.role) for pk, turn in asked.items() if turn.row.role}

    def free(files: Collection[int], person: User, roles: set[ProgramRole]) -> set[int]:
        found: set[int] = set()
        for turn in {asked[pk] for pk in files}:
            if turn.row.role in roles:
                own = [pk for pk in files if asked[pk] == turn]
                found |= set(free_for(person, turn).filter(pk__in=own).values_list("pk", flat=True))
        return found

    return {pk: Stuck(asked[pk], missing) for pk, missing in without_taker(steps, free).items()}


def file_turns(files: Collection[Application]) -> dict[int, tuple[FileTurn, ...]]:
    """The steps of the cluster that these files wait for, by key; those that wait for none are left out: their panel or
    their decision tells, or their applicant still has time to answer. Of several steps, either takes the file on."""
    asked = {file.pk for file in files if file.state == ApplicationState.CHANGES_REQUESTED}
    if asked:
        asked -= set(late_requests().filter(application__in=asked).values_list("application_id", flat=True))
    waiting = [file for file in files if file.pk not in asked]
    found = {file.pk: tuple(turn for turn in FileTurn if turn.row.state == file.state) for file in waiting}
    return {pk: turns for pk, turns in found.items() if turns}


def late_requests() -> ChangeRequestQuerySet:
    """The requests for changes that keep their file waiting, and whose day is past."""
    return ChangeRequest.objects.overdue().filter(application__state=ApplicationState.CHANGES_REQUESTED)


def whom(file: Application) -> str:
    """Who must act next on a file, in words, as far as this app knows; "" for nobody."""
    turns = file_turns([file]).get(file.pk)
    if turns is None:
        return str(ApplicationState(file.state).row.awaits)
    first, *others = (str(turn.row.awaits) for turn in turns)
    return _("%(first)s or %(second)s") % {"first": first, "second": others[0]} if others else first


def stuck_among(files: Collection[Application]) -> dict[int, Stuck[FileTurn]]:
    """Of these files, those that wait for their screening, or for the end of changes that are late, and that nobody may
    take further today, by key."""
    turns = file_turns(files)
    stuck = stuck_files({pk: steps[0] for pk, steps in turns.items()}, free_for)
    others = {pk: turns[pk][1] for pk in stuck if len(turns[pk]) > 1}
    unstuck = others.keys() - stuck_files(others, free_for).keys()
    return {pk: one for pk, one in stuck.items() if pk not in unstuck}
