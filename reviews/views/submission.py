"""A review as a whole: checked and submitted by its reviewer, then read; and the documents of its file."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import PersonRequest
from applications.models import Document
from applications.selectors import submitted
from audit.states import Read, ReadOne
from documents.downloads import file_response
from moves.refusals import WrongMoment
from programs.rubric import Rubric
from programs.selectors import rubric_of
from reviews import checks, services
from reviews.forms.scores import FeedbackForm
from reviews.models import Assignment
from reviews.services.scores import FeedbackConflict
from reviews.states import AssignmentState
from reviews.views.evidence import evidence_of, steps_of, written_review
from reviews.views.files import of_reviewer, opened_assignment
from reviews.views.queue import to_next


@of_reviewer
@require_http_methods(["GET", "POST"])
def check(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """The whole review before it is submitted: each score and comment, what is missing, a word for the applicant."""
    assignment = opened_assignment(request, public_id, read=Read.OWN_REVIEW)
    if assignment.state == AssignmentState.SUBMITTED:
        return redirect("review-read", public_id)
    rubric = rubric_of(assignment.application.call)
    initial = {"feedback": assignment.feedback, "feedback_version": assignment.feedback_version}
    form = FeedbackForm(request.POST or None, initial=initial)
    refused: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            if form.cleaned_data["feedback"] != assignment.feedback:
                services.save_feedback(
                    assignment,
                    by=request.user,
                    text=form.cleaned_data["feedback"],
                    version=form.cleaned_data["feedback_version"],
                )
            if request.POST.get("then") == "submit":
                services.submit_review(assignment, by=request.user)
                messages.success(request, _("Review of %(file)s submitted.") % {"file": assignment.application})
                return to_next(request.user, after=assignment)
            messages.success(request, _("Saved."))
            return redirect("review-queue")
        except FeedbackConflict as conflict:
            form = FeedbackForm({**request.POST.dict(), "feedback_version": conflict.theirs.feedback_version})
            sentence = _("This was changed in another window: %(text)s") % {"text": conflict.theirs.feedback}
            form.add_error("feedback", sentence)
        except WrongMoment as stopped:
            refused = [str(refusal.message) for refusal in stopped.refusals]
    return _check_page(request, assignment, rubric, form, refused)


def _check_page(
    request: PersonRequest, assignment: Assignment, rubric: Rubric, form: FeedbackForm, refused: Sequence[str]
) -> HttpResponse:
    steps, scores = steps_of(assignment, rubric)
    unscored, without_comment = checks.unfinished(assignment, rubric)
    labels = {point.value: str(point.label) for point in rubric.scale}
    rows = [
        {
            "step": step,
            "criterion": rubric.criterion(step.key),
            "label": labels.get(step.point, ""),
            "comment": scores[step.key].comment if step.key in scores else "",
        }
        for step in steps
    ]
    missing = [
        (step, _("%(criterion)s: choose a score") if step.key in unscored else _("%(criterion)s: write a comment"))
        for step in steps
        if step.key in unscored or step.key in without_comment
    ]
    context = {
        "assignment": assignment,
        "application": assignment.application,
        "rows": rows,
        "missing": [(step.url, text % {"criterion": step.name}) for step, text in missing],
        "refused": refused if not missing else [],
        "asked": request.method == "POST",
        "form": form,
    }
    return render(request, "reviews/check.html", context, status=409 if refused else 200)


@of_reviewer
@require_GET
def read(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """A review of mine once submitted; and the others' of my panel, without names, now that mine cannot change."""
    assignment = opened_assignment(request, public_id, read=Read.OWN_REVIEW)
    if assignment.state != AssignmentState.SUBMITTED:
        return redirect("review-check", public_id)
    rubric = rubric_of(assignment.application.call)
    others = Assignment.objects.beside(assignment).as_they_came()
    context = {
        "assignment": assignment,
        "application": assignment.application,
        "reviews": [written_review(one, rubric) for one in (assignment, *others)],
        "sections": evidence_of(assignment.application, submitted(assignment.application)),
    }
    return render(request, "reviews/read.html", context)


@of_reviewer
@require_GET
def document(request: PersonRequest, public_id: UUID, document_id: UUID) -> HttpResponseBase:
    """A document of the file, to its reviewer; the reading is recorded."""
    assignment = opened_assignment(request, public_id, read=ReadOne.document(document_id))
    if str(document_id) not in submitted(assignment.application).documents:
        raise Http404
    found = get_object_or_404(
        Document.objects.select_related("upload"), application=assignment.application, public_id=document_id
    )
    return file_response(found.upload, inline=True)
