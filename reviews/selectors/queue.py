"""A reviewer's queue: what is left, in which order, and how long it would take at one's own pace."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.db.models import QuerySet

from accounts.models import User
from applications.states import ApplicationState
from programs.selectors import rubric_of
from reviews.models import Assignment, Score
from reviews.states import AssignmentState
from work import clock

SITTING = timedelta(minutes=20)  # a longer silence between two saves is a pause, not work
RECENT = 20  # reviews that the pace is read from


@dataclass(frozen=True)
class Waiting:
    """A file of the queue: how many of its `criteria` are scored."""

    assignment: Assignment
    scored: int
    criteria: int

    @property
    def share_left(self) -> float:
        """The part of the criteria that is not scored."""
        return 1 - min(self.scored, self.criteria) / self.criteria

    @property
    def open(self) -> bool:
        """Whether it can be reviewed now."""
        return (
            self.assignment.state == AssignmentState.ACCEPTED
            and self.assignment.application.state == ApplicationState.IN_REVIEW
        )

    @property
    def late(self) -> bool:
        return self.assignment.due < clock.now()


@dataclass(frozen=True)
class Queue:
    """A reviewer's files, soonest due first and skipped ones last; how many are done; and the time left.

    `pace` is the time of one review, `left` that of the whole queue: None until two reviews are submitted.
    """

    waiting: tuple[Waiting, ...]
    done: int
    pace: timedelta | None

    @property
    def total(self) -> int:
        return len(self.waiting) + self.done

    def next_open(self, *, after: Assignment | None = None) -> Assignment | None:
        """The first that can be reviewed now, another one than `after`; None when there is none."""
        found = (one.assignment for one in self.waiting if one.open and one.assignment != after)
        return next(found, None)

    @property
    def left(self) -> timedelta | None:
        """What is left, at this pace: a file half scored counts for what is not scored."""
        if self.pace is None:
            return None
        return sum((self.pace * one.share_left for one in self.waiting), timedelta(0))


def queue_of(user: User, *, limit: int = 200) -> Queue:
    """The `Queue` of `user`. Files that are closed to them are not in it, nor among those that are done: a row that
    left it, or a number, would tell what became of them."""
    rows = list(
        Assignment.objects.open_to(user)
        .awaited()
        .select_related("application__call__rubric", "application__call__program")
        .prefetch_related("scores")[:limit]
    )
    waiting = tuple(
        Waiting(
            one,
            sum(score.is_done for score in one.scores.all()),
            len(rubric_of(one.application.call).criteria),
        )
        for one in rows
    )
    done = Assignment.objects.open_to(user).live().submitted().untold()
    return Queue(waiting, done.count(), pace_of(user))


def last_submitted(user: User, *, limit: int = 5) -> list[Assignment]:
    """The reviews that `user` submitted last and may read, the latest first."""
    rows = Assignment.objects.open_to(user).submitted().select_related("application")
    return list(rows.order_by("-submitted_at", "-id")[:limit])


def past_of(user: User) -> QuerySet[Assignment]:
    """The reviews that `user` submitted, and the files that are no longer theirs, or closed to them."""
    return Assignment.objects.past_of(user).select_related("application__call__program")


def assignment_on(reference: str, user: User) -> Assignment | None:
    """The assignment by which `user` has the file of this number, as they know it; None where they do not have it."""
    return Assignment.objects.open_to(user).held().filter(application__reference=reference).first()


def is_theirs(assignment: Assignment) -> bool:
    """Whether its reviewer is told what becomes of it."""
    return Assignment.objects.open_to(assignment.reviewer).filter(pk=assignment.pk).exists()


def pace_of(user: User) -> timedelta | None:
    """The time one review takes `user`: the minutes at work on the last submitted ones, divided by their number.

    Read from the instants of opening, saving and submitting; between two of them, a silence of over twenty minutes is
    a pause and does not count. None until two reviews are submitted.
    """
    recent = Assignment.objects.open_to(user).submitted().filter(submitted_at__isnull=False)
    rows = list(recent.order_by("-submitted_at")[:RECENT].values_list("pk", "opened_at", "submitted_at"))
    if len(rows) < 2:
        return None
    instants = [at for _pk, *both in rows for at in both if at is not None]
    instants += Score.objects.filter(assignment__in=[row[0] for row in rows]).values_list("at", flat=True)
    return worked(instants) / len(rows) or None


def worked(instants: Iterable[datetime]) -> timedelta:
    """The time at work that these instants show: the sum of the gaps that are no longer than a sitting's pause."""
    ordered = sorted(instants)
    gaps = (later - earlier for earlier, later in pairwise(ordered))
    return sum((gap for gap in gaps if gap <= SITTING), timedelta(0))
