"""A machine at fault is not an item at fault: what work raises when it cannot be done for now, and what is known of it.

`Away`: the machine the work needs does not answer, or refuses everybody. The row waits, and no attempt is counted.
`Later`: the machine works, and puts off this one row (a mailbox that is full). The row waits; the others go on.
`Refused`: the machine works, and does not take this row, which counts as any other failure does.

An outage is a row from the first work it kept waiting to the first that was done again, so that an administrator reads
what is away, since when and why, and so that workers ask again in good time and not thousands of times.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

import psycopg
from django.db import IntegrityError, ProgrammingError, transaction
from django.db.models import QuerySet

from work import clock
from work.models import Outage
from work.states import Machine

SOONEST, LATEST = timedelta(seconds=5), timedelta(seconds=30)
"""How long to leave a machine alone: after the first try that it refused, and at most."""


# SQLSTATE, by prefix: connection lost, resources exhausted (connections, disk, memory), stopping or starting, and
# the system under the server. https://www.postgresql.org/docs/current/errcodes-appendix.html
DATABASE_STATES = ("08", "53", "57P01", "57P02", "57P03", "58")
LOST_INSIDE = "Cannot open a new connection in an atomic block."


class Away(Exception):
    """`machine` is away, with the reason in its own words. The work waits for it, whatever time it takes.

    `uncertain`: it may have done the work before it went. Done again, the work may be done twice; so where no other row
    finds the machine away too, this is an attempt.
    """

    def __init__(self, machine: Machine, reason: str, *, uncertain: bool = False) -> None:
        super().__init__(reason)
        self.machine = machine
        self.reason = reason
        self.uncertain = uncertain


class Later(Exception):
    """This piece of work is put off: it will be tried again after `after`, and no attempt is counted."""

    def __init__(self, reason: str, *, after: timedelta) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after


class Refused(Exception):
    """The machine answers, and does not take this piece of work: an attempt, with the machine's own words."""


def chain(exception: BaseException | None) -> Iterator[BaseException]:
    """`exception` and what it was raised from, as a traceback shows them."""
    seen: set[int] = set()
    while exception is not None and id(exception) not in seen:
        seen.add(id(exception))
        yield exception
        exception = exception.__cause__ or (None if exception.__suppress_context__ else exception.__context__)


def is_database_away(exception: BaseException) -> bool:
    """Whether the database went away, here or in what `exception` was raised from: by the server's own word. An error
    without one comes from the driver, of a connection that is not there. A timeout or a deadlock is an answer."""
    for error in chain(exception):
        if is_lost_inside(error):
            return True
        if isinstance(error, psycopg.Error):
            if error.sqlstate:
                return error.sqlstate.startswith(DATABASE_STATES)
            return isinstance(error, psycopg.OperationalError) or (
                isinstance(error, psycopg.InterfaceError) and "connection" in str(error)
            )
    return False


def is_lost_inside(error: BaseException) -> bool:
    """Whether it is what Django says of a statement after the one that found the connection lost, in the same block."""
    return isinstance(error, ProgrammingError) and str(error) == LOST_INSIDE


def open_outages() -> QuerySet[Outage]:
    """The machines that are away now, the longest away first."""
    return Outage.objects.filter(over_at__isnull=True).order_by("since", "pk")


def is_left_alone(machine: Machine) -> bool:
    """Whether the machine was away a moment ago, so that it is too soon to ask it again."""
    return open_outages().filter(machine=machine, next_try__gt=clock.now()).exists()


def note_away(machine: Machine, reason: str) -> Outage:
    """Write that a machine is away: one row an outage, with the last reason and when to ask again (in 5 to 30 s)."""
    now = clock.now()
    outage = _opened(machine, now)
    outage.tries += 1
    outage.tried_at, outage.reason = now, reason[:2000]
    outage.next_try = now + min(SOONEST * 2 ** min(outage.tries - 1, 10), LATEST)
    outage.save(update_fields=["tries", "tried_at", "reason", "next_try"])
    return outage


def _opened(machine: Machine, now: datetime) -> Outage:
    """The machine's open outage, made where there is none: another worker may open or end one at the same moment."""
    for _try in range(3):
        with suppress(IntegrityError), transaction.atomic():
            return open_outages().filter(machine=machine).first() or _open(machine, now)
    return _open(machine, now)


def _open(machine: Machine, now: datetime) -> Outage:
    return Outage.objects.create(machine=machine, since=now, tries=0)


def note_back(*machines: Machine) -> int:
    """Write that these machines work again. Gives how many of them had been away."""
    return open_outages().filter(machine__in=machines).update(over_at=clock.now())


_without_database: tuple[datetime, str] | None = None  # since when this process missed the database, and why


def miss_database(reason: str) -> None:
    """Remember, in this process, that the database is away: there is nowhere to write it yet."""
    global _without_database
    if _without_database is None:
        _without_database = clock.now(), reason[:2000]


def misses_database() -> bool:
    """Whether this process found the database away, and has not written yet that it is back."""
    return _without_database is not None


def note_database_back() -> None:
    """Write the database's outage now that it answers. Processes that missed it at once write one row between them."""
    global _without_database
    if _without_database is None:
        return
    (since, reason), now = _without_database, clock.now()
    same = Outage.objects.filter(machine=Machine.DATABASE, over_at__gte=since - LATEST)
    if not same.update(over_at=now):
        Outage.objects.create(machine=Machine.DATABASE, since=since, tried_at=now, reason=reason, over_at=now)
    _without_database = None
