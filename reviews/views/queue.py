"""What a reviewer lives in: the queue, what was done before, skipping and declining."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import User
from accounts.requests import PersonRequest
from audit.services import record_list_reading
from audit.states import Read
from moves.refusals import WrongMoment
from reviews import selectors, services
from reviews.forms.people import ReasonForm
from reviews.models import Assignment
from reviews.views.files import own_assignment
from work.requests import posted_from


@login_required
@require_GET
def index(request: PersonRequest) -> HttpResponse:
    """My files to review, soonest due first, skipped ones last; how many are done, and the time left."""
    queue = selectors.queue_of(request.user)
    recent = selectors.last_submitted(request.user)
    shown = [one.assignment.application_id for one in queue.waiting] + [one.application_id for one in recent]
    record_list_reading(request.user, subject="assignment", what=Read.REVIEWS_TO_GIVE, question={}, listed=shown)
    context = {
        "queue": queue,
        "next": queue.next_open(),
        "pace": minutes(queue.pace),
        "left": minutes(queue.left),
        "recent": recent,
    }
    return render(request, "reviews/queue.html", context)


def minutes(length: timedelta | None) -> int | None:
    """A length of time in whole minutes, at least one; None for None."""
    return None if length is None else max(1, round(length.total_seconds() / 60))


@login_required
@require_GET
def past(request: PersonRequest) -> HttpResponse:
    """The reviews I submitted, the latest first; and the files that are no longer mine, or closed to me."""
    page = Paginator(selectors.past_of(request.user), 50).get_page(request.GET.get("page"))
    record_list_reading(
        request.user,
        subject="assignment",
        what=Read.REVIEWS_GIVEN,
        question={"place": page.number},
        listed=[one.application_id for one in page.object_list],
    )
    return render(request, "reviews/past.html", {"page_of": page, "rows": page.object_list})


@login_required
@posted_from("review-score", "public_id")
def skip(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Put a file at the end of the queue, and go to the next one."""
    assignment = own_assignment(request, public_id)
    services.skip_for_now(assignment, by=request.user)
    messages.info(request, _("%(reference)s is at the end of your queue.") % {"reference": assignment.application})
    return to_next(request.user, after=assignment)


def to_next(user: User, *, after: Assignment | None = None) -> HttpResponse:
    """The next open file of the queue, else the queue itself."""
    found = selectors.queue_of(user).next_open(after=after)
    return redirect("review-score", found.public_id) if found else redirect("review-queue")


@login_required
@require_http_methods(["GET", "POST"])
def decline(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Say that one cannot review a file, and why."""
    assignment = own_assignment(request, public_id)
    form = ReasonForm(
        request.POST or None,
        label=_("Why you cannot review this file"),
        help_text=_("The officer reads it. For a conflict of interest, declare it instead."),
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.decline_assignment(assignment, by=request.user, reason=form.cleaned_data["reason"])
        except WrongMoment as refused:
            form.add_error(None, str(refused.message))
        else:
            messages.success(request, _("The officer has been notified. Thank you for saying so early."))
            return redirect("review-queue")
    return render(request, "reviews/decline.html", {"form": form, "assignment": assignment})
