"""Each answer saved as it is left, and what it changes elsewhere on its page."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.requests import PersonRequest
from applications.checks import advice_on
from applications.figures import totals_of
from applications.forms.questions import BoundQuestion, pairs_of, posted
from applications.models import Application
from applications.selectors.answers import form_of
from applications.selectors.shown import shown
from applications.services import drafts
from applications.views.drafting.door import own
from applications.views.drafting.sections import Page, changed_words
from moves.refusals import Forbidden, WrongMoment
from questions.schema import Question
from questions.schema.answers import visible_questions
from work import clock
from work.versions import UnreadableVersion, read_version


@login_required
@require_POST
def answer(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """One answer, saved as it is left. JSON: the contract is in templates/components/autosave.html."""
    application = own(request, public_id, read=None)
    key = request.POST.get("key", "")
    question = form_of(application).question(key)
    if question is None or not question.is_answerable:
        return JsonResponse({"message": _("This question is not answered here.")}, status=422)
    stored = {a.question: a.value for a in application.answers.all() if a.value is not None}
    value = posted(question, request.POST, name="value")
    try:
        version = read_version(request.POST.get("version"))
        kept = drafts.save_answer(application, key, value, by=request.user, version=version)
    except UnreadableVersion as unreadable:
        return JsonResponse({"message": unreadable.message}, status=400)
    except drafts.AnswerInvalid as invalid:
        return JsonResponse({"message": " ".join(str(fault) for fault in invalid.errors)}, status=422)
    except drafts.AnswerConflict as conflict:
        return JsonResponse(_overtaken(question, conflict, request.user), status=409)
    except WrongMoment as refused:
        return JsonResponse({"message": refused.message}, status=422)
    except Forbidden as refused:
        return JsonResponse({"message": str(refused.message)}, status=403)
    now_stored = stored | {key: kept.value}
    hour = clock.format_hour(kept.at, get_language())
    return JsonResponse(
        {
            "version": kept.version,
            "message": _("Saved at %(hour)s") % {"hour": hour},
            "note": " ".join(dict.fromkeys(fault.message for fault in kept.faults if not fault.at)),
            "advice": advice_on(application, question, now_stored),
            "fragments": _fragments(request, application, question, stored, now_stored),
        }
    )


def _overtaken(question: Question, conflict: drafts.AnswerConflict, reader: User) -> dict[str, object]:
    return {
        "theirs": pairs_of(BoundQuestion(question, conflict.value)),
        "theirs_shown": shown(question, conflict.value).text,
        "version": conflict.version,
        "by": conflict.by.full_name,
        "at": clock.format_instant(conflict.at, get_language()),
        "message": changed_words(conflict, reader),
    }


def _fragments(
    request: PersonRequest,
    application: Application,
    question: Question,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> dict[str, str]:
    """What the answer changes elsewhere on its page: the totals, and questions that it opens or closes."""
    part = form_of(application).section(question.section)
    assert part is not None  # a question is of a section of its form
    out: dict[str, str] = {}
    if totals := totals_of(application, part, after):
        out["totals"] = render_to_string("applications/_totals.html", {"totals": totals}, request)
    was = {q.key for q in visible_questions(form_of(application), before) if q.section == part.key}
    now = {q.key for q in visible_questions(form_of(application), after) if q.section == part.key}
    if was != now:
        page = Page(application, part)
        for q in part.questions:
            if (q.key in was) != (q.key in now):
                place = {"key": q.key, "asked": page.asked(q) if q.key in now else None}
                html = render_to_string(
                    "applications/_place.html", {"place": place, "application": application}, request
                )
                out[f"place-{q.key}"] = html
    return out
