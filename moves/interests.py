"""Where people stand towards a file, and what they may do in it while they do.

Two things close a file to a person: what they declared (the latest counts: a conflict, or a doubt that is not ruled
on), and a party of the file that they act for, or did within the look-back: that one by itself, whatever they declare.
Closed is every move of it but those of their own side (`Terms.despite_conflict`), every page, every list.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Q, QuerySet
from django.utils.translation import get_language

from audit.actors import Actor
from audit.states import ActorKind
from moves.models import Stance
from moves.querysets import LOOK_BACK, closing
from moves.refusals import Forbidden, Refusal
from moves.states import BARRING, Party, StandingState
from work import clock

P = TypeVar("P", bound=Actor)


@dataclass(frozen=True)
class Stand:
    """Where a person stands towards a file: what they declared last (a `StandingState`, "" for nothing yet), and why it
    is closed to them: the party that they act for (`side`), else their declaration. None when it is not."""

    declared: str
    side: Refusal | None = None

    @property
    def bar(self) -> Refusal | None:
        if self.side is None and self.declared in BARRING:
            return Refusal(StandingState(self.declared).row.bars, code=self.declared)
        return self.side


def stand_of(application_id: int, user: Actor) -> Stand:
    """Where `user` stands towards the file. One statement. Who is no person declares nothing, and is never barred."""
    own = Stance.objects.of(user).filter(application_id=application_id)
    rows = own.filter(Q(kind__in=StandingState) | closing())
    declared = [row.kind for row in rows if row.kind in StandingState]
    sides = sorted((row for row in rows if row.kind in Party), key=lambda row: row.ended_at is not None)
    return Stand(declared[0] if declared else "", _why(sides[0]) if sides else None)


def _why(row: Stance) -> Refusal:
    words = Party(row.kind).row
    if row.ended_at is None:
        return Refusal(words.bars % {"organisation": row.organisation}, code=row.kind)
    language, ended = get_language() or "fr", clock.day_of(row.ended_at)
    last = clock.format_day(clock.years_before(ended, -LOOK_BACK), language)
    values = {"organisation": row.organisation, "day": clock.format_day(ended, language), "last": last}
    return Refusal(words.barred % values, code=row.kind)


def side_of(application_id: int, user: Actor) -> Refusal | None:
    """Why the file is closed to `user` whatever they declare: they act for a party of it, or did. None when not."""
    return stand_of(application_id, user).side


def acts_for(application_id: int, user: Actor, party: Party) -> bool:
    """Whether `user` acts for this party of the file today: then what is told to its people is told to them."""
    return Stance.objects.of(user).filter(application_id=application_id, kind=party, ended_at=None).exists()


def standing_of(application_id: int, user: Actor) -> str:
    """What `user` last declared of their interests in the file; empty when they never did."""
    return stand_of(application_id, user).declared


def has_declared(application_id: int, by: Actor) -> bool:
    """Whether `by` declared no conflict of interest in the file, or is no person."""
    return by.actor != ActorKind.PERSON or standing_of(application_id, by) == StandingState.CLEAR


def bar(application_id: int, user: Actor) -> Refusal | None:
    """Why the file is closed to `user`; None when it is not."""
    return stand_of(application_id, user).bar


def is_barred(application_id: int, user: Actor) -> bool:
    """Whether the file is closed to `user`: then nothing of it may be shown to them."""
    return bar(application_id, user) is not None


def ask_unbarred(application_id: int, by: Actor) -> None:
    """Forbidden when the file is closed to `by`: asked before any of it is shown, or changed otherwise than by a move
    (the turnstile asks it of those)."""
    if refusal := bar(application_id, by):
        raise Forbidden(refusal.message, code=refusal.code)


def barred_from(user: Actor) -> QuerySet[Stance, Mapping[str, object]]:
    """Ids of the files that are closed to `user`: a subquery."""
    return Stance.objects.of(user).barring().values("application_id")


def barred_pairs(applications: Collection[int], people: Collection[int]) -> set[tuple[int, int]]:
    """Which of these files are closed to which of `people`: pairs of their keys, (file, person). One statement."""
    closed = Stance.objects.filter(application_id__in=applications, user_id__in=people).barring()
    return set(closed.values_list("application_id", "user_id"))


def declared_pairs(applications: Collection[int], people: Collection[int]) -> set[tuple[int, int]]:
    """Those of `barred_pairs` that what the person declared closes, whatever else does. One statement."""
    closed = Stance.objects.filter(application_id__in=applications, user_id__in=people).declared_barring()
    return set(closed.values_list("application_id", "user_id"))


def barred_among(application_id: int, people: Collection[int]) -> set[int]:
    """Those of `people` (keys) to whom the file is closed."""
    return {person for _file, person in barred_pairs([application_id], people)}


def unbarred(application_id: int, people: Iterable[P]) -> list[P]:
    """Those of `people` to whom the file is not closed, in their order: whoever may be told of it. One statement."""
    asked = list(people)
    closed = barred_among(application_id, [person.pk for person in asked if person.pk is not None])
    return [person for person in asked if person.pk not in closed]
