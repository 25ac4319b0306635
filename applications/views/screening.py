"""Screening a file: found complete, its checklist marked one by one, then the finding."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.requests import PersonRequest
from applications.access import STAFF, enter
from applications.findings import because_of, checklist_of
from applications.forms.staff import MarkForm, OwnItemForm
from applications.models import Application
from applications.pages import DECLARE_PAGE
from applications.rules import Again, to_look_at_again
from applications.selectors.people import officers_of
from applications.selectors.progress import checked_again
from applications.selectors.screening import edition_of, screening_of
from applications.selectors.turns import stuck_among
from applications.services import screening as services
from applications.states import IN_SCREENING
from audit.states import Read
from moves.machine import allowed
from moves.machine import refusals as in_the_way_of
from moves.refusals import UNDECLARED, Forbidden, Refusal, WrongMoment
from moves.transitions import MoveOf
from work.versions import Overtaken


@dataclass(frozen=True)
class Found:
    """What a finding is: its move, the service that makes it, and what is said once it is made."""

    step: MoveOf[Application]
    service: Callable[..., Application]
    done: Promise


FOUND = {
    "complete": Found(
        Application.find_complete,
        services.find_complete,
        gettext_lazy("The file is complete: its applicant is notified."),
    ),
    "eligible": Found(
        Application.find_eligible, services.find_eligible, gettext_lazy("The file is declared eligible.")
    ),
    "ineligible": Found(
        Application.find_ineligible,
        services.find_ineligible,
        gettext_lazy("The file is declared ineligible: a decision is drafted."),
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def checklist(request: PersonRequest, reference: str) -> HttpResponse:
    """Every item with what the system found; one form an item, so that one mark is one save."""
    application = enter(request.user, STAFF, read=Read.SCREENING, reference=reference)
    faulty, own_form, status = None, OwnItemForm(), 200
    if request.method == "POST":
        status, edition = 422, request.POST.get("edition", "")
        try:
            if "own" in request.POST:
                own_form = OwnItemForm(request.POST)
                if own_form.is_valid() and _said(request, services.add_own_item, application, **own_form.cleaned_data):
                    return redirect("file-screening", reference)
            elif "confirm" in request.POST:
                if _said(request, services.confirm_marks, application, edition=edition):
                    messages.success(request, _("The checklist was looked at again; the notes are kept."))
                return redirect("file-screening", reference)
            else:
                faulty = form = MarkForm(request.POST, auto_id=f"{request.POST.get('item', '')}_%s")
                if form.is_valid():
                    given = dict(form.cleaned_data)
                    item = given.pop("item")
                    if _said(request, services.mark_finding, application, item, edition=edition, **given):
                        return redirect(f"{reverse('file-screening', args=[reference])}#{item}")
                    faulty = None
        except Overtaken as problem:
            form.overtaken(problem, reader=request.user)
            status = 409
        except services.ScreeningOvertaken as changed:  # the page as it is now; what was typed stays
            messages.error(request, changed.message)
            status = 409
    return _page(request, application, faulty=faulty, own_form=own_form, status=status)


def _said(request: PersonRequest, service: Callable[..., object], *args: object, **given: object) -> bool:
    """Whether it was done; what refused it at this moment is said at the top of the page. ScreeningOvertaken where it
    was not asked of what is there now."""
    try:
        service(*args, by=request.user, **given)
    except services.ScreeningOvertaken:
        raise
    except WrongMoment as refused:
        messages.error(request, refused.message)
        return False
    return True


def _page(
    request: PersonRequest,
    application: Application,
    *,
    faulty: MarkForm | None = None,
    own_form: OwnItemForm | None = None,
    status: int = 200,
) -> HttpResponse:
    refusal, edition = _in_the_way(application, request.user), edition_of(application)
    lines = []
    items = checklist_of(application, reader=request.user)
    for item in items:
        if faulty is not None and faulty.data.get("item") == item.key:
            form, faulty.about = faulty, str(item.label)
        else:
            mark = {True: "yes", False: "no", None: "none"}[item.marked]
            reason = item.finding.reason if item.finding else ""
            initial = {"item": item.key, "passed": mark, "reason": reason, "version": item.version}
            form = MarkForm(initial=initial, auto_id=f"{item.key}_%s")
        lines.append({"item": item, "form": form})
    stale = [item for item in items if item.stale]
    failed = [item for item in items if item.passed is False]
    findings = {
        one.step: one
        for one in allowed(
            application,
            request.user,
            Application.find_complete,
            Application.find_eligible,
            Application.find_ineligible,
            Application.request_changes,
        )
    }
    complete, eligible = findings.get(Application.find_complete), findings.get(Application.find_eligible)
    asking = None if application.complete_at else findings.get(Application.request_changes)
    may_ask = asking is not None and not asking.refusals
    whom = officers_of(application) if complete and not application.complete_at and not may_ask else []
    context = {
        "tab": "file-screening",
        "application": application,
        "lines": lines,
        "refusal": refusal,
        "declare_url": declare_url(application) if refusal and refusal.code == UNDECLARED else "",
        "own_form": own_form or OwnItemForm(),
        "faulty": [form for form in (faulty, own_form) if form is not None and form.errors],
        "done": sum(item.passed is not None for item in items),
        "total": len(items),
        "failing": len(failed),
        "stale": stale,
        "look_again": to_look_at_again(len(stale), because_of(stale)) if stale else "",
        "returned": screening_of(application).returned if application.state in IN_SCREENING else None,
        "again_as_sent": because_of(stale) is Again.SENT,
        "edition": edition,
        "complete": complete,
        "again": checked_again(application),
        "may_ask": may_ask,
        "askers": [one.full_name for one in whom],
        "eligible": eligible,
        "may_find_eligible": eligible is not None and not eligible.refusals,
        "ineligible": findings.get(Application.find_ineligible),
        "stuck": stuck_among([application]).get(application.pk),
    }
    return render(request, "applications/file_screening.html", context, status=status)


def _in_the_way(application: Application, user: User) -> Refusal | None:
    """Why `user` cannot mark the checklist now, whoever they are: the page says it to every reader."""
    try:
        waiting = services.marking_refusals(application, by=user)
    except Forbidden as wrong:
        return Refusal(wrong.message, code=wrong.code)
    except WrongMoment as early:
        return early.refusals[0]
    return waiting[0] if waiting else None


def declare_url(application: Application) -> str:
    """Where interests are declared, and then back to the checklist."""
    back = reverse("file-screening", args=[application.reference])
    return f"{DECLARE_PAGE(application.number).url}?{urlencode({'next': back})}"


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def find(request: PersonRequest, reference: str, outcome: str) -> HttpResponse:
    """The finding: read again, confirmed, made."""
    application = enter(request.user, STAFF, read=Read.SCREENING, reference=reference)
    finding = FOUND[outcome]
    try:
        refusals = in_the_way_of(application, finding.step, by=request.user)
    except WrongMoment as early:
        refusals = early.refusals
    status, changed = 200, ""
    if request.method == "POST":
        try:
            finding.service(application, by=request.user, edition=request.POST.get("edition", ""))
        except services.ScreeningOvertaken as overtaken:
            changed, status = overtaken.message, 409
        except WrongMoment as refused:
            refusals, status = refused.refusals, 409
        else:
            messages.success(request, str(finding.done))
            return redirect("file-screening", reference)
    context = {
        "tab": "file-screening",
        "application": application,
        "outcome": outcome,
        "edition": edition_of(application),
        "changed": changed,
        "failed": [item for item in checklist_of(application) if item.passed is False],
        "refusals": refusals,
        "declare_url": declare_url(application) if any(one.code == UNDECLARED for one in refusals) else "",
    }
    return render(request, "applications/file_find.html", context, status=status)
