"""What waits, as every app tells it: for a person (`figures.work_for(user)`), and in the tables that tasks drain."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from work.querysets import stopped, unfinished

MOST = 40  # lines a room tells at once, the soonest due first: a day's work, and a page that stays quick


@dataclass(frozen=True)
class WorkLine:
    """One thing to do, or to wait for.

    `what` is the act ("Review"), `label` the thing (reference and title), `url_name` and `url_args` its page. `role` is
    the hat worn for it ("reviewer", "officer", "company"…). `waits_for` names who else must act first; empty when it
    is this person's turn. `due` is None where no clock runs.
    """

    what: Any
    label: str
    url_name: str
    url_args: tuple = ()
    due: datetime | None = None
    role: str = ""
    waits_for: Any = ""
    note: str = ""


SHOWN = 10  # pieces of work given up that a page shows of each table; all of them are counted, and retried


@dataclass(frozen=True)
class GivenUp:
    """One piece of work that failed for good: `what` in words, whom or what it is `about`, since when, and why.

    `pk` names it for whoever tries it again.
    """

    pk: int
    what: str
    about: str
    since: datetime
    reason: str


@dataclass(frozen=True)
class WorkTable:
    """A table of work as an administrator reads it.

    `waiting` rows are not done yet, the `oldest` of them since then, with what the last try of it said in `why`.
    `given_up` are the first `SHOWN` of `total` rows that failed for good, the oldest first.
    """

    key: str
    label: Any
    waiting: int
    oldest: datetime | None
    why: str
    given_up: list[GivenUp]
    total: int


def table_of(key: str, label: Any, rows: QuerySet, told: Callable[[Any], GivenUp]) -> WorkTable:
    """A table of `WorkItem` rows as a WorkTable; `told(row)` says one that was given up. Four queries."""
    left = unfinished(rows)
    first = left.order_by("pk").first()
    lost = stopped(rows)
    return WorkTable(
        key=key,
        label=label,
        waiting=left.count(),
        oldest=told(first).since if first else None,
        why=told(first).reason if first else "",
        given_up=[told(row) for row in lost.order_by("due", "pk")[:SHOWN]],
        total=lost.count(),
    )
