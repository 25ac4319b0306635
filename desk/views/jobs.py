"""Long jobs: those of the reader (an administrator's: of everybody in the cluster), and the page of one."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from accounts.models import User
from accounts.requests import PersonRequest
from accounts.rules import is_administrator
from desk.forms.jobs import JobFilter
from desk.selectors.jobs import failures_of, jobs_of, shown_job, shown_jobs
from work import jobs
from work.models import Job
from work.requests import posted_from
from work.states import RUNNABLE, JobAct

PAGE = 50
FAILURES = 100
# The acts of people: the name in the address, and what is said once it is done.
ACTS = {
    JobAct.PAUSE: gettext_lazy("The job is paused. What was done is kept."),
    JobAct.RESUME: gettext_lazy("The job continues from where it stopped."),
    JobAct.CANCEL: gettext_lazy("The job is cancelled."),
    JobAct.RETRY: gettext_lazy("The job has started again."),
}


@require_safe
@login_required
@never_cache
def index(request: PersonRequest) -> HttpResponse:
    """The jobs, the latest first."""
    form = JobFilter(request.GET or None)
    state = form.chosen() if form.is_bound else ""
    before = request.GET.get("before")
    found = jobs_of(request.user, state=state, before=_job(request.user, before) if before else None)
    rows = list(found[: PAGE + 1])
    context = {
        "filter": JobFilter({"state": state}),
        "filtered": bool(state),
        "jobs": shown_jobs(rows[:PAGE], request.user),
        "several": is_administrator(request.user),
        "next_url": f"?state={state}&before={rows[PAGE - 1].public_id}" if len(rows) > PAGE else "",
    }
    return render(request, "desk/jobs.html", context)


@require_safe
@login_required
@never_cache
def show(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """One job: what it is, how far it is, what failed, what may be done with it. What failed may name files: it is for
    whoever asked."""
    job = _job(request.user, public_id)
    after = _number(request.GET.get("after") or "0")
    rows = list(failures_of(job, after=after)[: FAILURES + 1]) if job.owner_id == request.user.pk else []
    more = len(rows) > FAILURES
    context = _context(request.user, job) | {
        "failures": rows[:FAILURES],
        "kept": job.failures.count() if rows else 0,
        "next_url": f"?after={rows[FAILURES - 1].pk}#failures" if more else "",
    }
    return render(request, "desk/job.html", context)


@require_safe
@never_cache
def progress(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The part of the page that asks again by itself while the job works. To anything but a script: the page.

    `state` and `quarter` say what the page shows: only a change is read aloud, and only a change of state brings
    other buttons. Whoever was signed out meanwhile asks no more.
    """
    if not request.htmx:  # type: ignore[attr-defined]  # the middleware of django-htmx sets it
        return show(cast("PersonRequest", request), public_id)  # it asks by itself who this is
    if not request.user.is_authenticated:
        return HttpResponse(status=286, headers={"HX-Reswap": "none"})
    context = _context(request.user, _job(request.user, public_id))
    shown = context["shown"]
    moved = request.GET.get("state") != shown.stands
    response = render(request, "desk/job_progress.html", context | {"moved": moved})
    if moved or request.GET.get("quarter") != str(shown.quarter):
        trigger_client_event(response, "say", {"text": shown.said})
    return response


progress.asks_by_itself = True  # type: ignore[attr-defined]  # a mark for the middleware: it keeps nobody signed in


@login_required
@posted_from("job-detail", "public_id")
def act(request: PersonRequest, public_id: UUID, act: str) -> HttpResponse:
    """Pause, resume, cancel, try again."""
    if act not in ACTS:
        raise Http404
    job = _job(request.user, public_id)
    try:
        jobs.act_on_job(job, JobAct(act), by=request.user)
    except jobs.NotYours:
        raise Http404 from None
    except jobs.NotNow as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, ACTS[JobAct(act)])
    return redirect("job-detail", job.public_id)


def _job(user: User, public_id: UUID | str) -> Job:
    """The job, for who may see it; else it does not exist."""
    try:
        return get_object_or_404(jobs.visible_to(user).select_related("owner"), public_id=public_id)
    except ValidationError:
        raise Http404 from None


def _context(user: User, job: Job) -> dict[str, Any]:
    shown = shown_job(job, user)
    return {
        "shown": shown,
        "job": job,
        "own": shown.is_own,
        "asks": job.state in RUNNABLE,
        "acts": jobs.acts_for(job),
        "technical": job.last_error if is_administrator(user) else "",
    }


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Http404
    return int(text)
