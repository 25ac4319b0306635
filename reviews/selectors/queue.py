"""A reviewer's queue: what is left, in which order, and how long it would take at one's own pace."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from django.db.models import Count, Q

from applications.models import Application
from applications.querysets import barred_from
from applications.states import ApplicationState
from programs.selectors import rubric_of
from reviews.models import Assignment, Score
from reviews.states import AssignmentState
from work import clock

SITTING = timedelta(minutes=20)  # a longer silence between two saves is a pause, not work
RECENT = 20  # reviews that the pace is read from
PROGRAM = "application__call__program"


@dataclass(frozen=True)
class Queue:
    """A reviewer's files, soonest due first and skipped ones last; how many are done; and the time left.

    `pace` is the time of one review, `left` that of the whole queue: None until two reviews are submitted.
    """

    waiting: tuple[Assignment, ...]
    done: int
    pace: timedelta | None

    @property
    def total(self):
        return len(self.waiting) + self.done

    @property
    def left(self):
        """What is left, at this pace: a file half scored counts for what is not scored."""
        if self.pace is None:
            return None
        return sum((self.pace * one.share_left for one in self.waiting), timedelta(0))


def queue_of(user, *, limit=200):
    """The `Queue` of `user`. Files they are barred from are in it, closed: the chair has yet to rule."""
    waiting = list(
        Assignment.objects.of_reviewer(user)
        .waiting()
        .select_related("application__call__rubric", "application__call__program")
        .annotate(scored=Count("scores", filter=~Q(scores__point="") & ~Q(scores__comment="")))[:limit]
    )
    barred = set(
        Application.objects.filter(pk__in=[one.application_id for one in waiting])
        .filter(pk__in=barred_from(user))
        .values_list("pk", flat=True)
    )
    for one in waiting:
        one.criteria = len(rubric_of(one.application.call).criteria)
        one.share_left = 1 - min(one.scored, one.criteria) / one.criteria
        one.barred = one.application_id in barred
        one.open = (
            one.state == AssignmentState.ACCEPTED
            and not one.barred
            and one.application.state == ApplicationState.IN_REVIEW
        )
        one.late = one.due < clock.now()
    done = (
        Assignment.objects.of_reviewer(user)
        .filter(state=AssignmentState.SUBMITTED, application__state__in=LIVELY)
        .count()
    )
    return Queue(tuple(waiting), done, pace_of(user))


# Files whose reviews are still this round's: a queue that is done shows them, not those of years ago.
LIVELY = (ApplicationState.IN_REVIEW, ApplicationState.REVIEWED, ApplicationState.RECOMMENDED)


def pace_of(user):
    """The time one review takes `user`: the minutes at work on the last submitted ones, divided by their number.

    Read from the instants of opening, saving and submitting; between two of them, a silence of over twenty minutes is
    a pause and does not count. None until two reviews are submitted.
    """
    recent = Assignment.objects.filter(reviewer=user, state=AssignmentState.SUBMITTED, submitted_at__isnull=False)
    rows = list(recent.order_by("-submitted_at")[:RECENT].values_list("pk", "opened_at", "submitted_at"))
    if len(rows) < 2:
        return None
    instants = [at for _pk, *both in rows for at in both if at is not None]
    instants += Score.objects.filter(assignment__in=[row[0] for row in rows]).values_list("at", flat=True)
    return worked(instants) / len(rows) or None


def worked(instants):
    """The time at work that these instants show: the sum of the gaps that are no longer than a sitting's pause."""
    ordered = sorted(instants)
    gaps = (later - earlier for earlier, later in pairwise(ordered))
    return sum((gap for gap in gaps if gap <= SITTING), timedelta(0))
