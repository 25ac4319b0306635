"""The split screen: evidence beside the criterion it bears on; every change saved."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import PersonRequest
from applications.selectors import submitted
from audit.states import Read
from moves.refusals import WrongMoment
from programs.rubric import Rubric
from programs.selectors import rubric_of
from reviews import services
from reviews.forms.scores import FeedbackForm, ScoreForm
from reviews.models import Assignment, Score
from reviews.services.scores import FeedbackConflict, ScoreConflict, ScoreInvalid
from reviews.states import AssignmentState
from reviews.views.evidence import Step, evidence_for, evidence_of, found_in, steps_of
from reviews.views.files import of_reviewer, opened_assignment
from reviews.views.queue import to_next
from work import clock
from work.requests import posted_from
from work.versions import UnreadableVersion, read_version


@of_reviewer
@require_http_methods(["GET", "POST"])
def score(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """One criterion of one review: its evidence on the left, its scale and comment on the right."""
    assignment = opened_assignment(request, public_id, read=Read.EVIDENCE)
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
        "evidence": evidence_for(criterion, sections),
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
@posted_from("review-score", "public_id")
def save(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """One change, sent by the script as it happens (the contract: templates/components/autosave.html)."""
    assignment = opened_assignment(request, public_id, read=None)
    key = request.POST.get("key", "")
    try:
        version = read_version(request.POST.get("version"))
        if key == "feedback":
            version = services.save_feedback(
                assignment, by=request.user, text=_text(request, FeedbackForm, "feedback"), version=version
            )
        else:
            saved = services.save_score(
                assignment,
                key,
                by=request.user,
                version=version,
                point=request.POST.get("point", ""),
                comment=_text(request, ScoreForm, "comment"),
            )
            version = saved.version
    except (ScoreConflict, FeedbackConflict) as conflict:
        return JsonResponse(_theirs(conflict.theirs), status=409)
    except UnreadableVersion as unreadable:
        return JsonResponse({"message": unreadable.message}, status=400)
    except ValidationError as wrong:
        return JsonResponse({"message": " ".join(wrong.messages)}, status=422)
    except (ScoreInvalid, WrongMoment) as refused:
        return JsonResponse({"message": str(refused.message)}, status=422)
    at = clock.format_hour(clock.now(), get_language() or "fr")
    answer = {"version": version, "message": _("Saved at %(hour)s") % {"hour": at}}
    if key != "feedback":
        steps, _scores = steps_of(assignment, rubric_of(assignment.application.call), key)
        context = {"steps": steps, "done": sum(step.is_done for step in steps), "assignment": assignment}
        answer["fragments"] = {"criteria": render_to_string("reviews/_criteria.html", context, request)}
    return JsonResponse(answer)


def _text(request: PersonRequest, form: type[ScoreForm | FeedbackForm], name: str) -> str:
    """A text of the desk, read as its form reads it. ValidationError when the form would refuse it."""
    return str(form.base_fields[name].clean(request.POST.get(name, "")))


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
