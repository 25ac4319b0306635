"""A machine at fault is not an item at fault: what work raises when it cannot be done for now, and what is known of it.

`Away`: the machine the work needs does not answer, or refuses everybody. The row waits, and no attempt is counted.
`Later`: the machine works, and puts off this one row (a mailbox that is full). The row waits; the others go on.
`Refused`: the machine works, and does not take this row, which counts as any other failure does.
`TooLate`: the row would be of no use any more. It is set aside at once.

An outage is a row from the first work it kept waiting to the first that was done again, so that an administrator reads
what is away, since when and why, and so that workers ask again in good time and not thousands of times.
"""

import errno
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import Q, QuerySet

from work import clock
from work.models import Outage
from work.states import Machine

log = logging.getLogger(__name__)
SOONEST, LATEST = timedelta(seconds=5), timedelta(seconds=30)
"""How long to leave a machine alone: after the first try that it refused, and at most."""


# SQLSTATE, by prefix: connection lost, resources exhausted (connections, disk, memory), stopping or starting, and
# the system under the server. https://www.postgresql.org/docs/current/errcodes-appendix.html
DATABASE_STATES = ("08", "53", "57P01", "57P02", "57P03", "58")
LOST_INSIDE = "Cannot open a new connection in an atomic block."

DISK_ERRORS = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.ESTALE, errno.ENODEV, errno.ENXIO, errno.ENOTCONN}
)
"""The system's numbers for a disk that is full, failing or gone, whatever file was asked of it."""
HANDLE_ERRORS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})
"""Those for a system that has no handle or no memory left to give."""


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


class TooLate(Exception):
    """This piece of work would be of no use any more: it is set aside at once, with the reason."""


def reason_of(error: BaseException | str) -> str:
    """Why something failed, as a column can hold it: the kind of error and its words, or words as they are given.

    At most 2,000 characters, without the null characters and the halves of characters that PostgreSQL refuses.
    """
    text = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    return text[:2000].replace("\x00", "\ufffd").encode(errors="replace").decode()


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


def is_disk_at_fault(error: BaseException) -> bool:
    """Whether a disk, or the way to it, made `error`, here or in what it was raised from: by the system's number."""
    return any(
        isinstance(cause, (ConnectionError, TimeoutError))
        or (isinstance(cause, OSError) and cause.errno in DISK_ERRORS)
        for cause in chain(error)
    )


def is_system_short(error: BaseException) -> bool:
    """Whether the system had no disk, handle or memory to give: any piece of work would have met that."""
    return any(
        isinstance(cause, MemoryError) or (isinstance(cause, OSError) and cause.errno in DISK_ERRORS | HANDLE_ERRORS)
        for cause in chain(error)
    )


def open_outages() -> QuerySet[Outage]:
    """The machines that are away now, the longest away first."""
    return Outage.objects.filter(over_at__isnull=True).order_by("since", "pk")


def _outages_of(*machines: Machine) -> QuerySet[Outage]:
    """Those of these machines that are away now."""
    return open_outages().filter(machine__in=machines)


def is_left_alone(machine: Machine) -> bool:
    """Whether the machine was away a moment ago, so that it is too soon to ask it again."""
    return _outages_of(machine).filter(_too_soon()).exists()


def _too_soon() -> Q:
    """Asked too short a time ago. A next try further away than any was written before the clock was set back."""
    now = clock.now()
    return Q(next_try__gt=now, next_try__lte=now + LATEST)


def note_away(machine: Machine, reason: str) -> Outage:
    """Write that a machine is away: one row an outage, with the last reason and when to ask again (in 5 to 30 s)."""
    now = clock.now()
    outage = _opened(machine, now)
    outage.tries += 1
    outage.tried_at, outage.reason = now, reason_of(reason)
    outage.next_try = now + min(SOONEST * 2 ** min(outage.tries - 1, 10), LATEST)
    outage.save(update_fields=["tries", "tried_at", "reason", "next_try"])
    return outage


