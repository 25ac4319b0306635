"""My interests on record, and the declaration before any act on a file."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.requests import PersonRequest
from applications.access import enter
from applications.models import Application
from applications.states import ApplicationState
from audit.states import Read
from moves.duties import done_by
from moves.interests import stand_of
from moves.refusals import Forbidden, WrongMoment
from moves.states import StandingState
from reviews import checks, selectors, services
from reviews.access import TO_DECLARE
from reviews.forms.people import DeclareForm, InterestForm
from reviews.models import Assignment, Declaration
from reviews.states import WAITING, Answer, AssignmentState
from reviews.views.files import own_assignment
from work.requests import posted_from

NOBODY_RULES = gettext_lazy(
    "Nobody may rule on it today: the officers of the programme were told to have somebody appointed. Until then the "
    "file is closed to you."
)


@login_required
@require_http_methods(["GET", "POST"])
def index(request: PersonRequest) -> HttpResponse:
    """My interests on record; add one."""
    form = InterestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.record_interest(by=request.user, **form.cleaned_data)
        messages.success(request, _("The interest is on record."))
        return redirect("review-interests")
    context = {"form": form, "interests": selectors.interests_of(request.user)}
    return render(request, "reviews/interests.html", context)


@login_required
@posted_from("review-interests")
def end(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """An interest of mine ends today. It stays on record."""
    interest = get_object_or_404(request.user.interests, public_id=public_id)
    services.end_interest(interest, by=request.user)
    messages.success(request, _("The interest ends today. It stays on record."))
    return redirect("review-interests")


@login_required
@require_http_methods(["GET", "POST"])
def declare(request: PersonRequest, reference: str) -> HttpResponse:
    """Declare my interests in a file, as one who acts on it. What is shown is what a declaration needs, no more."""
    mine = selectors.assignment_on(reference, request.user)
    if mine is not None:
        return redirect("review-declare-own", mine.public_id)
    application = enter(request.user, TO_DECLARE, read=Read.INTERESTS, reference=reference)
    back = request.GET.get("next") or request.POST.get("next") or ""
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = ""
    return _declare(request, application, done=back or "/", back=back)


@login_required
@require_http_methods(["GET", "POST"])
def declare_own(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Declare my interests in a file that I was offered to review, and sign the undertaking of its call.

    What became of it is told while it is mine: to who left, or to whom the file is closed, the page is the same.
    """
    assignment = own_assignment(request, public_id)
    mine = assignment.is_held and selectors.is_theirs(assignment)
    done = reverse("review-score", args=[public_id]) if mine else reverse("review-queue")
    application = enter(request.user, TO_DECLARE, read=Read.INTERESTS, pk=assignment.application_id)
    return _declare(request, application, assignment=assignment, mine=mine, done=done)


def _declare(
    request: PersonRequest,
    application: Application,
    *,
    done: str,
    assignment: Assignment | None = None,
    mine: bool = False,
    back: str = "",
) -> HttpResponse:
    user = request.user
    offered = assignment is not None and mine and assignment.state == AssignmentState.OFFERED
    to_sign = offered and not checks.has_signed(application.call, user)
    stand = stand_of(application.pk, user)
    form = DeclareForm(request.POST or None, to_sign=to_sign)
    if request.method == "POST" and form.is_valid():
        answer = form.cleaned_data["answer"]
        try:
            if to_sign and answer == Answer.NONE:
                services.sign_undertaking(application.call, by=user)
            said = services.declare_interests(application, by=user, answer=answer, note=form.cleaned_data["note"])
        except (WrongMoment, Forbidden) as refused:
            form.add_error(None, str(refused.message))
        else:
            if said.answer != answer:
                messages.warning(request, _("The records say otherwise: the chair rules on what they say."))
            return redirect(_after(request, application, said, assignment, done, mine=mine))
    latest = application.declarations.latest_of_each().of_person(user).first()
    suggested = checks.proposed_conflicts(application, user, reader=user)
    context = {
        "application": application,
        "sponsors": list(application.sponsorships.standing().values_list("organisation_name", flat=True)),
        "assignment": assignment,
        "due": assignment.due if assignment is not None and mine else None,
        "offered": offered,
        "form": form,
        "side": stand.side,
        "is_clear": stand.declared == StandingState.CLEAR,
        "is_conflict": stand.declared == StandingState.CONFLICT,
        "is_unsure": stand.declared == StandingState.UNSURE,
        "is_lifted": checks.is_lifted(application, user, suggested),
        "has_ruler": latest is None or bool(selectors.rulers_on(latest)),
        "latest": latest,
        "to_sign": to_sign,
        "suggested": suggested,
        "acts": [duty.label for duty in done_by(user, application.pk)],
        "back": back,
    }
    return render(request, "reviews/declare.html", context)


def _after(
    request: PersonRequest,
    application: Application,
    said: Declaration,
    assignment: Assignment | None,
    done: str,
    *,
    mine: bool,
) -> str:
    """Where a declaration leads, with what it did."""
    answer = said.answer
    if answer == Answer.CONFLICT:
        messages.success(request, _("Your conflict of interest is on record. The file is closed to you."))
        return reverse("review-queue") if assignment else "/"
    if answer == Answer.UNSURE:
        messages.info(
            request,
            _("The chair rules in writing. Until then the file is closed to you.")
            if selectors.rulers_on(said)
            else NOBODY_RULES,
        )
        return reverse("review-queue") if assignment else "/"
    to_give = mine and assignment is not None and assignment.state in WAITING
    if to_give and application.state == ApplicationState.ELIGIBLE:
        messages.success(request, _("Thank you. The file opens when the officer starts its review."))
        return reverse("review-queue")
    messages.success(request, _("Thank you. Your declaration is on record."))
    return done
