"""What waits for a person, from every app, sorted by time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import User
from applications import selectors as applications
from decisions import selectors as decisions
from desk.selectors import service, stuck
from letters import selectors as letters
from reviews import selectors as reviews
from work import clock
from work.selectors import Rest, WorkLine
from work.states import Hat

APPS = (applications.work_for, reviews.work_for, decisions.work_for, letters.work_for, stuck.work_for, service.work_for)
PARTS = ("late", "soon", "later")  # what is theirs to do, the most pressing first


@dataclass(frozen=True)
class Day:
    """What waits for a person, sorted: late, due soon, later (or without a date), and what waits for others.

    `hats` are the roles that have something; `cut`, the parts of which an app had more to tell than it told: what they
    count is at least so many.
    """

    late: list[WorkLine]
    soon: list[WorkLine]
    later: list[WorkLine]
    others: list[WorkLine]
    hats: tuple[Hat, ...]
    cut: frozenset[str]

    @property
    def count(self) -> int:
        return len(self.late) + len(self.soon) + len(self.later)

    @property
    def late_with_others(self) -> int:
        """How many of those that wait for others are late: what is somebody else's turn is late all the same."""
        now = clock.now()
        return sum(1 for line in self.others if line.due and line.due < now)


def day_of(user: User, role: Hat | None = None) -> Day:
    """The `Day` of a person; with `role`, only what they do under that hat."""
    told = [app(user) for app in APPS]
    lines = [line for lines in told for line in lines]
    hats = tuple(hat for hat in Hat if any(line.role == hat for line in lines))
    shown = [line for line in lines if not role or line.role == role]
    now = clock.now()
    soon = clock.soon_until(now)
    never = now + timedelta(days=36500)
    shown.sort(key=lambda line: (line.due or never, line.label))
    mine = [line for line in shown if not line.waits_for]
    return Day(
        late=[line for line in mine if line.due and line.due < now],
        soon=[line for line in mine if line.due and now <= line.due <= soon],
        later=[line for line in mine if not line.due or line.due > soon],
        others=[line for line in shown if line.waits_for],
        hats=hats,
        cut=_cut(shown, now),
    )


def _cut(lines: list[WorkLine], now: datetime) -> frozenset[str]:
    """The parts (fields of `Day`) that may have more lines than these."""
    found: set[str] = set()
    for line in lines:
        if line.rest is Rest.NOTHING:
            continue
        if line.waits_for:
            found.add("others")
        elif line.rest is Rest.ANY or (line.due and line.due < now):
            found.update(PARTS)
        else:
            found.update(PARTS[1:] if line.due and line.due <= clock.soon_until(now) else PARTS[2:])
    return frozenset(found)
