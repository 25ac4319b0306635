"""Check your answers, attest and submit once, the receipt, and the file's own page for the applicant."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import User
from accounts.requests import PersonRequest
from accounts.rules import is_signatory
from applications.checks import (
    ELIGIBILITY_SECTION,
    attestations_of,
    live_sponsorship,
    missing_answers,
    needs_sponsor,
    unconfirmed,
)
from applications.figures import aid_of, requested_of, totals
from applications.forms.company import AttestForm, ReasonForm
from applications.models import Application, Snapshot
from applications.rules import MISSING, UNCONFIRMED, comes_in_time, last_closing
from applications.selectors.answers import answers_of, form_of
from applications.selectors.people import signatories_of
from applications.selectors.progress import bridge, next_steps, timeline, while_awaited
from applications.selectors.shown import shown_sections
from applications.selectors.submitted import current_snapshot, read_snapshot
from applications.services import submission
from applications.states import ApplicationState
from applications.views.catalogue import fact_for
from applications.views.drafting import draft_of, of_drafts, own
from audit.states import Read
from documents.downloads import file_response
from moves.machine import allowed, ask_who
from moves.machine import refusals as refusals_to
from moves.refusals import Refusal, WrongMoment
from work import clock
from work.forms import said

SALT = "applications.began"


# ------------------------------------------------------- check and submit


@of_drafts
@require_GET
def check(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Everything that will be sent, each answer with a link to change it; what is missing, with a link to it."""
    application = draft_of(request, public_id, read=Read.CHECK)
    answers = answers_of(application)
    left = missing_lines(application, answers)
    signs = is_signatory(application.organisation, request.user)
    waits = in_the_way(application, request.user, began_at=clock.now())
    aid = aid_of(application, answers)
    context = fact_for(application) | {
        "application": application,
        "waits": unled(waits),
        "sections": [
            part
            for part in shown_sections(application, answers)
            # attestations are read and ticked next
            if any(not one.is_attestation for one in part.answers)
        ],
        "lines": left,
        "ready": signs and not waits,
        "signs": signs,
        "signatories": [] if signs else signatories_of(application.organisation),
        "totals": totals(aid, answers, sources=True) if aid else None,
        "sponsorship": live_sponsorship(application) if needs_sponsor(application.call) else None,
        "needs_sponsor": needs_sponsor(application.call),
        "statements": [str(q.text) for q in attestations_of(form_of(application), answers)],
    }
    return render(request, "applications/check.html", context)


def in_the_way(application: Application, person: User, *, began_at: datetime | None) -> tuple[Refusal, ...]:
    """What stands in the way of submitting from a page that was opened at `began_at`, as the act would say it.

    Every member is told of a call that takes nothing more; the rest, who can submit.
    """
    late = comes_in_time(application.call, application.organisation_id, began_at)
    if late is not None:
        return (late,)
    return tuple(refusal for one in allowed(application, person, Application.submit) for refusal in one.refusals)


def unled(waits: Iterable[Refusal]) -> list[str]:
    """The sentences of what no line of `missing_lines` leads to."""
    return [str(refusal.message) for refusal in waits if refusal.code not in (MISSING, UNCONFIRMED)]


def missing_lines(application: Application, answers: Mapping[str, object]) -> list[dict[str, str]]:
    """What is missing, as lines of an error summary that lead to the field."""
    form, lines = form_of(application), []
    for item in missing_answers(application, answers):
        if item.section == ELIGIBILITY_SECTION:
            url = reverse("application-eligibility", args=[application.public_id])
            lines.append({"text": item.message, "url": url})
            continue
        question = form.question(item.question)
        assert question is not None  # what is missing of the form is one of its questions
        url = reverse("application-section", args=[application.public_id, item.section])
        text = said(question.label, item.message)
        lines.append({"text": text, "url": f"{url}#place-{item.question}"})
    if unconfirmed(application):
        url = reverse("application-sponsor", args=[application.public_id])
        lines.append({"text": _("The sponsor has not confirmed yet."), "url": url})
    return lines


