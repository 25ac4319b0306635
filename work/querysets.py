"""Which rows of a table of work wait, which were given up, and which of these nobody need look at any more; and the
order of names, whatever the database was made for."""

from typing import TypeVar

from django.db.models import F, Model, Q, QuerySet
from django.db.models.functions import Collate

from work import clock

Row = TypeVar("Row", bound=Model)

ATTEMPTS = 3
"""How many times work is tried before it is given up."""


COLLATION = "fr-CA-x-icu"  # comes with PostgreSQL; the database's own may put É after Z


def by_name(*fields: str) -> list[Collate]:
    """The order of these fields as people list names: `order_by(*by_name("family_name", "given_name"), "pk")`.

    `work.names.sort_key` does the same outside of the database.
    """
    return [Collate(F(field), COLLATION) for field in fields]


def waiting(queryset: QuerySet[Row]) -> QuerySet[Row]:
    """The rows that may be claimed now: due, not done, not held by a worker, not given up, not set aside."""
    now = clock.now()
    return queryset.filter(
        Q(claimed_until__isnull=True) | Q(claimed_until__lte=now),
        done_at__isnull=True,
        set_aside_at__isnull=True,
        due__lte=now,
        attempts__lt=ATTEMPTS,
    )


def held(queryset: QuerySet[Row]) -> QuerySet[Row]:
    """The rows that a worker has claimed, and holds until it is done or its lease runs out."""
    return queryset.filter(claimed_until__gt=clock.now(), done_at__isnull=True)


def given_up(queryset: QuerySet[Row]) -> QuerySet[Row]:
    """The rows that three attempts did not do and that no worker holds, whether or not somebody set them aside."""
    now = clock.now()
    return queryset.filter(
        Q(claimed_until__isnull=True) | Q(claimed_until__lte=now),
        done_at__isnull=True,
        attempts__gte=ATTEMPTS,
    )


def stopped(queryset: QuerySet[Row]) -> QuerySet[Row]:
    """The rows given up that a person must look at (`last_error`): those set aside are left out."""
    return given_up(queryset).filter(set_aside_at__isnull=True)


def set_aside(queryset: QuerySet[Row]) -> QuerySet[Row]:
    """The rows set aside, the latest first."""
    return queryset.filter(set_aside_at__isnull=False).order_by("-set_aside_at", "-pk")


def unfinished(queryset: QuerySet[Row]) -> QuerySet[Row]:
    """The rows that are neither done nor given up nor set aside: they wait, for their turn or for their next try, or a
    worker holds them (for their last try too)."""
    return queryset.filter(
        Q(attempts__lt=ATTEMPTS) | Q(claimed_until__gt=clock.now()), done_at__isnull=True, set_aside_at__isnull=True
    )
