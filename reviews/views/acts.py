"""One reviewer's part of a file: its page, and what an officer or the chair does with it."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.requests import PersonRequest
from applications.access import STAFF, enter
from applications.models import Application
from audit.actors import Actor
from audit.states import Read
from moves.machine import allowed, ask_who
from moves.refusals import WrongMoment
from moves.transitions import MoveOf
from programs.selectors import rubric_of
from reviews import checks, selectors, services
from reviews.access import sees_scores
from reviews.forms.people import ReasonForm, ReplaceForm
from reviews.models import Assignment
from reviews.querysets import AssignmentQuerySet
from reviews.rules import takes_reviewers
from reviews.states import AssignmentState
from reviews.views.evidence import written_review

# What an act asks for, made of what was sent (None: the page is read) and of the file, for its reader.
FormOf = Callable[[QueryDict | None, Application, User], forms.Form]


@dataclass(frozen=True)
class Act:
    """What an officer or the chair does with one assignment: the move that it is, the words of its page, what it asks
    for, and the service that does it."""

    step: MoveOf[Assignment]
    title: str | Promise
    lead: str | Promise
    button: str | Promise
    form: FormOf
    do: Callable[[Assignment, forms.Form, User], object]
    warning: bool = False


def _nothing(data: QueryDict | None, application: Application, reader: User) -> forms.Form:
    """Its button is enough."""
    return forms.Form(data)


def _reason(data: QueryDict | None, application: Application, reader: User) -> forms.Form:
    return ReasonForm(data, label=_("Reason"), help_text=_("The people concerned may read it."))


def _other_reviewer(data: QueryDict | None, application: Application, reader: User) -> forms.Form:
    return ReplaceForm(data, people=checks.candidates(application, reader=reader))


def _cancel(one: Assignment, form: forms.Form, by: User) -> None:
    services.cancel_assignment(one, by=by)


def _replace(one: Assignment, form: forms.Form, by: User) -> None:
    assert isinstance(form, ReplaceForm)  # the act's own
    services.replace_assignment(one, form.person, by=by)


def _recuse(one: Assignment, form: forms.Form, by: User) -> None:
    services.recuse_reviewer(one, by=by, note=form.cleaned_data["reason"])


def _reopen(one: Assignment, form: forms.Form, by: User) -> None:
    services.reopen_review(one, by=by, reason=form.cleaned_data["reason"])


# By the last part of their address, in the order of the page.
ACTS = {
    "cancel": Act(
        Assignment.cancel,
        gettext_lazy("Take the file back"),
        gettext_lazy("The file leaves this person's queue. What they had begun is kept and not counted."),
        gettext_lazy("Take the file back"),
        _nothing,
        _cancel,
    ),
    "replace": Act(
        Assignment.cancel,
        gettext_lazy("Replace the reviewer"),
        gettext_lazy("The file is taken back and offered to the other person, both at once."),
        gettext_lazy("Replace"),
        _other_reviewer,
        _replace,
    ),
    "recuse": Act(
        Assignment.recuse,
        gettext_lazy("Recuse for a conflict of interest"),
        gettext_lazy("The file closes to this person. A score already given is kept and no longer counted."),
        gettext_lazy("Recuse"),
        _reason,
        _recuse,
        warning=True,
    ),
    "reopen": Act(
        Assignment.reopen,
        gettext_lazy("Reopen this review"),
        gettext_lazy("The review goes back to its author, who can change it. The file is in review again."),
        gettext_lazy("Reopen the review"),
        _reason,
        _reopen,
    ),
}


def _acts_on(assignment: Assignment, application: Application, user: Actor) -> list[tuple[str, Act]]:
    """The acts that `user` may do on an assignment now, by name."""
    may = {one.step: one for one in allowed(assignment, user)}
    found = {name: act for name, act in ACTS.items() if act.step in may}
    # The review of a file that is reviewed reopens the file's own with it; of an earlier panel, none reopens.
    waits = Assignment.reopen in may and may[Assignment.reopen].refusals
    if waits and (assignment.set_aside_at or not allowed(application, user, Application.reopen_review)):
        del found["reopen"]
    if takes_reviewers(application):
        found.pop("replace", None)
    return list(found.items())


def _reviews_of(application: Application, user: User) -> AssignmentQuerySet:
    return application.assignments.visible_to(user).select_related("reviewer", "assigned_by")


@login_required
@require_http_methods(["GET"])
def assignment(request: PersonRequest, reference: str, public_id: UUID) -> HttpResponse:
    """One reviewer's part: where it stands, the review once it may be read, and what can be done."""
    application = enter(request.user, STAFF, read=Read.ONE_REVIEW, reference=reference)
    one = get_object_or_404(_reviews_of(application, request.user), public_id=public_id)
    shown = sees_scores(application, request.user) and one.total is not None
    context = {
        "application": application,
        "assignment": one,
        "tag": AssignmentState(one.state).row.tag,
        "note": selectors.notes_of([one]).get(one.pk, ""),
        "review": written_review(one, rubric_of(application.call)) if shown else None,
        "acts": [(name, act.title) for name, act in _acts_on(one, application, request.user)],
    }
    return render(request, "reviews/assignment.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def act(request: PersonRequest, reference: str, public_id: UUID, name: str) -> HttpResponse:
    """Cancel, replace, recuse or reopen: a page that says what it does, then does it."""
    application = enter(request.user, STAFF, read=Read.ONE_REVIEW, reference=reference)
    one = get_object_or_404(_reviews_of(application, request.user), public_id=public_id)
    chosen = ACTS.get(name)
    if chosen is None:
        raise Http404
    ask_who(one, chosen.step, by=request.user)  # the wrong person is told at once; the moment, by the act
    form = chosen.form(request.POST if request.method == "POST" else None, application, request.user)
    if request.method == "POST" and form.is_valid():
        try:
            chosen.do(one, form, request.user)
        except WrongMoment as stopped:
            if not form.fields:
                raise
            for refusal in stopped.refusals:
                form.add_error(None, str(refusal.message))
        else:
            messages.success(request, _("Done: %(act)s.") % {"act": chosen.title})
            return redirect("review-file", reference)
    context = {
        "application": application,
        "assignment": one,
        "form": form,
        "title": chosen.title,
        "lead": chosen.lead,
        "button": chosen.button,
        "warning": chosen.warning,
    }
    return render(request, "reviews/act.html", context)
