"""How the service itself stands: what is away, processes, sweeps, what waits and what failed for good."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.roles import ClusterRole
from desk.constants import EFFECTS, PROCESSES
from desk.pages import SERVICE
from desk.roles import RoleKind
from desk.rules import files_looked_after_by, some_file_bars
from desk.selectors.roles import roles_of
from work import clock
from work.models import Outage
from work.outages import open_outages
from work.processes import Process, ProcessState, processes_here
from work.querysets import stopped
from work.selectors import SetAside, TableRead, WorkLine, WorkTable, read_table, tables_of_work
from work.states import Hat, Machine
from work.sweeps import Beat, beats
from work.templatetags.formats import number

PAST = 5  # outages that are over, and still told
ASIDE = 10  # pieces of work set aside, and still told
PAGE = 100  # rows of one table, on its own page


@dataclass(frozen=True)
class Absence:
    """A part of the service that is away, and what people meet meanwhile."""

    outage: Outage
    effect: str | Promise


@dataclass(frozen=True)
class ProcessLine:
    """A process in words: its name, and how it last ended (empty when it never did)."""

    process: Process
    name: str
    ended: str


@dataclass(frozen=True)
class Service:
    """What an administrator reads, as it was at `read_at`. `ails` counts what somebody should look at. `leaves_out`: a
    file of theirs is closed to them, and its work, whether it has any or not, is neither told nor counted."""

    read_at: datetime
    processes: list[ProcessLine]
    away: list[Absence]
    past: list[Outage]
    beats: list[Beat]
    tables: list[TableRead]
    leaves_out: bool

    @property
    def given_up(self) -> int:
        return sum(table.total for table in self.tables)

    @property
    def aside(self) -> list[SetAside]:
        """What was set aside last, of every table."""
        found = [line for table in self.tables for line in table.aside]
        return sorted(found, key=lambda line: line.at, reverse=True)[:ASIDE]

    @property
    def ails(self) -> int:
        late = sum(beat.is_late or bool(beat.last_error) for beat in self.beats)
        waiting = sum(line.process.state == ProcessState.WAITING for line in self.processes)
        return len(self.away) + late + waiting + self.given_up


def rows_of(table: WorkTable, user: User) -> QuerySet:
    """The rows of a table that `user`, an administrator, is told of, and may try again or set aside."""
    return table.rows(user, files_looked_after_by(user).values("pk"))


def table_of(table: WorkTable, user: User, **part: int) -> TableRead:
    """A table as `user` reads it; `start` and `most` as `read_table` takes them."""
    return read_table(table, rows_of(table, user), **part)


def service_of(user: User) -> Service:
    """How the service stands, for `user`, an administrator."""
    return Service(
        read_at=clock.now(),
        processes=[ProcessLine(one, process_name(one.name), ending(one.last_exit)) for one in processes_here()],
        away=[Absence(outage, EFFECTS[Machine(outage.machine)]) for outage in open_outages()],
        past=list(Outage.objects.exclude(over_at=None).order_by("-over_at", "-pk")[:PAST]),
        beats=beats(),
        tables=[table_of(table, user) for table in tables_of_work()],
        leaves_out=some_file_bars(user),
    )


def work_for(user: User) -> list[WorkLine]:
    """The line of an administrator's day: what was given up, and waits for them. No query for anybody else."""
    if (RoleKind.CLUSTER, ClusterRole.ADMINISTRATOR) not in roles_of(user):
        return []
    count = sum(stopped(rows_of(table, user)).count() for table in tables_of_work())
    if not count:
        return []
    label = ngettext("%(count)s item given up", "%(count)s items given up", count) % {"count": number(count)}
    return [
        WorkLine(
            what=_("State of the service"),
            label=label,
            link=SERVICE(),
            due=clock.end_of(clock.today()),
            role=Hat.ADMINISTRATOR,
        )
    ]


def process_name(name: str) -> str:
    """A process of the supervisor, in words."""
    return str(PROCESSES.get(name, name))


def ending(last_exit: str | None) -> str:
    """How a process ended, in words, from what its supervisor wrote; a sentence of its own is told as it is."""
    if not last_exit:
        return ""
    if last_exit == "gone":
        return _("disappeared")
    if found := re.fullmatch(r"(exit|signal) (\d+)", last_exit):
        said = _("ended by itself (code %(n)s)") if found[1] == "exit" else _("stopped by the system (signal %(n)s)")
        return said % {"n": found[2]}
    return last_exit
