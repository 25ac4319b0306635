"""One call: what it is, what may be done with it now, and a page to confirm each act."""

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.requests import PersonRequest
from moves.machine import allowed
from moves.machine import refusals as refusals_to
from moves.refusals import Forbidden, Refusal, WrongMoment
from moves.transitions import MoveOf
from programs.forms import AccommodationForm, CancelForm, ClosingForm
from programs.models import Call
from programs.pages import PAGE_OF_MOVE
from programs.rules import EARLIER, is_call_officer
from programs.selectors import accommodations_of
from programs.services import calls as services
from programs.views.programs import phase_of
from work import clock
from work.templatetags.formats import instant


def of_staff(request: PersonRequest, public_id: UUID) -> Call:
    calls = Call.objects.of_staff(request.user).select_related("program__cluster", "form", "rubric", "rules")
    return get_object_or_404(calls, public_id=public_id)


def managed(request: PersonRequest, public_id: UUID) -> Call:
    """The call, for its officers; 404 for who cannot read it, 403 for who only reads it."""
    call = of_staff(request, public_id)
    if not is_call_officer(call, request.user):
        raise Forbidden(_("Only an officer of the programme does this."))
    return call


@require_safe
@login_required
@never_cache
def details(request: PersonRequest, public_id: UUID) -> HttpResponse:
    call = of_staff(request, public_id)
    now = clock.now()
    acts = [
        {
            "label": act.label,
            "refusals": act.refusals,
            "url": PAGE_OF_MOVE[act.step](call.public_id).url,
            "says_what_is_missing": act.step is Call.publish,
        }
        for act in allowed(call, request.user)
    ]
    context = {
        "call": call,
        "program": call.program,
        "phase": phase_of(call),
        "acts": acts,
        "cohorts": [{"at": at, "past": at < now} for at in call.closings],
        "accommodations": accommodations_of(call) if is_call_officer(call, request.user) else [],
    }
    return render(request, "programs/call.html", context)


def in_the_way(call: Call, user: User, step: MoveOf[Call]) -> tuple[Refusal, ...]:
    """What stands in the way of the act now, whatever would be typed; the state too."""
    try:
        return refusals_to(call, step, by=user)
    except WrongMoment as wrong:
        return wrong.refusals


TEMPLATES: dict[MoveOf[Call], str] = {
    Call.extend: "programs/call_extend.html",
    Call.accommodate: "programs/call_accommodate.html",
    Call.cancel: "programs/call_cancel.html",
    Call.archive: "programs/call_archive.html",
}


def act_page(
    request: PersonRequest,
    call: Call,
    step: MoveOf[Call],
    form: forms.Form | None,
    act: Callable[[], None],
    done: Callable[[], str],
) -> HttpResponse:
    """The page where the move `step` is made by `act`: what it does, its form, and what refused it, on the form."""
    refusals = in_the_way(call, request.user, step)
    status = 200
    if request.method == "POST":
        status = 422
        refusals = () if form else refusals  # the form says them, and keeps what was typed
        if form is None or form.is_valid():
            try:
                act()
            except WrongMoment as refused:
                status = 409
                if form is None:
                    refusals = refused.refusals
                else:
                    for refusal in refused.refusals:
                        place = "day" if refusal.code == EARLIER and "day" in form.fields else None
                        form.add_error(place, str(refusal.message))
            else:
                messages.success(request, done())
                return redirect("call-manage", call.public_id)
    context = {"call": call, "program": call.program, "form": form, "refusals": refusals, "phase": phase_of(call)}
    return render(request, TEMPLATES[step], context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def extend(request: PersonRequest, public_id: UUID) -> HttpResponse:
    call = managed(request, public_id)
    form = ClosingForm(request.POST if request.method == "POST" else None, call=call)

    def act() -> None:
        services.extend_call(call, by=request.user, closes_at=form.instant(), reason=form.cleaned_data["reason"])

    def done() -> str:
        moved = _("The closing is moved to %(instant)s. The applicants who gain time by it are notified.")
        return moved % {"instant": instant(form.instant())}

    return act_page(request, call, Call.extend, form, act, done)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def accommodate(request: PersonRequest, public_id: UUID) -> HttpResponse:
    call = managed(request, public_id)
    form = AccommodationForm(request.POST if request.method == "POST" else None, call=call)

    def act() -> None:
        services.accommodate_applicant(
            call,
            by=request.user,
            organisation=form.organisation,
            closes_at=form.instant(),
            reason=form.cleaned_data["reason"],
        )

    def done() -> str:
        return _("This applicant has its own closing: %(instant)s.") % {"instant": instant(form.instant())}

    return act_page(request, call, Call.accommodate, form, act, done)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def cancel(request: PersonRequest, public_id: UUID) -> HttpResponse:
    call = managed(request, public_id)
    form = CancelForm(request.POST if request.method == "POST" else None)

    def act() -> None:
        services.cancel_call(call, by=request.user, reason=form.cleaned_data["reason"])

    def done() -> str:
        return _("The call is cancelled. Its applicants are notified.")

    return act_page(request, call, Call.cancel, form, act, done)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def archive(request: PersonRequest, public_id: UUID) -> HttpResponse:
    call = managed(request, public_id)

    def act() -> None:
        services.archive_call(call, by=request.user)

    return act_page(request, call, Call.archive, None, act, lambda: _("The call is archived."))
