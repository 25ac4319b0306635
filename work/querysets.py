"""Which rows of a table of work wait, and which were given up."""

from django.db.models import Q, QuerySet

from work import clock

ATTEMPTS = 3
"""How many times work is tried before it is given up."""


def waiting(queryset: QuerySet) -> QuerySet:
    """The rows that may be claimed now: due, not done, not held by a worker, not given up."""
    now = clock.now()
    return queryset.filter(
        Q(claimed_until__isnull=True) | Q(claimed_until__lte=now),
        done_at__isnull=True,
        due__lte=now,
        attempts__lt=ATTEMPTS,
    )


def stopped(queryset: QuerySet) -> QuerySet:
    """The rows given up after three attempts: a person must look at `last_error`."""
    now = clock.now()
    return queryset.filter(
        Q(claimed_until__isnull=True) | Q(claimed_until__lte=now),
        done_at__isnull=True,
        attempts__gte=ATTEMPTS,
    )


def unfinished(queryset: QuerySet) -> QuerySet:
    """The rows that are neither done nor given up: they wait, for their turn or for their next try."""
    return queryset.filter(done_at__isnull=True, attempts__lt=ATTEMPTS)
