"""What waits for a person, from every app, sorted by time."""

from dataclasses import dataclass
from datetime import timedelta

from accounts.models import User
from applications import selectors as applications
from decisions import selectors as decisions
from desk.selectors import service, stuck
from letters import selectors as letters
from reviews import selectors as reviews
from work import clock
from work.selectors import MOST, WorkLine
from work.states import Hat

APPS = (applications.work_for, reviews.work_for, decisions.work_for, letters.work_for, stuck.work_for, service.work_for)
SOON = timedelta(days=7)


@dataclass(frozen=True)
class Day:
    """What waits for a person, sorted: late, due soon, later (or without a date), and what waits for others.

    `hats` are the roles that have something; `more` says that an app had more to tell than it told.
    """

    late: list[WorkLine]
    soon: list[WorkLine]
    later: list[WorkLine]
    others: list[WorkLine]
    hats: tuple[Hat, ...]
    more: bool

    @property
    def count(self) -> int:
        return len(self.late) + len(self.soon) + len(self.later)


def day_of(user: User, role: Hat | None = None) -> Day:
    """The `Day` of a person; with `role`, only what they do under that hat."""
    told = [app(user) for app in APPS]
    lines = [line for lines in told for line in lines]
    hats = tuple(hat for hat in Hat if any(line.role == hat for line in lines))
    shown = [line for line in lines if not role or line.role == role]
    now = clock.now()
    never = now + timedelta(days=36500)
    shown.sort(key=lambda line: (line.due or never, line.label))
    mine = [line for line in shown if not line.waits_for]
    return Day(
        late=[line for line in mine if line.due and line.due < now],
        soon=[line for line in mine if line.due and now <= line.due <= now + SOON],
        later=[line for line in mine if not line.due or line.due > now + SOON],
        others=[line for line in shown if line.waits_for],
        hats=hats,
        more=any(len([line for line in lines if not line.waits_for]) >= MOST for lines in told),
    )
