"""The split screen: evidence beside the criterion it bears on; every change saved; then the whole, and submitted."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import PersonRequest
from applications.models import Document
from applications.selectors import submitted
from documents.downloads import file_response
from moves.refusals import WrongMoment
from programs.rubric import Rubric
from programs.selectors import rubric_of
from reviews import checks, services
from reviews.forms.scores import FeedbackForm, ScoreForm
from reviews.models import Assignment, Score
from reviews.services.scores import FeedbackConflict, ScoreConflict, ScoreInvalid
from reviews.states import AssignmentState
from reviews.views.evidence import Step, evidence_of, found_in, review_rows, steps_of
from reviews.views.files import NotOpen, opened_assignment
from reviews.views.queue import to_next
from work import clock

P = ParamSpec("P")


def of_reviewer(
    view: Callable[Concatenate[PersonRequest, P], HttpResponseBase],
) -> Callable[Concatenate[PersonRequest, P], HttpResponseBase]:
    """Signed in; and a file whose interests are not declared yet leads to the declaration."""

    @wraps(view)
    def wrapped(request: PersonRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except NotOpen as closed:
            return redirect("review-declare-own", closed.assignment.public_id)

    return login_required(wrapped)


@of_reviewer
@require_http_methods(["GET", "POST"])
def score(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """One criterion of one review: its evidence on the left, its scale and comment on the right."""
    assignment = opened_assignment(request, public_id, read="evidence")
    if assignment.state == AssignmentState.SUBMITTED:
        return redirect("review-read", public_id)
    rubric = rubric_of(assignment.application.call)
    steps, scores = steps_of(assignment, rubric, request.GET.get("c", ""))
    current = next((step for step in steps if step.current), None)
    if current is None:
        current = next((step for step in steps if not step.is_done), steps[0])
        current.current = True
    saved = scores.get(current.key)
    if request.method == "POST":
        return _save_page(request, assignment, rubric, steps, current)
    services.open_review(assignment, by=request.user)
    form = ScoreForm(scale=rubric.scale, initial=_initial(saved))
    return _score_page(request, assignment, rubric, steps, current, form)


def _initial(saved: Score | None) -> dict[str, object]:
    if saved is None:
        return {"point": "", "comment": "", "version": 0}
    return {"point": saved.point, "comment": saved.comment, "version": saved.version}


def _score_page(
    request: PersonRequest,
    assignment: Assignment,
    rubric: Rubric,
    steps: list[Step],
    current: Step,
    form: ScoreForm,
    *,
    theirs: Score | None = None,
    status: int = 200,
) -> HttpResponse:
    application = assignment.application
    criterion = rubric.criterion(current.key)
    assert criterion is not None  # steps are made of the rubric's criteria
    content = submitted(application)
    sections = evidence_of(application, content)
    keys = set(criterion.evidence)
    order = {key: place for place, key in enumerate(criterion.evidence)}
    evidence = sorted(
        (answer for section in sections for answer in section.answers if answer.key in keys),
        key=lambda answer: order[answer.key],
    )
    wanted = request.GET.get("q", "").strip()
    at = steps.index(current)
    chosen = form["point"].value() or ""
    context = {
        "assignment": assignment,
        "application": application,
        "criterion": criterion,
        "current": current,
        "steps": steps,
        "done": sum(step.is_done for step in steps),
        "previous": steps[at - 1] if at else None,
        "next": steps[at + 1] if at + 1 < len(steps) else None,
        "evidence": evidence,
        "sections": sections,
        "sponsor": content.sponsor,
        "wanted": wanted,
        "found": found_in(sections, wanted) if wanted else [],
        "scale": [
            {"point": point, "anchor": criterion.anchors.get(point.value), "chosen": point.value == chosen}
            for point in rubric.scale
        ],
        "form": form,
        "theirs": theirs,
        "late": assignment.due < clock.now(),
        "name_of_score": str(criterion.name),
    }
    return render(request, "reviews/score.html", context, status=status)


def _save_page(
    request: PersonRequest, assignment: Assignment, rubric: Rubric, steps: list[Step], current: Step
) -> HttpResponse:
    """The whole form, sent by a button: saved, then wherever the button leads."""
    form = ScoreForm(request.POST, scale=rubric.scale)
    if not form.is_valid():
        return _score_page(request, assignment, rubric, steps, current, form, status=422)
    point, comment = form.cleaned_data["point"], form.cleaned_data["comment"]
    version = form.cleaned_data["version"]
    if version or point or comment.strip():
        try:
            services.save_score(assignment, current.key, by=request.user, version=version, point=point, comment=comment)
        except ScoreConflict as conflict:
            # What was typed stays, under the version saved elsewhere: a second press replaces it knowingly.
            form = ScoreForm({**request.POST.dict(), "version": conflict.theirs.version}, scale=rubric.scale)
            return _score_page(request, assignment, rubric, steps, current, form, theirs=conflict.theirs, status=409)
        except ScoreInvalid as wrong:
            form.add_error("point", wrong.message)
            return _score_page(request, assignment, rubric, steps, current, form, status=422)
    return _lead_on(request, assignment, steps, current)


def _lead_on(request: PersonRequest, assignment: Assignment, steps: list[Step], current: Step) -> HttpResponse:
    if request.POST.get("then") == "file":
        return to_next(request.user, after=assignment)
    at = steps.index(current)
    if request.POST.get("then") == "check" or at + 1 == len(steps):
        return redirect("review-check", assignment.public_id)
    return redirect(steps[at + 1].url)


@of_reviewer
@require_POST
def save(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """One change, sent by the script as it happens (the contract: templates/components/autosave.html)."""
    assignment = opened_assignment(request, public_id)
    key = request.POST.get("key", "")
    try:
        version = int(request.POST.get("version") or 0)
    except ValueError:
        version = 0
    try:
        if key == "feedback":
            version = services.save_feedback(
                assignment, by=request.user, text=request.POST.get("feedback", ""), version=version
            )
        else:
            saved = services.save_score(
                assignment,
                key,
                by=request.user,
                version=version,
                point=request.POST.get("point", ""),
                comment=request.POST.get("comment", ""),
            )
            version = saved.version
    except (ScoreConflict, FeedbackConflict) as conflict:
        return JsonResponse(_theirs(conflict.theirs), status=409)
    except ScoreInvalid as wrong:
        return JsonResponse({"message": str(wrong.message)}, status=422)
    except WrongMoment as refused:
        return JsonResponse({"message": str(refused.message)}, status=422)
    at = clock.format_hour(clock.now(), get_language() or "fr")
    answer = {"version": version, "message": _("Saved at %(hour)s") % {"hour": at}}
    if key != "feedback":
        steps, _scores = steps_of(assignment, rubric_of(assignment.application.call), key)
        context = {"steps": steps, "done": sum(step.is_done for step in steps), "assignment": assignment}
        answer["fragments"] = {"criteria": render_to_string("reviews/_criteria.html", context, request)}
    return JsonResponse(answer)


def _theirs(row: Score | Assignment) -> dict[str, object]:
    """What was saved elsewhere, for the page to show beside what is typed here."""
    if isinstance(row, Assignment):
        pairs, at, version, shown = [["feedback", row.feedback]], row.updated_at, row.feedback_version, row.feedback
    else:
        pairs, at, version = [["point", row.point], ["comment", row.comment]], row.at, row.version
        shown = "\n".join(filter(None, [row.point, row.comment]))
    return {
        "theirs": pairs,
        "theirs_shown": shown,
        "version": version,
        "at": clock.format_hour(at, get_language() or "fr"),
        "message": _("This was changed in another window."),
    }


@of_reviewer
@require_http_methods(["GET", "POST"])
def check(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """The whole review before it is submitted: each score and comment, what is missing, a word for the applicant."""
    assignment = opened_assignment(request, public_id, read="own review")
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
    """A review of mine once submitted; and the others', without names, now that mine cannot change."""
    assignment = opened_assignment(request, public_id, read="own review")
    if assignment.state != AssignmentState.SUBMITTED:
        return redirect("review-check", public_id)
    rubric = rubric_of(assignment.application.call)
    others = (
        Assignment.objects.counted()
        .filter(application=assignment.application)
        .exclude(pk=assignment.pk)
        .prefetch_related("scores")
        .order_by("submitted_at", "id")
    )
    context = {
        "assignment": assignment,
        "application": assignment.application,
        "reviews": [review_rows(one, rubric) for one in (assignment, *others)],
        "sections": evidence_of(assignment.application, submitted(assignment.application)),
    }
    return render(request, "reviews/read.html", context)


@of_reviewer
@require_GET
def document(request: PersonRequest, public_id: UUID, document_id: UUID) -> HttpResponseBase:
    """A document of the file, to its reviewer; the reading is recorded."""
    assignment = opened_assignment(request, public_id, read="document")
    if str(document_id) not in submitted(assignment.application).documents:
        raise Http404
    found = get_object_or_404(
        Document.objects.select_related("upload"), application=assignment.application, public_id=document_id
    )
    return file_response(found.upload, inline=True)
