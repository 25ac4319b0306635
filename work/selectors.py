"""What waits, as every app tells it: for a person (`selectors.work_for(user)`), and in the tables that tasks drain."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Any, Protocol, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.db.models import QuerySet

from work.models import WorkItem
from work.pages import Link
from work.querysets import set_aside, stopped, unfinished
from work.states import Hat, Table

Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)

MOST = 40  # lines an app tells at once, the soonest due first: a day's work, and a page that stays quick


class Rest(Enum):
    """What a list has beside the lines that were told."""

    NOTHING = "nothing"
    LATER = "lines that are due no sooner than the last one told, or have no clock"
    ANY = "lines that are due at any time"


@dataclass(frozen=True)
class WorkLine:
    """One thing to do, or to wait for.

    `what` is the act ("Review"), `label` the thing (reference and title), `link` its page. `role` is the hat worn for
    it. `waits_for` names who else must act first; empty when it is this person's turn. `due` is None where no clock
    runs. `rest`: of the last line told of its list, what the list
    has more.
    """

    what: Any
    label: str
    link: Link
    due: datetime | None = None
    role: Hat = field(kw_only=True)
    waits_for: Any = ""
    note: str = ""
    rest: Rest = field(default=Rest.NOTHING, compare=False)


class Rows(Protocol[Row_co]):
    """What can be cut: rows of a table, or a list."""

    def __getitem__(self, part: slice, /) -> Iterable[Row_co]: ...


def first_lines(
    rows: Rows[Row], line: Callable[[Row], WorkLine], *, limit: int, rest: Rest = Rest.LATER
) -> list[WorkLine]:
    """The lines of the first `limit` of these rows, in their order; the last one says when there are more, which are
    due later (`rest`), or at any time where the rows come in another order. What gives no line is left out of the rows
    before: it would take the place of what does."""
    found = [line(row) for row in rows[: limit + 1]]
    if len(found) <= limit:
        return found
    return [*found[: limit - 1], replace(found[limit - 1], rest=rest)]


SHOWN = 10  # pieces of work given up, or set aside, that a page shows of each table; all of them are counted


@dataclass(frozen=True)
class GivenUp:
    """One piece of work that failed for good: `what` in words, whom or what it is `about`, since when, and why.

    `pk` names it for whoever tries it again or sets it aside; `url` is its own page, where it has one.
    """

    pk: int
    what: str
    about: str
    since: datetime
    reason: str
    url: str = ""


@dataclass(frozen=True)
class SetAside:
    """One piece of work that will never be done: who said so, when, and `why`."""

    line: GivenUp
    at: datetime
    by: str
    why: str


@dataclass(frozen=True)
class WorkTable:
    """A table of work, as the app that owns it hands it over to the administrator's page.

    `rows(user, files)` are the rows that `user` looks after: about the files whose keys are `files`, or about none.
    `told(row)` says one that was given up. `retry(rows, by=user)` lets those of `rows` that were given up start over,
    and gives how many did.
    """

    key: Table
    model: type[WorkItem]
    rows: Callable[[Any, QuerySet], QuerySet]
    told: Callable[[Any], GivenUp]
    retry: Callable[..., int]


TABLES: dict[Table, WorkTable] = {}


def look_after(table: WorkTable) -> None:
    """The app that owns a table hands it over, once, when it is ready."""
    TABLES[table.key] = table


def tables_of_work() -> list[WorkTable]:
    """Every table, in the order of its page."""
    return [TABLES[key] for key in Table]


def check_tables() -> None:
    """ImproperlyConfigured when a table was handed over by nobody."""
    if lacking := [key.value for key in Table if key not in TABLES]:
        raise ImproperlyConfigured(f"no app hands over these tables of work: {', '.join(lacking)}")


@dataclass(frozen=True)
class TableRead:
    """A table of work as an administrator reads it.

    `waiting` rows are not done yet; `oldest` and `why` tell the first of them. `given_up` are rows that failed for
    good, the oldest first, from the `first` of `total` on. `aside` are the last that somebody set aside: what is of no
    use any more asks nothing of anybody, and that it was overtaken would tell what its file has come to.
    """

    key: Table
    waiting: int
    oldest: datetime | None
    why: str
    given_up: list[GivenUp]
    first: int
    total: int
    aside: list[SetAside]

    @property
    def last(self) -> int:
        """The place of the last row shown."""
        return self.first + len(self.given_up) - 1


def read_table(table: WorkTable, told: QuerySet, *, start: int = 0, most: int = SHOWN) -> TableRead:
    """The table, for whoever is told the rows `told`: others are not even counted, for a number tells that there is a
    letter. Five queries at most."""
    first = unfinished(told).order_by("pk").first()
    oldest = table.told(first) if first else None
    lost = stopped(told)
    total = lost.count()
    return TableRead(
        key=table.key,
        waiting=unfinished(told).count(),
        oldest=oldest.since if oldest else None,
        why=oldest.reason if oldest else "",
        given_up=[table.told(row) for row in lost.order_by("due", "pk")[start : start + most]],
        first=start + 1,
        total=total,
        aside=[
            SetAside(
                table.told(row),
                row.set_aside_at,
                row.set_aside_by.full_name,
                row.set_aside_why,
            )
            for row in set_aside(told).filter(set_aside_by__isnull=False).select_related("set_aside_by")[:SHOWN]
        ],
    )
