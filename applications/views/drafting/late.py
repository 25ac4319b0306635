"""A post that comes too late: why nothing of it was kept, and what was typed, to be copied."""

from collections.abc import Iterable, Iterator
from contextlib import suppress

from django.http import HttpResponse
from django.shortcuts import render

from accounts.requests import PersonRequest
from applications.forms.questions import posted
from applications.models import Application
from applications.selectors.answers import form_of
from applications.selectors.shown import Shown, shown
from applications.selectors.submitted import submitted
from applications.services import drafts
from moves.refusals import Refusal
from questions.constants import QuestionType


def not_kept(
    request: PersonRequest, application: Application, refusals: Iterable[Refusal], *, title: str
) -> HttpResponse:
    """The page of what was posted to a file that takes it no more. `title`: what was not done."""
    context = {
        "application": application,
        "title": title,
        "refusals": [str(refusal.message) for refusal in refusals],
        "typed": list(typed(request, application)),
    }
    return render(request, "applications/not_kept.html", context, status=409)


def typed(request: PersonRequest, application: Application) -> Iterator[Shown]:
    """The answers that were posted and are not those that were submitted, in the order of the form; files by name."""
    sent = submitted(application).answers
    for section in form_of(application).sections:
        for question in section.questions:
            if question.type == QuestionType.DOCUMENTS:
                one = Shown(question, "\n".join(str(file.name) for file in request.FILES.getlist(question.key)))
            elif f"version.{question.key}" not in request.POST:
                continue  # the page did not show it
            else:
                value = posted(question, request.POST)
                with suppress(drafts.AnswerInvalid):  # shown as it was typed
                    value, _faults = drafts.clean_answer(question, value)
                if value == sent.get(question.key):
                    continue
                one = shown(question, value)
            if not one.is_empty:
                yield one
