"""How far the files of a partner's programmes are, in the states that may be told."""

from dataclasses import dataclass

from django.db.models import Count, F, QuerySet

from accounts.models import User
from applications.states import COLUMNS, PublicState
from audit.actors import Actor
from decisions.models import Concurrence
from funding.models import Partner
from moves.interests import barred_from
from reports.selectors.scope import applications_of


@dataclass(frozen=True)
class Stage:
    state: PublicState
    count: int


def pipeline(partner: Partner, reader: Actor) -> list[Stage]:
    """How many files are in each public state, without those that are closed to `reader`; states that no file is in
    are left out."""
    files = applications_of(partner).exclude(pk__in=barred_from(reader))
    counts = dict(files.order_by().values_list(F("told_state")).annotate(n=Count("pk")))
    return [Stage(state, counts[state]) for state in COLUMNS if counts.get(state)]


def waiting_for_concurrence(partner: Partner, user: User) -> QuerySet[Concurrence]:
    """Concurrences asked of the partner that `user` can give now, as its concurrence officer: nobody else's eyes."""
    return (
        Concurrence.objects.of_officer(user)
        .waiting()
        .free_to(user)
        .filter(agreement__partner=partner)
        .select_related("agreement", "decision", "application")
        .order_by("asked_at", "id")
    )
