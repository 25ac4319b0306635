"""A reviewer's queue: what is left, in which order, and how long it would take at one's own pace; and the lines of work
that this room tells the home page."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.rules import is_person
from applications.models import Application
from applications.querysets import barred_from
from applications.states import State as FileState
from programs.querysets import held_on
from programs.roles import ProgramRole
from reviews.models import Assignment, Declaration, Score
from reviews.states import Answer, State
from work import clock
from work.figures import MOST, WorkLine

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
        one.criteria = len(one.application.call.rubric.definition["criteria"])
        one.share_left = 1 - min(one.scored, one.criteria) / one.criteria
        one.barred = one.application_id in barred
        one.open = one.state == State.ACCEPTED and not one.barred and one.application.state == FileState.IN_REVIEW
        one.late = one.due < clock.now()
    done = Assignment.objects.of_reviewer(user).filter(state=State.SUBMITTED, application__state__in=LIVELY).count()
    return Queue(tuple(waiting), done, pace_of(user))


# Files whose reviews are still this round's: a queue that is done shows them, not those of years ago.
LIVELY = (FileState.IN_REVIEW, FileState.REVIEWED, FileState.RECOMMENDED)


def pace_of(user):
    """The time one review takes `user`: the minutes at work on the last submitted ones, divided by their number.

    Read from the instants of opening, saving and submitting; between two of them, a silence of over twenty minutes is
    a pause and does not count. None until two reviews are submitted.
    """
    recent = Assignment.objects.filter(reviewer=user, state=State.SUBMITTED, submitted_at__isnull=False)
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


def work_for(user, *, limit=MOST):
    """Every line of this room for `user`: files to review, declarations to rule on, files to recommend or to assign."""
    if not is_person(user):
        return []
    return [*_work_of_reviewer(user, limit), *_work_of_chair(user, limit), *_work_of_officer(user, limit)]


def _work_of_reviewer(user, limit):
    rows = Assignment.objects.of_reviewer(user).waiting().select_related("application")
    for one in rows.exclude(application__in=barred_from(user))[:limit]:
        file = one.application
        if one.state == State.OFFERED:
            what, url_name, waits_for = _("Declare your interests"), "review-declare-own", ""
        else:
            what, url_name = _("Review"), "review-score"
            waits_for = "" if file.state == FileState.IN_REVIEW else _("the officer, who starts the review")
        title = f"{file.reference} · {file.title}"
        yield WorkLine(what, title, url_name, (one.public_id,), one.due, "reviewer", waits_for, file.organisation_name)


def _work_of_chair(user, limit):
    for one in to_rule_on(user)[:limit]:
        reference = one.application.reference
        args = (reference, one.user.public_id)
        label = f"{reference} · {one.user.full_name}"
        yield WorkLine(_("Rule on a declaration of interests"), label, "review-rule", args, None, "chair")
    files = _of_role(user, ProgramRole.CHAIR, (FileState.REVIEWED,))
    for file in files[:limit]:
        yield _file_line(_("Recommend"), file, "review-recommend", "chair")


def _work_of_officer(user, limit):
    short = Assignment.objects.live().filter(application=OuterRef("pk"))
    for file in _of_role(user, ProgramRole.OFFICER, (FileState.ELIGIBLE,)).annotate(begun=Exists(short))[:limit]:
        what = _("Start the review") if file.begun else _("Assign reviewers")
        yield _file_line(what, file, "review-file", "officer")


def _of_role(user, role, states):
    rows = Application.objects.filter(held_on(user, role, program="call__program"), state__in=states)
    return rows.exclude(pk__in=barred_from(user)).order_by("due", "id")


def _file_line(what, file, url_name, role):
    label = f"{file.reference} · {file.title}"
    return WorkLine(what, label, url_name, (file.reference,), file.due, role, "", file.organisation_name)


def to_rule_on(user):
    """Declarations of *unsure* that wait for `user`'s ruling as a chair, the oldest first."""
    newer = Declaration.objects.filter(
        application=OuterRef("application"), user=OuterRef("user"), pk__gt=OuterRef("pk")
    )
    return (
        Declaration.objects.filter(
            held_on(user, ProgramRole.CHAIR, program=PROGRAM), answer=Answer.UNSURE, ruled_by__isnull=True
        )
        .exclude(user=user)
        .exclude(Exists(newer))
        .exclude(application__in=barred_from(user))
        .select_related("application", "user")
        .order_by("id")
    )
