"""Where people stand towards a file, and what they may do in it while they do.

The latest declaration counts. A conflict, or a doubt that is not ruled on, closes the file to its person: every move of
it but those of their own side (`Terms.despite_conflict`), every page, every list.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

from django.db.models import QuerySet

from audit.actors import Actor
from audit.states import ActorKind
from moves.models import Standing
from moves.refusals import Forbidden, Refusal
from moves.states import BARRING, StandingState

P = TypeVar("P", bound=Actor)


def standing_of(application_id: int, user: Actor) -> str:
    """What `user` last declared of their interests in the file; empty when they never did."""
    if user.pk is None:
        return ""
    latest = (
        Standing.objects.filter(application_id=application_id, user_id=user.pk)
        .order_by("-id")
        .values_list("standing", flat=True)
        .first()
    )
    return latest or ""


def closing(standing: str) -> Refusal | None:
    """Why a file is closed to somebody of this standing ("" when they declared nothing). None when it is not."""
    return Refusal(StandingState(standing).row.bars, code=standing) if standing in BARRING else None


def bar(application_id: int, user: Actor) -> Refusal | None:
    """Why the file is closed to `user`: they declared a conflict, or are unsure. None when it is not."""
    return closing(standing_of(application_id, user)) if user.actor == ActorKind.PERSON else None


def is_barred(application_id: int, user: Actor) -> bool:
    """Whether the file is closed to `user`: then nothing of it may be shown to them."""
    return bar(application_id, user) is not None


def ask_unbarred(application_id: int, by: Actor) -> None:
    """Forbidden when the file is closed to `by`: asked before any of it is shown, or changed otherwise than by a move
    (the turnstile asks it of those)."""
    if refusal := bar(application_id, by):
        raise Forbidden(refusal.message, code=refusal.code)


def barred_from(user: Actor) -> QuerySet[Standing, Mapping[str, object]]:
    """Ids of the files that are closed to `user`: a subquery."""
    own = Standing.objects.none() if user.pk is None else Standing.objects.filter(user_id=user.pk)
    return own.barring().values("application_id")


def barred_pairs(applications: Collection[int], people: Collection[int]) -> set[tuple[int, int]]:
    """Which of these files are closed to which of `people`: pairs of their keys, (file, person). One statement."""
    closed = Standing.objects.filter(application_id__in=applications, user_id__in=people).barring()
    return set(closed.values_list("application_id", "user_id"))


def barred_among(application_id: int, people: Collection[int]) -> set[int]:
    """Those of `people` (keys) to whom the file is closed."""
    return {person for _file, person in barred_pairs([application_id], people)}


def unbarred(application_id: int, people: Iterable[P]) -> list[P]:
    """Those of `people` to whom the file is not closed, in their order: whoever may be told of it. One statement."""
    asked = list(people)
    closed = barred_among(application_id, [person.pk for person in asked if person.pk is not None])
    return [person for person in asked if person.pk not in closed]
