"""The claim loop: how tasks drain tables of work, once each, whoever dies on the way.

A row is claimed with FOR UPDATE SKIP LOCKED, so that two workers never take the same one; its attempt is counted
and committed before the work starts, so that work that kills its worker stops after three attempts; a claim is
a lease, so that the work of a killed worker comes back by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from work import clock

ATTEMPTS = 3
LEASE = timedelta(minutes=5)
BACKOFF = (timedelta(minutes=1), timedelta(minutes=10))
"""How long to wait after the first and the second failure."""


@dataclass
class Drained:
    """What a drain did: work finished, work that failed and will be tried again, work given up."""

    done: int = 0
    failed: int = 0
    stopped: int = 0


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


def claim(queryset: QuerySet, *, limit: int = 20, lease: timedelta = LEASE) -> list[Any]:
    """Take up to `limit` rows that wait, oldest due first: each counts one more attempt and is held for `lease`.

    Committed on return, so it must be called outside a transaction (RuntimeError inside one).
    """
    with transaction.atomic(durable=True):
        items = list(
            waiting(queryset)
            .order_by("due", "pk")
            .select_related(None)
            .select_for_update(skip_locked=True, of=("self",))[:limit]
        )
        until = clock.now() + lease
        for item in items:
            item.attempts += 1
            item.claimed_until = until
        queryset.model._base_manager.filter(pk__in=[i.pk for i in items]).update(
            attempts=F("attempts") + 1, claimed_until=until
        )
    return items


def complete(item: Any) -> None:
    """The work is done: the row will never be claimed again."""
    item.done_at, item.claimed_until, item.last_error = clock.now(), None, ""
    item.save(update_fields=["done_at", "claimed_until", "last_error"])


def fail(item: Any, error: BaseException | str) -> None:
    """The work failed: keep the error, and let it be tried again after a pause while attempts are left.

    Nothing is changed when another worker has claimed the row since (our lease ran out) or has done it.
    """
    text = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    item.last_error = text[:2000]
    item.claimed_until = None
    item.due = clock.now() + BACKOFF[min(item.attempts, len(BACKOFF)) - 1]
    type(item)._base_manager.filter(pk=item.pk, attempts=item.attempts, done_at__isnull=True).update(
        last_error=item.last_error, claimed_until=None, due=item.due
    )


def retry(item: Any) -> None:
    """Let work that was given up start over, now."""
    item.attempts, item.due, item.claimed_until = 0, clock.now(), None
    item.save(update_fields=["attempts", "due", "claimed_until"])


def drain(queryset: QuerySet, do: Callable[[Any], None], *, limit: int = 200, lease: timedelta = LEASE) -> Drained:
    """Do the waiting work, one row after another, up to `limit`. `do(item)` does one; what it raises is a failure.

    `do` must bear being repeated: a worker killed after the effect and before the commit leaves the row to be
    claimed again. One row is claimed at a time, so that a death costs an attempt to that row alone.
    """
    result = Drained()
    for _n in range(limit):
        items = claim(queryset, limit=1, lease=lease)
        if not items:
            break
        item = items[0]
        try:
            do(item)
        except Exception as error:
            fail(item, error)
            if item.attempts >= ATTEMPTS:
                result.stopped += 1
            else:
                result.failed += 1
        else:
            complete(item)
            result.done += 1
    return result
