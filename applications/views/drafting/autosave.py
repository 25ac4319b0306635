"""Each answer saved as it is left, and what it changes elsewhere on its page."""

from collections.abc import Iterable, Mapping
from typing import TypedDict
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.requests import PersonRequest
from applications.checks import advice_on
from applications.constants import LINES, TABLES
from applications.figures import totals_of
from applications.forms.questions import BoundQuestion, pairs_of, posted
from applications.models import Application
from applications.selectors.answers import form_of
from applications.selectors.shown import shown
from applications.services import drafts
from applications.views.drafting.door import own
from applications.views.drafting.sections import Page, changed_words
from moves.refusals import Forbidden, WrongMoment
from questions.constants import Path, QuestionType
from questions.schema import Fault, Question
from questions.schema.answers import visible_questions
from work import clock
from work.forms import said
from work.requests import posted_from
from work.texts import is_blank
from work.versions import UnreadableVersion, read_version


@login_required
@posted_from("application-tasks", "public_id")
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
            **_noted(question, value, kept.faults),
            "advice": advice_on(application, question, now_stored),
            "fragments": _fragments(request, application, question, stored, now_stored),
        }
    )


class Noted(TypedDict):
    """What is wrong in an answer that was kept all the same, and the names of the inputs it is of (none: of all)."""

    note: str
    places: list[str]


def _noted(question: Question, typed: object, faults: Iterable[Fault]) -> Noted:
    """Said at once where it stands, the line of a table named; of a cell that is empty, which may be written next,
    nothing."""
    here = [fault for fault in faults if not fault.at or _is_typed(typed, fault.at)]
    places = [".".join(map(str, (question.key, *fault.at))) for fault in here if all(one.at for one in here)]
    return {"note": " ".join(dict.fromkeys(_said(question, fault) for fault in here)), "places": places}


def _said(question: Question, fault: Fault) -> str:
    """The fault, after the line of the table that it is in."""
    if question.type not in TABLES or not fault.at:
        return fault.message
    line, _add = LINES.get(question.type, LINES[QuestionType.GROUP])
    return said(str(line) % {"number": int(fault.at[0]) + 1}, fault.message)


def _is_typed(value: object, place: Path) -> bool:
    """Whether something was typed at that place of an answer."""
    for step in place:
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int):
            value = value[step]
    return bool(value) and not is_blank(str(value))


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