@login_required
@require_http_methods(["GET", "POST"])
def submit(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Attest and submit. However often it is sent, there is one submission, and one receipt."""
    application = own(request, public_id, read=Read.ATTEST)
    if application.state != ApplicationState.DRAFT:  # a second click, a retry: the receipt it already has
        return redirect("application-submitted", application.public_id)
    answers = answers_of(application)
    statements = attestations_of(form_of(application), answers)
    form = AttestForm(statements, request.POST or None, initial={"began": signing.dumps(stamp(), salt=SALT)})
    refusals = []
    if request.method == "POST" and form.is_valid():
        try:
            submission.submit_application(
                application,
                by=request.user,
                attestations=form.agreed,
                signed_name=form.cleaned_data["signed_name"],
                began_at=began(form.cleaned_data["began"]),
            )
            return redirect("application-submitted", application.public_id)
        except WrongMoment as refused:
            refusals = [str(refusal.message) for refusal in refused.refusals]
    signs = is_signatory(application.organisation, request.user)
    aid = aid_of(application, answers)
    context = fact_for(application) | {
        "application": application,
        "form": form,
        "refusals": refusals,
        "waits": unled(in_the_way(application, request.user, began_at=began(form["began"].value()))),
        "lines": missing_lines(application, answers),
        "signs": signs,
        "signatories": [] if signs else signatories_of(application.organisation),
        "amount": requested_of(aid, answers),
        "closes_at": last_closing(application.call, application.organisation_id),
    }
    status = 409 if refusals else 422 if form.errors else 200
    return render(request, "applications/submit.html", context, status=status)


def stamp() -> str:
    return clock.now().isoformat()


def began(text: str) -> datetime | None:
    """When the page that submits was opened, as we signed it; None when it is not ours."""
    try:
        return datetime.fromisoformat(signing.loads(text, salt=SALT))
    except (signing.BadSignature, ValueError, TypeError):
        return None


@login_required
@require_GET
def submitted(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """After submitting: the number, the receipt, and what happens next."""
    application = own(request, public_id, read=Read.CONFIRMATION)
    snapshot = current_snapshot(application)
    if application.state == ApplicationState.DRAFT or snapshot is None:
        return redirect("application-detail", application.public_id)
    context = {
        "application": application,
        "snapshot": snapshot,
        "next": next_steps(application),
    }
    return render(request, "applications/submitted.html", context)


# ---------------------------------------------------------------- its page


@login_required
@require_GET
def detail(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Where the file stands, as the applicant may know it: never an outcome before its letter."""
    application = own(request, public_id, read=Read.FILE)
    if application.state == ApplicationState.DRAFT and not application.snapshots.exists():
        return redirect("application-tasks", application.public_id)
    state = application.public_state
    signs = is_signatory(application.organisation, request.user)
    own_moves = allowed(application, request.user, Application.take_back)
    may = {one.step for one in own_moves if not one.refusals}
    asked = application.change_requests.waiting().first()
    context = {
        "application": application,
        "state": state,
        "tag": state.row.tag,
        "steps": bridge(application),
        "entries": timeline(application),
        "snapshots": list(application.snapshots.latest_first().select_related("receipt")),
        "change_request": asked,
        "in_cohort": while_awaited(asked) if asked else "",
        "letter": application.outcome_at is not None,
        "next": next_steps(application),
        "signs": signs,
        "may_take_back": Application.take_back in may,
        "may_withdraw": signs and state.row.is_under_way,
    }
    return render(request, "applications/detail.html", context)


@login_required
@require_GET
def answers(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """What was submitted, as it stands, never as it is being changed."""
    application = own(request, public_id, read=Read.ANSWERS)
    snapshot = current_snapshot(application)
    if snapshot is None:
        return redirect("application-tasks", application.public_id)
    content = read_snapshot(snapshot)
    sections = shown_sections(application, content.answers, documents=content.documents_of(application))
    context = {"application": application, "sections": sections, "snapshot": snapshot}
    return render(request, "applications/answers.html", context)


@login_required
@require_GET
def receipt(request: PersonRequest, public_id: UUID, number: int) -> HttpResponseBase:
    """The receipt as PDF, once the worker has made it."""
    application = own(request, public_id, read=Read.RECEIPT)
    snapshot = get_object_or_404(
        Snapshot.objects.visible_to(request.user).select_related("receipt"),
        application=application,
        number=number,
        receipt__isnull=False,
    )
    if snapshot.receipt is None or not snapshot.receipt.is_ready:
        raise Http404
    return file_response(snapshot.receipt)


@login_required
@require_http_methods(["GET", "POST"])
def take_back(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Back to a draft, after asking."""
    application = own(request, public_id, read=Read.TAKE_BACK)
    if request.method == "POST":
        submission.take_back_application(application, by=request.user)
        messages.success(request, _("Your application is a draft again: it counts for nothing until you submit it."))
        return redirect("application-tasks", application.public_id)
    if in_its_way := refusals_to(application, Application.take_back, by=request.user):
        raise WrongMoment(*in_its_way)
    return render(request, "applications/take_back.html", fact_for(application) | {"application": application})


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Withdraw, with the reason. Where it is too late, what was typed stays on the page, to be copied."""
    application = own(request, public_id, read=Read.WITHDRAW)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    try:
        if form.is_valid():
            submission.withdraw_application(application, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, _("Your application is withdrawn."))
            return redirect("application-detail", application.public_id)
        ask_who(application, Application.withdraw, by=request.user)
        if not application.public_state.row.is_under_way:  # of what is told: the page tells no more
            raise WrongMoment(*refusals_to(application, Application.withdraw, by=request.user))
    except WrongMoment as stopped:
        if not form.is_bound:
            raise
        form.add_error(None, stopped.message)
    status = 409 if form.non_field_errors() else 422 if form.errors else 200
    return render(request, "applications/withdraw.html", {"application": application, "form": form}, status=status)
