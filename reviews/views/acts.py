"""One reviewer's part of a file: its page, and what an officer or the chair does with it."""

from typing import TypedDict
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.requests import PersonRequest
from applications.access import STAFF, enter
from applications.models import Application
from audit.actors import Actor
from moves.machine import allowed, ask_who
from moves.refusals import WrongMoment
from moves.transitions import MoveOf
from programs.selectors import rubric_of
from reviews import checks, services
from reviews.forms.people import ReasonForm, ReplaceForm
from reviews.models import Assignment
from reviews.rules import takes_reviewers
from reviews.states import AssignmentState
from reviews.views.evidence import review_rows
from reviews.views.panel import notes_of, sees_scores


class Act(TypedDict):
    """What an officer or the chair does with one assignment: the move that it is, and the words of its page."""

    step: MoveOf[Assignment]
    title: str
    lead: str
    button: str


def _acts() -> dict[str, Act]:
    return {
        "cancel": {
            "step": Assignment.cancel,
            "title": _("Take the file back"),
            "lead": _("The file leaves this person's queue. What they had begun is kept and not counted."),
            "button": _("Take the file back"),
        },
        "replace": {
            "step": Assignment.cancel,
            "title": _("Replace the reviewer"),
            "lead": _("The file is taken back and offered to the other person, both at once."),
            "button": _("Replace"),
        },
        "recuse": {
            "step": Assignment.recuse,
            "title": _("Recuse for a conflict of interest"),
            "lead": _("The file closes to this person. A score already given is kept and no longer counted."),
            "button": _("Recuse"),
        },
        "reopen": {
            "step": Assignment.reopen,
            "title": _("Reopen this review"),
            "lead": _("The review goes back to its author, who can change it. The file is in review again."),
            "button": _("Reopen the review"),
        },
    }


def _acts_on(assignment: Assignment, application: Application, user: Actor) -> list[str]:
    """The names of the acts that `user` may do on an assignment now."""
    may = {one.step: one for one in allowed(assignment, user)}
    names = [name for name, act in _acts().items() if act["step"] in may]
    # The review of a file that is reviewed reopens the file's own with it.
    waits = Assignment.reopen in may and may[Assignment.reopen].refusals
    if waits and not allowed(application, user, Application.reopen_review):
        names.remove("reopen")
    if takes_reviewers(application) and "replace" in names:
        names.remove("replace")
    return names


@login_required
@require_http_methods(["GET"])
def assignment(request: PersonRequest, reference: str, public_id: UUID) -> HttpResponse:
    """One reviewer's part: where it stands, the review once it may be read, and what can be done."""
    application = enter(request.user, STAFF, read="one review", reference=reference)
    one = get_object_or_404(application.assignments.select_related("reviewer", "assigned_by"), public_id=public_id)
    shown = sees_scores(application, request.user) and one.total is not None
    acts = _acts()
    context = {
        "application": application,
        "assignment": one,
        "tag": AssignmentState(one.state).row.tag,
        "note": notes_of([one]).get(one.pk, ""),
        "review": review_rows(one, rubric_of(application.call)) if shown else None,
        "acts": [(name, acts[name]["title"]) for name in _acts_on(one, application, request.user)],
    }
    return render(request, "reviews/assignment.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def act(request: PersonRequest, reference: str, public_id: UUID, name: str) -> HttpResponse:
    """Cancel, replace, recuse or reopen: a page that says what it does, then does it."""
    application = enter(request.user, STAFF, read="one review", reference=reference)
    one = get_object_or_404(application.assignments.select_related("reviewer"), public_id=public_id)
    acts = _acts()
    if name not in acts:
        raise Http404
    ask_who(one, acts[name]["step"], by=request.user)  # the wrong person is told at once; the moment, by the act
    form = _act_form(name, application, request.POST if request.method == "POST" else None)
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            _do(name, one, form, application, by=request.user)
        except WrongMoment as stopped:
            if form is None:
                raise
            for refusal in stopped.refusals:
                form.add_error(None, str(refusal.message))
        else:
            messages.success(request, _("Done: %(act)s.") % {"act": acts[name]["title"]})
            return redirect("review-file", reference)
    context = {"application": application, "assignment": one, "form": form, **acts[name], "warning": name == "recuse"}
    return render(request, "reviews/act.html", context)


def _act_form(name: str, application: Application, data: QueryDict | None) -> ReasonForm | ReplaceForm | None:
    if name == "replace":
        return ReplaceForm(data, free=[c for c in checks.candidates(application) if not c.conflicts])
    if name == "cancel":
        return None
    help_text = _("The people concerned may read it.")
    return ReasonForm(data, label=_("Reason"), help_text=help_text)


def _do(
    name: str, one: Assignment, form: ReasonForm | ReplaceForm | None, application: Application, *, by: User
) -> None:
    given = form.cleaned_data if form else {}
    if name == "cancel":
        services.cancel_assignment(one, by=by)
    elif name == "replace":
        chosen = given["reviewer"]
        person = next(c.user for c in checks.candidates(application) if str(c.user.public_id) == chosen)
        services.replace_assignment(one, person, by=by)
    elif name == "recuse":
        services.recuse_reviewer(one, by=by, note=given["reason"])
    else:
        services.reopen_review(one, by=by, reason=given["reason"])
