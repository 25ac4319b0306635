"""The sponsor: asked by the applicant, and answering on a page of its own, without an account."""

from typing import TypeGuard
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.requests import PersonRequest
from applications import constants
from applications.checks import live_sponsorship
from applications.forms.company import ConfirmSponsorForm, InviteSponsorForm
from applications.models import Sponsorship
from applications.selectors.answers import answers_of
from applications.services import sponsors
from applications.views.drafting import draft_of, of_drafts, own
from audit.actors import Guest
from audit.services import record_reading
from audit.states import Read
from work.names import address_key
from work.requests import posted_from


@of_drafts
@require_http_methods(["GET", "POST"])
def ask(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """The applicant asks its customer, and sees what became of it."""
    application = draft_of(request, public_id, read=Read.SPONSOR)
    answers = answers_of(application)
    initial = {
        "organisation_name": answers.get(constants.SPONSOR_NAME, ""),
        "email": answers.get(constants.SPONSOR_EMAIL, ""),
        "language": application.language,
    }
    form = InviteSponsorForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            asked, _token = sponsors.invite_sponsor(application, by=request.user, **form.cleaned_data)
        except ValidationError as problem:
            for name, error in problem.error_dict.items():
                form.add_error(name, error)
        else:
            messages.success(request, _("The request is being sent to %(email)s.") % {"email": asked.email})
            return redirect("application-sponsor", application.public_id)
    context = {
        "application": application,
        "form": form,
        "sponsorship": live_sponsorship(application),
        "summary": answers.get(constants.SUMMARY, ""),
    }
    return render(request, "applications/sponsor.html", context, status=422 if form.errors else 200)


@of_drafts
@posted_from("application-sponsor", "public_id")
def cancel(request: PersonRequest, public_id: UUID, sponsorship: UUID) -> HttpResponse:
    """The applicant takes its request back."""
    application = own(request, public_id, read=None)
    found = get_object_or_404(application.sponsorships, public_id=sponsorship)
    sponsors.cancel_sponsorship(found, by=request.user)
    messages.success(request, _("The request is taken back: its link no longer works."))
    return redirect("application-sponsor", application.public_id)


@never_cache
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The sponsor's own page: the applicant's name, the title, the summary; nothing else of the file."""
    sponsorship = sponsors.find_sponsorship(token)
    refusal = sponsors.stands_in_the_way(sponsorship)
    if refusal is not None:
        closed = {"refusal": refusal, "sponsorship": sponsorship if refusal.code == sponsors.ANSWERED else None}
        return render(request, "applications/sponsor_closed.html", closed, status=404 if not sponsorship else 200)
    assert sponsorship is not None  # a link without a request is refused above
    by = request.user if _is_the_sponsor(request.user, sponsorship) else Guest(sponsorship.organisation_name)
    form = ConfirmSponsorForm(request.POST if request.POST.get("answer") == "confirm" else None)
    if request.method == "POST" and request.POST.get("answer") == "decline":
        sponsors.decline_sponsorship(sponsorship, by=by)
        return redirect("sponsor", token)
    if request.method == "POST" and form.is_valid():
        try:
            sponsors.confirm_sponsorship(sponsorship, by=by, **form.cleaned_data)
            return redirect("sponsor", token)
        except ValidationError as problem:
            for name, error in problem.error_dict.items():
                form.add_error(name, error)
    application = sponsorship.application
    record_reading(by, application_id=application.pk, subject=sponsorship, what=Read.TITLE_AND_SUMMARY)
    context = {
        "sponsorship": sponsorship,
        "application": application,
        "program": application.call.program,
        "call": application.call,
        "summary": sponsors.summary_of(application),
        "form": form,
    }
    return render(request, "applications/sponsor_answer.html", context, status=422 if form.errors else 200)


def _is_the_sponsor(user: User | AnonymousUser, sponsorship: Sponsorship) -> TypeGuard[User]:
    return user.is_authenticated and address_key(user.email) == address_key(sponsorship.email)
