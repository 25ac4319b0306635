"""What the records say against one person on the files they act on, and what is left of it once the chair has ruled."""

from collections.abc import Collection

from accounts.models import User
from applications.models import Application
from audit.actors import Actor
from moves.interests import standing_of
from moves.states import StandingState
from reviews.checks.conflicts import Conflict, conflicts_between, excluded_of, parties_of, ties_of
from reviews.checks.rivals import rivals_among
from reviews.models import Declaration


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
    known = _ruled(application, user)
    return [one for one in suggested if not known.issuperset(one.keys)]


def _ruled(application: Application, user: User) -> set[str]:
    """The facts that rulings on this file have answered, by their keys."""
    ruled = application.declarations.of_person(user).ruled()
    return {key for keys in ruled.values_list("recorded", flat=True) for key in keys.splitlines()}


def covers(suggested: Collection[Conflict], declaration: Declaration) -> bool:
    """Whether these facts, as they are read now, hold each of those that a doubt of the records was made of; so for a
    declaration of its person's own, which was made of none."""
    known = {key for one in suggested for key in one.keys}
    return not declaration.by_records or known.issuperset(declaration.recorded.splitlines())


def is_lifted(application: Application, user: User, suggested: Collection[Conflict]) -> bool:
    """Whether the doubt that closes a file to `user` is of the records alone, which say nothing against them any more:
    then they may declare again. A doubt of their own waits for its ruling; so does one of a record of theirs that is
    still there, whatever a party of the file has changed of itself since (`Ties.hold`)."""
    if standing_of(application.pk, user) != StandingState.UNSURE:
        return False
    latest = application.declarations.of_person(user).latest_of_each().first()
    if latest is None or not latest.by_records or latest.ruled_by_id is not None:
        return False
    ties, answered = ties_of([user])[user.pk], _ruled(application, user)
    left = [key for key in latest.recorded.splitlines() if key not in answered and ties.hold(key)]
    return not left and not unruled(application, user, suggested)
