"""The claim loop: how tasks drain tables of work, once each, whoever dies on the way.

A row is claimed with FOR UPDATE SKIP LOCKED, so that two workers never take the same one; its attempt is counted
and committed before the work starts, so that work that kills its worker stops after three attempts; a claim is
a lease, so that the work of a killed worker comes back by itself. A machine that is away (`work.outages`) gives the
attempt back: only the work's own faults are counted.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connection, transaction
from django.db.models import F, QuerySet

from work import clock
from work.outages import (
    Away,
    Later,
    Refused,
    TooLate,
    is_database_away,
    is_left_alone,
    miss_database,
    note_away,
    note_back,
    note_database_back,
    reason_of,
)
from work.querysets import ATTEMPTS, stopped, waiting
from work.states import Machine

if TYPE_CHECKING:
    from work.models import WorkItem

Item = TypeVar("Item", bound="WorkItem")

LEASE = timedelta(minutes=5)
BACKOFF = (timedelta(minutes=1), timedelta(minutes=10))
"""How long to wait after the first and the second failure."""
PAUSE = timedelta(seconds=20)
"""How long a row that found a machine away waits before it is looked at again."""
PATIENCE = 30.0
"""Seconds that a worker waits for a database that went away in the middle of its work."""
ENOUGH = 2
"""How many rows in a row must find a machine away before it is believed."""
SECONDS = 5.0
"""How long one drain lasts at most, and the row it is at: a machine that is slow must not hold up other work."""
UNCERTAIN = timedelta(minutes=15)
"""How long a row waits that may have been done before the machine went: each new try may do it twice."""


@dataclass
class Drained:
    """What a drain did: work finished, work that failed and will be tried again, work given up, work put off at no
    cost. `away`: the machine that was found missing, with which the drain ended. `is_full`: there may be more to do."""

    done: int = 0
    failed: int = 0
    stopped: int = 0
    put_off: int = 0
    away: Machine | None = None
    is_full: bool = False


def claim(queryset: QuerySet[Item], *, limit: int = 20, lease: timedelta = LEASE) -> list[Item]:
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


def complete(item: "WorkItem") -> None:
    """The work is done: the row will never be claimed again."""
    item.done_at, item.claimed_until, item.last_error = clock.now(), None, ""
    item.save(update_fields=["done_at", "claimed_until", "last_error"])


def pause_after(attempts: int) -> timedelta:
    """How long work waits after its `attempts`-th failure (1, 2 or more) before it is tried again."""
    return BACKOFF[min(attempts, len(BACKOFF)) - 1]


def fail(item: "WorkItem", error: BaseException | str) -> None:
    """The work failed: keep the error, and let it be tried again after a pause while attempts are left.

    Nothing is changed when another worker has claimed the row since (our lease ran out) or has done it.
    """
    item.last_error = reason_of(error)
    item.claimed_until = None
    item.due = clock.now() + pause_after(item.attempts)
    _mine(item).update(last_error=item.last_error, claimed_until=None, due=item.due)


def _mine(item: "WorkItem") -> "QuerySet[WorkItem]":
    """The row as long as nobody has claimed it since we did (each claim counts an attempt), nor done it."""
    return type(item)._base_manager.filter(pk=item.pk, attempts=item.attempts, done_at__isnull=True)


def release(item: "WorkItem", reason: str, *, due: datetime | None = None) -> None:
    """Give a claimed row back with its attempt uncounted: the fault is not its own. `due`: when to look at it again.

    Nothing is changed when another worker has claimed the row since, or has done it.
    """
    values: dict[str, Any] = {"last_error": reason_of(reason), "claimed_until": None, "attempts": F("attempts") - 1}
    if due is not None:
        values["due"] = due
    _mine(item).update(**values)


def stop(item: "WorkItem", reason: str) -> None:
    """Give the work up at once, and set it aside by nobody: it would be of no use any more, so nobody need try again.

    Nothing is changed when another worker has claimed the row since, or has done it.
    """
    mine = _mine(item)
    item.attempts, item.claimed_until, item.last_error = ATTEMPTS, None, reason_of(reason)
    item.set_aside_at, item.set_aside_by, item.set_aside_why = clock.now(), None, ""
    mine.update(
        attempts=ATTEMPTS,
        claimed_until=None,
        last_error=item.last_error,
        set_aside_at=item.set_aside_at,
        set_aside_by=None,
        set_aside_why="",
    )


def once_the_database_is_back(act: Callable[[], None], reason: str) -> None:
    """The database went away under claimed work, for `reason`: do `act`, which gives it back, once it answers again.

    After PATIENCE seconds without a database the work is left to its lease, and its attempt stays counted: raises
    what the database raised last. Called outside of any `except`, or whatever `act` raises would have the database's
    absence behind it.
    """
    miss_database(reason)
    end = time.monotonic() + PATIENCE
    while True:
        connection.close()
        try:
            act()
            return note_database_back()
        except Exception as error:
            if time.monotonic() > end or not is_database_away(error):
                raise
            time.sleep(0.5)


def insist(write: Callable[[], None]) -> None:
    """Write what cannot be found out again (a message has left): where the database is away, once it is back.

    As `once_the_database_is_back`, raises what the database raised last after PATIENCE seconds without one.
    """
    try:
        return write()
    except Exception as error:
        if not is_database_away(error):
            raise
        reason = reason_of(error)
    once_the_database_is_back(write, reason)


def retry(item: "WorkItem") -> None:
    """Let work that was given up start over, now, also where somebody set it aside."""
    item.attempts, item.due, item.claimed_until, item.set_aside_at = 0, clock.now(), None, None
    item.save(update_fields=["attempts", "due", "claimed_until", "set_aside_at"])


def retry_all(rows: "QuerySet[Item]") -> int:
    """Let every row of `rows` that was given up start over, now. Gives how many did."""
    return stopped(rows).update(attempts=0, due=clock.now(), claimed_until=None)


def drain(
    queryset: QuerySet[Item],
    do: Callable[[Item], object],
    *,
    needs: Iterable[Machine] = (),
    limit: int = 200,
    seconds: float = SECONDS,
    lease: timedelta = LEASE,
) -> Drained:
    """Do the waiting work, one row after another, up to `limit` rows or `seconds`. `do(item)` does one.

    What `do` raises is a failure, which counts; `Later` puts the row off and `Away` leaves it waiting, at no cost.
    `needs` are the machines that every row stands on: once two rows in a row find one away the drain ends, and none
    begins before that machine may be asked again. One row that finds it away while others do not waits alone. Other
    machines hold back only the rows that need them. `TooLate` sets a row aside.

    `do` must bear being repeated: a worker killed after the effect and before the commit leaves the row to be
    claimed again. One row is claimed at a time, so that a death costs an attempt to that row alone.
    """
    needs = tuple(needs)
    for machine in needs:
        if is_left_alone(machine):
            return Drained(away=machine)
    run, end = _Run(do, needs), time.monotonic() + seconds
    for _n in range(limit):
        items = claim(queryset, limit=1, lease=lease)
        if not items:
            return run.ended(more=False)
        run.take(items[0])
        if run.missed == ENOUGH or (time.monotonic() > end and not run.uncertain):
            break
    return run.ended(more=True)


class _Run:
    """One drain under way: its result, and how many rows in a row found the same machine that all need away."""

    def __init__(self, do: Callable[[Any], object], needs: tuple[Machine, ...]) -> None:
        self.do = do
        self.needs = needs
        self.result = Drained()
        self.missed = 0
        self.missing: Away | None = None  # what the last row met, while no answer followed
        self.heard = False
        self.uncertain: list[tuple[WorkItem, Away]] = []

    def take(self, item: "WorkItem") -> None:
        """Do one claimed row, and write what came of it. A database that is away gets the row back, and is raised."""
        lost = self.attempt(item)
        if lost is not None:
            reason = reason_of(lost)
            once_the_database_is_back(lambda: release(item, reason), reason)
            raise lost

    def attempt(self, item: "WorkItem") -> Exception | None:
        """Do one claimed row, and write what came of it; gives what was raised where the database is away."""
        try:
            self.do(item)
        except Later as later:
            self.put_off(item, later.reason, later.after)
            self.hear()
        except Away as away:
            if away.machine not in self.needs:
                self.put_off(item, away.reason, PAUSE)
                note_away(away.machine, away.reason)
                return None
            self.miss(away)
            if away.uncertain:
                self.uncertain.append((item, away))
            else:
                self.put_off(item, away.reason, PAUSE)
        except TooLate as late:
            stop(item, str(late))
            self.result.stopped += 1
        except Refused as error:
            self.count(item, error)
            self.hear()
        except Exception as error:
            if is_database_away(error):
                return error
            self.count(item, error)
        else:
            insist(lambda: complete(item))
            self.result.done += 1
            self.hear()
        return None

    def miss(self, away: Away) -> None:
        """A machine that all need was found away: the second time in a row it is believed."""
        same = self.missing is not None and self.missing.machine == away.machine
        self.missed, self.missing = (self.missed + 1 if same else 1), away

    def hear(self) -> None:
        """The machines that all need answered: whoever found one away stands alone."""
        self.missed, self.missing, self.heard = 0, None, True
        self.count_uncertain()

    def count_uncertain(self) -> None:
        for item, away in self.uncertain:
            self.count(item, away)
        self.uncertain = []

    def count(self, item: "WorkItem", error: Exception) -> None:
        fail(item, error)
        if item.attempts >= ATTEMPTS:
            self.result.stopped += 1
        else:
            self.result.failed += 1

    def put_off(self, item: "WorkItem", reason: str, after: timedelta) -> None:
        release(item, reason, due=clock.now() + after)
        self.result.put_off += 1

    def ended(self, *, more: bool) -> Drained:
        """The result. An answer of the machine says that it is there; rows that no answer followed, that it is not."""
        if self.missed < ENOUGH:
            self.count_uncertain()
        for item, away in self.uncertain:
            self.put_off(item, away.reason, UNCERTAIN)
        if self.missing:
            note_away(self.missing.machine, self.missing.reason)
            self.result.away = self.missing.machine
        elif self.heard:
            note_back(*self.needs)
        self.result.is_full = more and self.result.away is None
        return self.result
