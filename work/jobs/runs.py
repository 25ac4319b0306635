"""What the worker does: jobs take turns, each turn is some steps, each step is committed with its progress.

A worker that is killed in a step leaves the job where the last step ended; its hold runs out, and another goes on
from there. A step counts as an attempt until it is committed: three in a row without progress, and the job fails.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from work import clock
from work.jobs import results
from work.jobs.acts import LEASE, jobs_wait, tell
from work.jobs.kinds import Failure, JobHandler, Refused, handler_of
from work.models import Job, JobFailure, JobKeys, JobPart
from work.outages import Away, Later, is_database_away, note_away, reason_of
from work.querysets import ATTEMPTS, held, stopped, waiting
from work.services import claim, once_the_database_is_back, pause_after
from work.states import RUNNABLE, JobAct, JobPhase, JobState
from work.texts import Text

log = logging.getLogger(__name__)

TURN = 5.0
"""How many seconds a job works before another one has its turn."""
TASK = 20.0
"""How many seconds a task works before it asks again, so that other tasks come in between."""
AT_ONCE = 2
"""How many jobs are worked on at the same time: mail and letters need workers too."""
FAILURES = 1000
"""How many failures of a job are kept; all of them are counted."""
MACHINE_WAIT = timedelta(minutes=1)
END_LEASE = timedelta(minutes=5)
"""How long the result may take to be put together."""

THREE_TIMES = _(
    "The same part of the work failed three times in a row. Nothing of that part was kept. Try again; if it fails "
    "again, tell an administrator of your cluster."
)


class Overtaken(Exception):
    """Another worker has taken the job since: what this one did is undone."""


class Stopped(Exception):
    """The job was paused or cancelled while its result was put together: there is none."""


@dataclass
class Written:
    """What a piece of work changes on its job."""

    fields: dict[str, Any]
    failures: list[Failure] = field(default_factory=list)


def run_waiting(seconds: float = TASK) -> int:
    """Let the jobs that wait take turns for about `seconds`. Gives how many turns were taken.

    Asks for another run when some still wait. Called outside a transaction.
    """
    until, turns = monotonic() + seconds, 0
    while monotonic() < until and (job := _take()):
        _turn(job, until=min(until, monotonic() + TURN))
        turns += 1
    if turns and waiting(_runnable()).exists():
        jobs_wait.after_commit()
    return turns


def give_up_dead() -> int:
    """Fail the jobs whose worker died three times in a row at the same step. Gives how many."""
    dead = list(stopped(_runnable()))
    for job in dead:
        _fail(job, THREE_TIMES, "the worker died")
    return len(dead)


def _runnable() -> QuerySet[Job]:
    """The jobs that workers take and work on: neither paused nor over."""
    return Job.objects.filter(state__in=RUNNABLE)


# ------------------------------------------------------------------ a turn


def _take() -> Job | None:
    """The job whose turn it is, held for this worker; None when none waits, or enough are worked on."""
    if held(_runnable()).count() >= AT_ONCE:
        return None
    for job in claim(_runnable(), limit=1, lease=LEASE):
        with transaction.atomic():
            if row := _held(job):
                row.state, row.started_at = JobState.RUNNING, row.started_at or clock.now()
                row.claimed_until = _hold(row)
                row.save(update_fields=["state", "started_at", "claimed_until"])
                return row
        _release(job)  # it was paused or cancelled at this very instant
    return None


def _hold(job: Job) -> datetime:
    """Until when the next piece of work may last before another worker takes the job."""
    return clock.now() + (END_LEASE if job.phase == JobPhase.END else LEASE)


def _held(job: Job) -> Job | None:
    """The row, locked, when this worker still holds it and it may run."""
    return _runnable().select_for_update().filter(pk=job.pk, claimed_until=job.claimed_until).first()


def _turn(job: Job, *, until: float) -> None:
    """Some pieces of work of one job, at least one; then it goes to the end of the line."""
    while True:
        after = _advance(job)
        if after is None or after.state != JobState.RUNNING:
            return
        job = after
        if monotonic() >= until:
            break
    _release(job)


def _release(job: Job) -> None:
    """Let go of a job that works well: it goes to the end of the line."""
    Job.objects.filter(pk=job.pk, claimed_until=job.claimed_until).update(
        claimed_until=None, attempts=0, due=clock.now()
    )


def _advance(job: Job) -> Job | None:
    """Do the next piece of work and commit it. The row as it is after; None when it did not go well."""
    lost = ""
    try:
        with translation.override(job.language), transaction.atomic():
            return _keep(job, _WORK[JobPhase(job.phase)](job, handler_of(job.kind)))
    except Overtaken:
        log.warning("Job %s was taken by another worker meanwhile", job.public_id)
    except Stopped:
        _release(job)
    except Refused as refused:
        _fail(job, refused.sentence, "")
    except Away as away:  # a machine at fault costs no attempt
        note_away(away.machine, away.reason)
        _put_off(job, away.reason, MACHINE_WAIT)
    except Later as later:
        _put_off(job, later.reason, later.after)
    except Exception as error:
        if is_database_away(error):
            lost = reason_of(error)
        else:
            log.exception("A step of job %s failed", job.public_id)
            _count_failure(job, error)
    if lost:
        once_the_database_is_back(lambda: _put_off(job, lost, timedelta(0)), lost)
    return None


def _begin(job: Job, handler: JobHandler[Any, Any]) -> Written:
    asked = handler.parameters.read(job.asked)
    beginning = handler.begin(job, asked)
    if beginning.keys is not None:
        JobKeys.objects.update_or_create(job=job, defaults={"keys": list(beginning.keys)})
    _keep_content(job, beginning.content)
    return Written({"phase": JobPhase.STEP, "total": beginning.total, "cursor": beginning.cursor.packed()})


def _step(job: Job, handler: JobHandler[Any, Any]) -> Written:
    began = monotonic()
    step = handler.step(job, handler.parameters.read(job.asked), handler.cursor.read(job.cursor))
    _keep_content(job, step.content)
    return Written(
        {
            "phase": JobPhase.END if step.finished else JobPhase.STEP,
            "cursor": step.cursor.packed(),
            "done": job.done + step.done,
            "failed": job.failed + len(step.failures),
            "worked": job.worked + timedelta(seconds=monotonic() - began),
        },
        list(step.failures),
    )


def _end(job: Job, handler: JobHandler[Any, Any]) -> Written:
    ending = handler.end(job, handler.parameters.read(job.asked), handler.cursor.read(job.cursor))
    now = clock.now()
    changes: dict[str, Any] = {"state": JobState.DONE, "done_at": now, "ended_at": now}
    if ending.name:
        made = results.put_together(job)
        changes |= {
            "result_path": made.path,
            "result_name": ending.name,
            "result_type": ending.content_type,
            "result_size": made.size,
            "result_sha256": made.sha256,
        }
    return Written(changes | {"keep_until": now + results.KEPT_FOR})


_WORK: dict[JobPhase, Callable[[Job, JobHandler[Any, Any]], Written]] = {
    JobPhase.BEGIN: _begin,
    JobPhase.STEP: _step,
    JobPhase.END: _end,
}


def _keep_content(job: Job, content: bytes) -> None:
    if content:
        JobPart.objects.create(job=job, path=results.keep_piece(job, content))


# ------------------------------------------------------------------ what is committed


def _keep(job: Job, written: Written) -> Job:
    """Write what a piece of work changed, in its transaction. Overtaken when another worker holds the job.

    A job that was paused or cancelled meanwhile keeps that state: the piece counts, and none follows. Only its end is
    undone (Stopped): a cancelled job has no result, a paused one makes it once resumed.
    """
    row = Job.objects.select_for_update().get(pk=job.pk)
    if row.claimed_until != job.claimed_until:
        raise Overtaken
    goes_on = row.state == JobState.RUNNING
    if not goes_on and job.phase == JobPhase.END:
        raise Stopped
    for name, value in written.fields.items():
        setattr(row, name, value)
    row.last_error = ""
    # The step that follows counts from now on, so that one that kills its worker is counted too.
    row.attempts, row.claimed_until = (1, _hold(row)) if goes_on and not row.is_over else (0, None)
    row.save()
    room = max(0, FAILURES - job.failed)
    JobFailure.objects.bulk_create([_failure(job, failure) for failure in written.failures[:room]])
    if row.state == JobState.DONE:
        tell(row, JobAct.FINISH, None)
        transaction.on_commit(lambda: _tidy(row), robust=True)
    return row


def _tidy(job: Job) -> None:
    """The pieces of a job that is done are not needed any more; what is left here goes with its result."""
    results.remove_pieces(job)
    job.parts.all().delete()


def _failure(job: Job, failure: Failure) -> JobFailure:
    reason = Text.of(failure.reason)
    return JobFailure(job=job, label=failure.label[:250], reason_fr=reason.fr, reason_en=reason.en)


# ------------------------------------------------------------------ what goes wrong


@transaction.atomic
def _fail(job: Job, sentence: str | Promise, error: str) -> None:
    """The job fails, and says why. `error` is for the administrator. A person may try again."""
    row = Job.objects.select_for_update().get(pk=job.pk)
    if row.claimed_until != job.claimed_until or row.state not in RUNNABLE:
        return
    now = clock.now()
    row.state, row.ended_at, row.keep_until = JobState.FAILED, now, now + results.KEPT_FOR
    row.attempts, row.claimed_until, row.last_error = ATTEMPTS, None, reason_of(error)
    reason = Text.of(sentence)
    row.reason_fr, row.reason_en = reason.fr, reason.en
    row.save()
    tell(row, JobAct.FAIL, None)


def _count_failure(job: Job, error: Exception) -> None:
    """A step that raised is tried again after a pause; after the third time in a row the job fails."""
    said = reason_of(error)
    if job.attempts >= ATTEMPTS:
        _fail(job, THREE_TIMES, said)
        return
    Job.objects.filter(pk=job.pk, claimed_until=job.claimed_until).update(
        last_error=said, claimed_until=None, due=clock.now() + pause_after(job.attempts)
    )


def _put_off(job: Job, reason: str, after: timedelta) -> None:
    """The fault is not the job's: it waits, and its attempt is not counted."""
    Job.objects.filter(pk=job.pk, claimed_until=job.claimed_until).update(
        last_error=reason_of(reason),
        claimed_until=None,
        attempts=max(0, job.attempts - 1),
        due=clock.now() + after,
    )
