"""What the records say against one person on the files they act on, and what is left of it once the chair has ruled."""

from collections.abc import Collection

from accounts.models import User
from applications.models import Application
from audit.actors import Actor
from moves.interests import standing_of
from moves.states import StandingState
from reviews.checks.conflicts import Conflict, conflicts_between, excluded_of, parties_of, ties_of
from reviews.checks.rivals import rivals_among


def proposed_conflicts(application: Application, user: User, *, reader: Actor | None = None) -> list[Conflict]:
    """Conflicts that the records suggest between one person and everyone a file is about, in words that `reader` may
    read; anybody, without one."""
    return proposed_among([application], user, reader=reader)[application.pk]


def proposed_among(
    applications: Collection[Application], user: User, *, reader: Actor | None = None
) -> dict[int, list[Conflict]]:
    """The same for many files, by their key. The number of queries does not grow with the files, but by their call."""
    ties, parties = ties_of([user]), parties_of(applications)
    rivals = rivals_among(applications, ties, reader=reader)
    found = {one.pk: conflicts_between(parties[one.pk], ties[user.pk], excluded_of(one.call)) for one in applications}
    for (file, _person), conflict in rivals.items():
        found[file].append(conflict)
    return found


def unruled(application: Application, user: User, suggested: Collection[Conflict]) -> list[Conflict]:
    """Those of `suggested` that no ruling on this file has answered. A ruling answers the facts that it was made of."""
    if not suggested:
        return []
    ruled = application.declarations.of_person(user).ruled()
    known = {key for keys in ruled.values_list("recorded", flat=True) for key in keys.splitlines()}
    return [one for one in suggested if not known.issuperset(one.keys)]


def is_lifted(application: Application, user: User, suggested: Collection[Conflict]) -> bool:
    """Whether the doubt that closes a file to `user` is of the records alone, which say nothing against them any more:
    then they may declare again. A doubt of their own waits for its ruling."""
    if standing_of(application.pk, user) != StandingState.UNSURE:
        return False
    latest = application.declarations.of_person(user).latest_of_each().first()
    alone = latest is not None and latest.by_records and latest.ruled_by_id is None
    return alone and not unruled(application, user, suggested)
