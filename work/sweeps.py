"""Sweeps: the tasks that look in their table again and again, and the heartbeat each leaves.

A sweep is declared where its task is, with how often it runs; the schedule (`config.celery`) is read from here. One
that has not run for a minute longer than it should is told by readiness and on the administrator's page.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from django.utils.functional import Promise

from work import clock
from work.models import Heartbeat
from work.outages import is_database_away, miss_database, note_back, note_database_back, reason_of
from work.states import Machine

log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")
GRACE = timedelta(minutes=1)
_started = clock.now()  # of this process: a sweep that never ran is late only once there was time for it


@dataclass(frozen=True)
class Sweep:
    """One sweep: the name of its task, how often it runs, and what it does in a few words."""

    name: str
    every: timedelta
    label: str | Promise


SWEEPS: dict[str, Sweep] = {}


def sweep(*, every: timedelta, label: str | Promise) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator of a task's function (under `@shared_task`): it runs `every` so often, and leaves a heartbeat."""

    def register(do: Callable[P, R]) -> Callable[P, R]:
        known = Sweep(f"{do.__module__}.{do.__name__}", every, label)
        SWEEPS[known.name] = known

        @wraps(do)
        def beating(*args: P.args, **options: P.kwargs) -> R:
            started = note_start(known)
            error = ""
            try:
                return do(*args, **options)
            except BaseException as problem:
                error = reason_of(problem)
                raise
            finally:
                note_end(known, started, error)

        return beating

    return register


def note_start(sweep: Sweep) -> datetime:
    """The first half of a heartbeat; gives its instant. A database that is away is remembered until it is back."""
    started = clock.now()
    try:
        Heartbeat.objects.update_or_create(sweep=sweep.name, defaults={"started_at": started})
    except Exception as problem:
        if is_database_away(problem):
            miss_database(reason_of(problem))
        raise
    note_database_back()
    note_back(Machine.BROKER)  # it brought this task
    return started


def note_end(sweep: Sweep, started: datetime, error: str) -> None:
    """The second half of a heartbeat. A database that is away leaves it out, and hides nothing that went before."""
    try:
        done = Heartbeat.objects.filter(sweep=sweep.name, started_at=started)
        done.update(finished_at=clock.now(), last_error=error)
    except Exception:
        log.exception("The heartbeat of %s could not be written", sweep.name)


@dataclass(frozen=True)
class Beat:
    """A sweep as it stands: when it last began and ended, what stopped it, and whether it is late."""

    sweep: Sweep
    started_at: datetime | None
    finished_at: datetime | None
    last_error: str
    is_late: bool


def beats() -> list[Beat]:
    """Every sweep as it stands now, by name. One query."""
    now, found = clock.now(), {row.sweep: row for row in Heartbeat.objects.all()}
    out = []
    for name, known in sorted(SWEEPS.items()):
        row = found.get(name)
        seen = (row.started_at, row.finished_at or row.started_at) if row else (_started,)
        # What ran "later" was told by a clock that has been set back since: it says nothing of now.
        last = max((instant for instant in seen if instant <= now + GRACE), default=None)
        out.append(
            Beat(
                sweep=known,
                started_at=row.started_at if row else None,
                finished_at=row.finished_at if row else None,
                last_error=row.last_error if row else "",
                is_late=last is None or now - last > known.every + GRACE,
            )
        )
    return out
