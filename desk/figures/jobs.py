"""A long job in the reader's words: what it is, how far it is, how long it may still take."""

import math
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from work import clock
from work.figures import GivenUp
from work.jobs import handler_of, visible_to
from work.models import Job
from work.querysets import ATTEMPTS
from work.states import RUNNABLE, JobPhase, JobState
from work.templatetags.formats import number

KINDS = {  # the colour of each state's tag, beside its word
    JobState.QUEUED: "",
    JobState.RUNNING: "info",
    JobState.PAUSED: "wait",
    JobState.DONE: "good",
    JobState.FAILED: "bad",
    JobState.CANCELLED: "",
}


@dataclass(frozen=True)
class ShownJob:
    """A job for a page. `done` never passes `total`; `quarter` is how many quarters of it are done (0 to 4)."""

    job: Job
    label: str
    details: list[tuple[str, str]]
    kind: str
    done: int
    total: int
    quarter: int
    left: str
    summary: str
    result_url: str

    @property
    def said(self) -> str:
        """What is read aloud where it begins, at each quarter, and at its end."""
        if self.job.state != JobState.RUNNING:
            return _("%(job)s: %(state)s") % {"job": self.label, "state": self.job.get_state_display()}
        done, total = number(self.done), number(self.total)
        return _("%(job)s: %(done)s of %(total)s") % {"job": self.label, "done": done, "total": total}


def shown_job(job: Job, *, whole: bool = True) -> ShownJob:
    """The job in the language that is on; without its details and its summary when not `whole` (a list of jobs)."""
    handler = handler_of(job.kind)
    asked = handler.parameters.read(job.asked)
    total, is_done = job.total or 0, job.state == JobState.DONE
    done = min(job.done, total)
    cursor = handler.cursor.read(job.cursor) if whole and is_done else None
    return ShownJob(
        job=job,
        label=handler.label(asked),
        details=handler.details(asked) if whole else [],
        kind=KINDS[JobState(job.state)],
        done=done,
        total=total,
        quarter=done * 4 // total if total else 0,
        left=left_of(job),
        summary=handler.summary(job, asked, cursor) if cursor is not None else "",
        result_url=handler.result_url(job) if job.has_result else "",
    )


def looked_after(user) -> QuerySet[Job]:
    """The jobs that `user` sees, that wait or are worked on, and those that failed, while what they left is kept."""
    lives = Q(state__in=RUNNABLE) & (Q(attempts__lt=ATTEMPTS) | Q(claimed_until__gt=clock.now()))
    return visible_to(user).select_related("owner").filter(Q(state=JobState.FAILED) | lives, removed_at__isnull=True)


def told(job: Job) -> GivenUp:
    """A job that failed, for an administrator: what it is, who asked for it, and what stopped it."""
    return GivenUp(
        pk=job.pk,
        what=shown_job(job, whole=False).label,
        about=_("asked by %(person)s") % {"person": job.owner.full_name},
        since=job.created_at,
        reason=job.last_error or job.reason,
        url=reverse("job-detail", args=[job.public_id]),
    )


def left_of(job: Job) -> str:
    """About how long its steps still take, from the pace of those that are done. Empty while that is not known."""
    if job.state != JobState.RUNNING or job.phase != JobPhase.STEP or not job.done or not job.total:
        return ""
    left = job.worked / job.done * max(0, job.total - job.done)
    minutes = math.ceil(round(left.total_seconds()) / 60)
    if minutes <= 1:
        return _("A minute or less left.")
    return ngettext("About %(n)s minute left.", "About %(n)s minutes left.", minutes) % {"n": number(minutes)}