def _opened(machine: Machine, now: datetime) -> Outage:
    """The machine's open outage, made where there is none: another worker may open or end one at the same moment."""
    for _try in range(3):
        with suppress(IntegrityError), transaction.atomic():
            return _outages_of(machine).first() or _again(machine, now) or _open(machine, now)
    return _open(machine, now)


def _again(machine: Machine, now: datetime) -> Outage | None:
    """The machine's last outage, open again, where it ended so lately that it had not really ended."""
    outage = _just_over(machine, now).order_by("-over_at").first()
    if outage is not None:
        outage.over_at = None
        outage.save(update_fields=["over_at"])
    return outage


def _just_over(machine: Machine, since: datetime) -> QuerySet[Outage]:
    """The machine's outages that ended less than LATEST before `since`: what begins then is the same outage."""
    return Outage.objects.filter(machine=machine, over_at__gte=since - LATEST)


def _open(machine: Machine, now: datetime) -> Outage:
    return Outage.objects.create(machine=machine, since=now, tries=0)


def note_back(*machines: Machine) -> int:
    """Write that these machines work again. Gives how many of them had been away."""
    return _outages_of(*machines).update(over_at=clock.now())


# How to ask after a machine: the reason it gives, "" when it is there; None while work that waits for it asks better.
QUESTIONS: dict[Machine, Callable[[], str | None]] = {}
ENDED_OTHERWISE = {
    Machine.BROKER: "by the first task that it brings (work.sweeps)",
    Machine.DATABASE: "by the next answer or sweep of a process that missed it (note_database_back)",
    Machine.CACHE: "never noted: each process counts for itself meanwhile",
}


def asks_after(machine: Machine, question: Callable[[], str | None]) -> None:
    """Say how to ask whether `machine` is there, so that its outages end also where no work waits for it."""
    QUESTIONS[machine] = question


def check_questions() -> None:
    """ImproperlyConfigured when an outage of some machine would have nothing to end it."""
    if endless := [machine.value for machine in Machine if machine not in QUESTIONS and machine not in ENDED_OTHERWISE]:
        raise ImproperlyConfigured(f"Nobody asks after {endless}: the app that stands on it says how (asks_after)")


def ask_after_machines() -> int:
    """Ask each machine that is away, and may be asked by now, whether it is back. Gives how many are."""
    back = 0
    for outage in _outages_of(*QUESTIONS).filter(~_too_soon()):
        machine = Machine(outage.machine)
        try:
            reason = QUESTIONS[machine]()
        except Exception as error:  # one question that breaks keeps nobody from the others
            log.exception("%s could not be asked after", machine.value)
            reason = reason_of(error)
        if reason:
            note_away(machine, reason)
        elif reason is not None:
            back += note_back(machine)
    return back


def note_met(machine: Machine, reason: str) -> None:
    """Write that somebody who asked for a page met a machine that is away, where nobody has written it yet.

    Costs one question while the outage is known, waits for nobody's lock, and never raises. The sweeps end it.
    """
    if machine == Machine.CACHE or misses_database():
        return
    try:
        with transaction.atomic():
            if _outages_of(machine).exists():
                return
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '250ms'")
            note_away(machine, reason)
    except Exception as error:
        log.warning("That %s is away could not be written: %s", machine.value, reason_of(error))


_without_database: tuple[datetime, str] | None = None  # since when this process missed the database, and why


def miss_database(reason: str) -> None:
    """Remember, in this process, that the database is away: there is nowhere to write it yet."""
    global _without_database
    if _without_database is None:
        _without_database = clock.now(), reason_of(reason)


def misses_database() -> bool:
    """Whether this process found the database away, and has not written yet that it is back."""
    return _without_database is not None


def note_database_back() -> None:
    """Write the database's outage now that it answers. Processes that missed it at once write one row between them."""
    global _without_database
    if _without_database is None:
        return
    (since, reason), now = _without_database, clock.now()
    if not _just_over(Machine.DATABASE, since).update(over_at=now):
        Outage.objects.create(machine=Machine.DATABASE, since=since, tried_at=now, reason=reason, over_at=now)
    _without_database = None
