"""One reviewer's part of a file: its page, and what an officer or the chair does with it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from applications.states import ApplicationState
from moves.refusals import Forbidden, WrongMoment
from programs.roles import ProgramRole
from programs.rules import holds, is_program_officer
from programs.selectors import rubric_of
from reviews import checks, services
from reviews.forms.people import ReasonForm, ReplaceForm
from reviews.states import AssignmentState
from reviews.views.evidence import review_rows
from reviews.views.files import staff_file
from reviews.views.panel import KINDS, notes_of, sees_scores


# What an officer or the chair does with one assignment: who may, in which states, the words of its page.
def _acts():
    return {
        "cancel": {
            "states": (AssignmentState.OFFERED, AssignmentState.ACCEPTED),
            "chair": False,
            "title": _("Take the file back"),
            "lead": _("The file leaves this person's queue. What they had begun is kept and not counted."),
            "button": _("Take the file back"),
        },
        "replace": {
            "states": (AssignmentState.OFFERED, AssignmentState.ACCEPTED),
            "chair": False,
            "title": _("Replace the reviewer"),
            "lead": _("The file is taken back and offered to the other person, both at once."),
            "button": _("Replace"),
        },
        "recuse": {
            "states": (AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.SUBMITTED),
            "chair": None,
            "title": _("Recuse for a conflict of interest"),
            "lead": _("The file closes to this person. A score already given is kept and no longer counted."),
            "button": _("Recuse"),
        },
        "reopen": {
            "states": (AssignmentState.SUBMITTED,),
            "chair": True,
            "title": _("Reopen this review"),
            "lead": _("The review goes back to its author, who can change it. The file is in review again."),
            "button": _("Reopen the review"),
        },
    }


def _acts_on(assignment, application, user):
    """The names of the acts that `user` may do on an assignment now."""
    program = application.call.program
    officer, chair = is_program_officer(program, user), holds(user, ProgramRole.CHAIR, program)
    may = {True: chair, False: officer, None: officer or chair}
    names = [name for name, act in _acts().items() if assignment.state in act["states"] and may[act["chair"]]]
    if application.state not in (ApplicationState.IN_REVIEW, ApplicationState.REVIEWED) and "reopen" in names:
        names.remove("reopen")
    if application.state not in (ApplicationState.ELIGIBLE, ApplicationState.IN_REVIEW) and "replace" in names:
        names.remove("replace")
    return names


@login_required
@require_http_methods(["GET"])
def assignment(request, reference, public_id):
    """One reviewer's part: where it stands, the review once it may be read, and what can be done."""
    application = staff_file(request, reference, read="one review")
    one = get_object_or_404(application.assignments.select_related("reviewer", "assigned_by"), public_id=public_id)
    one.kind = KINDS[one.state]
    shown = sees_scores(application, request.user) and one.total is not None
    acts = _acts()
    context = {
        "application": application,
        "assignment": one,
        "note": notes_of([one]).get(one.pk, ""),
        "review": review_rows(one, rubric_of(application.call)) if shown else None,
        "acts": [(name, acts[name]["title"]) for name in _acts_on(one, application, request.user)],
    }
    return render(request, "reviews/assignment.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def act(request, reference, public_id, name):
    """Cancel, replace, recuse or reopen: a page that says what it does, then does it."""
    application = staff_file(request, reference)
    one = get_object_or_404(application.assignments.select_related("reviewer"), public_id=public_id)
    acts = _acts()
    if name not in acts:
        raise Http404
    _must_be_allowed(acts[name], application, request.user)
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


def _must_be_allowed(act, application, user):
    program = application.call.program
    officer, chair = is_program_officer(program, user), holds(user, ProgramRole.CHAIR, program)
    if not {True: chair, False: officer, None: officer or chair}[act["chair"]]:
        raise Forbidden(_("Your role does not let you do this here: %(move)s.") % {"move": act["title"]})


def _act_form(name, application, data):
    if name == "replace":
        return ReplaceForm(data, free=[c for c in checks.candidates(application) if not c.conflicts])
    if name == "cancel":
        return None
    help_text = _("The people concerned may read it.")
    return ReasonForm(data, label=_("Reason"), help_text=help_text)


def _do(name, one, form, application, *, by):
    if name == "cancel":
        services.cancel_assignment(one, by=by)
    elif name == "replace":
        chosen = form.cleaned_data["reviewer"]
        person = next(c.user for c in checks.candidates(application) if str(c.user.public_id) == chosen)
        services.replace_assignment(one, person, by=by)
    elif name == "recuse":
        services.recuse_reviewer(one, by=by, note=form.cleaned_data["reason"])
    else:
        services.reopen_review(one, by=by, reason=form.cleaned_data["reason"])
