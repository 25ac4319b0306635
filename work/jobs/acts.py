"""What people do to a job: start, pause, resume, cancel, try again. Every write of a state by a person is here.

Each act locks the row and asks again who and when: two tabs, a double click and a worker at the end of a step all
meet here. An act that is already done changes nothing.
"""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from work import clock
from work.jobs.kinds import Kept, digest_of, handler_of
from work.jobs.results import has_pieces
from work.models import Job, JobKeys
from work.nudges import Nudge
from work.states import RUNNABLE, UNDER_WAY, JobAct, JobKind, JobPhase, JobState

if TYPE_CHECKING:
    from accounts.models import User

jobs_wait = Nudge("jobs")

MOST = 10
"""How many jobs of one person may wait or run at once."""
LEASE = timedelta(minutes=1)
"""How long a worker holds a job without a sign: a step is short."""

FROM: dict[JobAct, tuple[JobState, ...]] = {
    JobAct.PAUSE: RUNNABLE,
    JobAct.RESUME: (JobState.PAUSED,),
    JobAct.CANCEL: UNDER_WAY,
    JobAct.RETRY: (JobState.FAILED,),
}
"""The states in which a person may do each act."""
DONE_ALREADY: dict[JobAct, tuple[JobState, ...]] = {
    JobAct.PAUSE: (JobState.PAUSED,),
    JobAct.RESUME: RUNNABLE,
    JobAct.CANCEL: (JobState.CANCELLED,),
    JobAct.RETRY: RUNNABLE,
}
"""The states in which the same act again, as by a double click, changes nothing."""


class NotYours(Exception):
    """The job does not exist for whoever acts."""


class NotNow(Exception):
    """The wrong moment. `message` says why, in the reader's language."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


# ------------------------------------------------------------------ who, and who is told

_ALSO: list[Callable[["User"], Q]] = []
_RECORDERS: list[Callable[[Job, JobAct, "User | None"], None]] = []


def shown_also_to(question: Callable[["User"], Q]) -> None:
    """A higher app says whose jobs a person sees and handles besides their own: `question(by)` is a condition."""
    if question not in _ALSO:
        _ALSO.append(question)


def when_acted(recorder: Callable[[Job, JobAct, "User | None"], None]) -> Callable[[Job, JobAct, "User | None"], None]:
    """Decorator: call `fn(job, act, by)` in the transaction of each act; `by` is None for what a job does by itself."""
    if recorder not in _RECORDERS:
        _RECORDERS.append(recorder)
    return recorder


def tell(job: Job, act: JobAct, by: "User | None") -> None:
    """Tell the recorders, inside the transaction that made the change."""
    for recorder in _RECORDERS:
        recorder(job, act, by)


def visible_to(by: "User") -> QuerySet[Job]:
    """The jobs that this person sees and may handle."""
    condition = Q(owner_id=by.pk)
    for question in _ALSO:
        condition |= question(by)
    return Job.objects.filter(condition)


def acts_for(job: Job) -> list[JobAct]:
    """What may be done with the job now, in the order of its buttons."""
    return [act for act, states in FROM.items() if job.state in states]


# ------------------------------------------------------------------ the acts


def start_job(kind: JobKind, asked: Kept, *, by: "User") -> Job:
    """Ask for a long piece of work, in this transaction, and return its job; tasks do it.

    The same question by the same person while it is under way gives the same job. TypeError when `asked` is not of
    the kind's parameters; NotNow when this person has too many under way.
    """
    if not isinstance(asked, handler_of(kind).parameters):
        raise TypeError(f"jobs of kind {kind} take {handler_of(kind).parameters.__name__}")
    digest = digest_of(kind, asked)
    live = Job.objects.filter(owner=by, state__in=UNDER_WAY)
    if same := live.filter(digest=digest).first():
        return same
    if live.count() >= MOST:
        raise NotNow(_("You have ten jobs under way. Wait until one is done, or cancel one."))
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=kind,
                owner=by,
                language=(get_language() or "fr")[:2],
                asked=asked.packed(),
                digest=digest,
                token=secrets.token_hex(16),
            )
            tell(job, JobAct.START, by)
    except IntegrityError:  # a second press at the same instant
        return live.get(digest=digest)
    jobs_wait.after_commit()
    return job


@transaction.atomic
def act_on_job(job: Job, act: JobAct, *, by: "User") -> Job:
    """One of the four acts of people. Returns the row as it is now. NotYours; NotNow, with its sentence.

    What is under way when a job is paused or cancelled ends first, and counts; a cancelled job has no result. One that
    was paused or failed goes on from where it stopped; one that failed, from its beginning once its pieces are gone.
    """
    try:
        job = visible_to(by).select_for_update(of=("self",)).get(pk=job.pk)
    except Job.DoesNotExist:
        raise NotYours from None
    if job.state in DONE_ALREADY[act]:
        return job
    if job.state not in FROM[act]:
        raise NotNow(_SENTENCES[act]())
    now = clock.now()
    match act:
        case JobAct.PAUSE:
            job.state = JobState.PAUSED
        case JobAct.CANCEL:
            job.state, job.done_at, job.ended_at = JobState.CANCELLED, now, now
            # What is under way may still write: a piece, or the whole result, for as long as its worker holds the job.
            job.keep_until = max(now + LEASE, job.claimed_until or now)
        case JobAct.RESUME | JobAct.RETRY:
            if act == JobAct.RETRY:
                _go_on(job)
            job.state, job.attempts, job.due, job.last_error = JobState.QUEUED, 0, now, ""
            jobs_wait.after_commit()
    try:
        with transaction.atomic():
            job.save()
    except IntegrityError:  # only one job of the same question is under way: what failed waits for the other
        raise NotNow(_("The same job is already under way.")) from None
    tell(job, act, by)
    return job


_SENTENCES: dict[JobAct, Callable[[], str]] = {
    JobAct.PAUSE: lambda: _("This job is over: it cannot be paused any more."),
    JobAct.RESUME: lambda: _("This job is over: it cannot be resumed any more."),
    JobAct.CANCEL: lambda: _("This job is over: it cannot be cancelled any more."),
    JobAct.RETRY: lambda: _("Only a job that failed can be tried again."),
}


def _go_on(job: Job) -> None:
    """What a job that failed takes up again: where it stopped, or its beginning when its pieces are gone."""
    if job.removed_at is not None or not has_pieces(job):
        job.parts.all().delete()
        JobKeys.objects.filter(job=job).delete()
        job.phase, job.cursor, job.total, job.done, job.failed = JobPhase.BEGIN, {}, None, 0, 0
        job.worked, job.removed_at = timedelta(0), None
        job.failures.all().delete()
    job.set_aside_at = None
    job.ended_at, job.keep_until, job.reason_fr, job.reason_en = None, None, "", ""
