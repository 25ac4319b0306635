"""A long job in the reader's words: what it is, how far it is, what it waits for, how long it may still take."""

import logging
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import User
from work import clock
from work.jobs import JobHandler, Kept, handler_of, visible_to
from work.models import Job, JobFailure
from work.outages import open_outages
from work.querysets import ATTEMPTS
from work.selectors import GivenUp
from work.states import RUNNABLE, JobPhase, JobState, Machine
from work.templatetags.formats import hour, number

log = logging.getLogger(__name__)

WAITS = "waits"
UNREADABLE = (KeyError, TypeError, ValueError)
"""What the words of another release raise: a kind, a field or a choice that this one does not have."""


@dataclass(frozen=True)
class ShownJob:
    """A job for a page. `done` never passes `total`; `quarter` is how many quarters of it are done (0 to 4).

    `is_own`: whoever reads asked for it. Of another's job an administrator reads its kind, how it stands and who asked:
    what was asked may name a file that is closed to them, and a number may tell an outcome before its letter.
    `stands` is its state, or WAITS for one that could not go on at its last try; `waits_for` then says for what.
    """

    job: Job
    is_own: bool
    label: str
    details: list[tuple[str, str]]
    stands: str
    word: str
    kind: str
    waits_for: str
    done: int
    total: int
    quarter: int
    left: str
    summary: str
    result_url: str

    @property
    def said(self) -> str:
        """What is read aloud where it begins, at each quarter, and at its end."""
        if self.stands != JobState.RUNNING or self.job.total is None or not self.is_own:
            return _("%(job)s: %(state)s") % {"job": self.label, "state": self.word}
        done, total = number(self.done), number(self.total)
        return _("%(job)s: %(done)s of %(total)s") % {"job": self.label, "done": done, "total": total}


@dataclass(frozen=True)
class _Words:
    """What the job's kind says of it. `details` and `summary` are empty in a list of jobs."""

    label: str
    details: list[tuple[str, str]]
    summary: str
    result_url: str


def jobs_of(user: User, *, state: str = "", before: Job | None = None) -> QuerySet[Job]:
    """The jobs that `user` sees, the latest first: those in `state`, or in any; those asked before `before`, or all."""
    found = visible_to(user).select_related("owner").order_by("-pk")
    if state:
        found = found.filter(state=state)
    return found if before is None else found.filter(pk__lt=before.pk)


def failures_of(job: Job, *, after: int = 0) -> QuerySet[JobFailure]:
    """What failed of a job, in the order it did: what comes after the row whose key is `after`, or all of it."""
    return job.failures.filter(pk__gt=after).order_by("pk")


def shown_job(job: Job, reader: User) -> ShownJob:
    """The whole job in the language that is on."""
    own = job.owner_id == reader.pk
    return _shown(job, _words(job) if own else _by_its_kind(job), own=own, whole=True)


def shown_jobs(jobs: Sequence[Job], reader: User) -> list[ShownJob]:
    """The jobs of a list in the language that is on, without their details; the same queries however many they are."""
    own = {job.pk for job in jobs if job.owner_id == reader.pk}
    labels = _labels([job for job in jobs if job.pk in own])
    words = {job.pk: _Words(labels[job.pk], [], "", "") if job.pk in own else _by_its_kind(job) for job in jobs}
    return [_shown(job, words[job.pk], own=job.pk in own, whole=False) for job in jobs]


def _shown(job: Job, words: _Words, *, own: bool, whole: bool) -> ShownJob:
    waits = job.state == JobState.RUNNING and bool(job.last_error)
    total = job.total or 0
    done = min(job.done, total)
    return ShownJob(
        job=job,
        is_own=own,
        label=words.label,
        details=words.details,
        stands=WAITS if waits else job.state,
        word=pgettext("job", "waiting") if waits else job.get_state_display(),
        kind=(JobState.PAUSED if waits else JobState(job.state)).row.tag,
        waits_for=waiting_of(job) if waits and whole else "",
        done=done,
        total=total,
        quarter=done * 4 // total if total and own else 0,
        left=left_of(job) if own and not waits else "",
        summary=words.summary,
        result_url=words.result_url,
    )


# ------------------------------------------------------------------ in the words of its kind


def _read(job: Job) -> tuple[JobHandler[Any, Any], Kept] | None:
    """The job's handler and what was asked of it; None when another release wrote what this one cannot read."""
    try:
        handler = handler_of(job.kind)
        return handler, handler.parameters.read(job.asked)
    except UNREADABLE:
        return None


def _words(job: Job) -> _Words:
    """By its kind alone, when its words cannot be read."""
    try:
        if read := _read(job):
            handler, asked = read
            is_done = job.state == JobState.DONE
            return _Words(
                label=handler.labels([asked])[0],
                details=handler.details(asked),
                summary=handler.summary(job, asked, handler.cursor.read(job.cursor)) if is_done else "",
                result_url=handler.result_url(job) if job.has_result else "",
            )
    except UNREADABLE:
        log.warning("Job %s cannot be said in the words of its kind", job.public_id, exc_info=True)
    return _by_its_kind(job)


def _by_its_kind(job: Job) -> _Words:
    return _Words(job.get_kind_display(), [], "", "")


def _labels(jobs: Iterable[Job]) -> dict[int, str]:
    """What each job is, by its key: each kind is asked once, unless it cannot read one of them."""
    labels = {job.pk: job.get_kind_display() for job in jobs}
    known: dict[str, list[tuple[Job, Kept]]] = {}
    for job in jobs:
        if read := _read(job):
            known.setdefault(job.kind, []).append((job, read[1]))
    for kind, pairs in known.items():
        try:
            found = handler_of(kind).labels([asked for _job, asked in pairs])
            labels |= {job.pk: label for (job, _asked), label in zip(pairs, found, strict=True)}
        except UNREADABLE:
            labels |= {job.pk: _words(job).label for job, _asked in pairs}
    return labels


# ------------------------------------------------------------------ how long


def waiting_of(job: Job) -> str:
    """Why a job that works does not go on now, and when it does: by itself, whatever the reason."""
    if job.attempts and not _is_held(job):
        return _("A part of the work failed. It is tried again at %(hour)s.") % {"hour": hour(job.due)}
    if machine := _machine_of(job):
        said = _("A part of the service is not available: %(machine)s. The job continues by itself once it is back.")
        return said % {"machine": machine.label}
    return _("The job continues by itself at %(hour)s.") % {"hour": hour(max(job.due, clock.now()))}


def _is_held(job: Job) -> bool:
    return job.claimed_until is not None and job.claimed_until > clock.now()


def _machine_of(job: Job) -> Machine | None:
    """What is away that the job needs: the outage of its last error, else the storage, which every job needs."""
    away = {Machine(outage.machine): outage.reason for outage in open_outages()}
    same = [machine for machine, reason in away.items() if reason == job.last_error]
    return same[0] if same else Machine.STORAGE if Machine.STORAGE in away else None


# ------------------------------------------------------------------ for an administrator


def looked_after(user: User) -> QuerySet[Job]:
    """The jobs that `user` sees, that wait or are worked on, and those that failed, while what they left is kept."""
    lives = Q(state__in=RUNNABLE) & (Q(attempts__lt=ATTEMPTS) | Q(claimed_until__gt=clock.now()))
    return visible_to(user).select_related("owner").filter(Q(state=JobState.FAILED) | lives, removed_at__isnull=True)


def told(job: Job) -> GivenUp:
    """A job that failed, for an administrator: what it is, who asked for it, and what stopped it."""
    return GivenUp(
        pk=job.pk,
        what=job.get_kind_display(),
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
