"""Asking an applicant to change answers, and what it changed: before and after, side by side."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.requests import PersonRequest
from applications.access import STAFF, enter
from applications.forms.staff import CancelRequestForm, DueForm, ExtendForm, ItemForm
from applications.models import Application, ChangeRequest, Document
from applications.rules import DUE, Change, is_askable
from applications.selectors.answers import form_of
from applications.selectors.deadlines import stay_of
from applications.selectors.shown import shown
from applications.selectors.submitted import submitted
from applications.selectors.turns import stuck_among, whom
from applications.services import changes as services
from applications.states import ChangeWhy
from audit.states import Read
from moves.machine import allowed, ask_who
from moves.refusals import Refusal, WrongMoment
from moves.transitions import MoveOf
from questions.constants import QuestionType
from questions.schema import Question, Section
from questions.schema.answers import visible_questions

F = TypeVar("F", ExtendForm, CancelRequestForm)

ASKING: tuple[MoveOf[Application], ...] = (Application.request_changes, Application.extend_request)


@require_http_methods(["GET", "HEAD"])
@login_required
@never_cache
def changes(request: PersonRequest, reference: str) -> HttpResponse:
    """Every request for changes of the file, the latest first."""
    application = enter(request.user, STAFF, read=Read.REQUESTS, reference=reference)
    found = application.change_requests.latest_first().select_related("by").prefetch_related("items")
    may = {one.step for one in allowed(application, request.user, *ASKING)}
    context = {
        "tab": "file-changes",
        "application": application,
        "requests": [request_lines(application, one) for one in found],
        "stay": stay_of(application),
        "awaits": whom(application),
        "stuck": stuck_among([application]).get(application.pk),
        "may_ask": Application.request_changes in may,
        "may_manage": Application.extend_request in may,
    }
    return render(request, "applications/file_changes.html", context)


def request_lines(application: Application, one: ChangeRequest) -> dict[str, object]:
    """One request with its items: the question, why, the text before and, once it is answered, the one that was sent.
    `changing`: the applicant has begun to change it, and still can."""
    form = form_of(application)
    items = []
    for item in sorted(one.items.all(), key=lambda item: item.pk):
        question = form.question(item.question)
        items.append(
            {
                "item": item,
                "label": str(question.label) if question else item.question,
                "why": ChangeWhy(item.why).label,
                "before": text_of(application, question, item.before),
                "after": text_of(application, question, item.sent),
                "changing": one.is_open and item.answered_at is not None,
            }
        )
    return {"request": one, "items": items}


def text_of(application: Application, question: Question | None, value: object) -> str:
    """An answer in words; documents by their names."""
    if question is None or value is None:
        return ""
    documents: Iterable[Document] = ()
    if question.type == QuestionType.DOCUMENTS and isinstance(value, list):
        documents = application.documents.named(value).select_related("upload")
    return shown(question, value, documents).text


def askable(application: Application) -> Iterator[tuple[Section, list[tuple[Question, str]]]]:
    """The questions that may be asked again, by section, with the answer that was submitted."""
    form, answers = form_of(application), submitted(application).answers
    visible = {question.key for question in visible_questions(form, answers)}
    for section in form.sections:
        questions = [q for q in section.questions if q.key in visible and is_askable(q)]
        if questions:
            yield (
                section,
                [(question, text_of(application, question, answers.get(question.key))) for question in questions],
            )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def ask(request: PersonRequest, reference: str) -> HttpResponse:
    """Which answers to change, why, and until when. What was typed stays when something is missing."""
    application = enter(request.user, STAFF, read=Read.ANSWERS, reference=reference)
    ask_who(application, Application.request_changes, by=request.user)
    data = request.POST if request.method == "POST" else None
    due = DueForm(data, prefix="due", auto_id="%s")
    sections: list[dict[str, Any]] = []
    forms = []
    for section, questions in askable(application):
        lines = []
        for question, text in questions:
            form = ItemForm(data, prefix=question.key, auto_id="%s", label=str(question.label))
            forms.append((question, form))
            lines.append({"question": question, "text": text, "form": form})
        sections.append({"section": section, "lines": lines})
    refusals: Sequence[Refusal] = []
    status = 200
    if request.method == "POST":
        status = 422
        good = all([due.is_valid(), *(form.is_valid() for _question, form in forms)])
        if good:
            items = [
                Change(question.key, ChangeWhy(form.cleaned_data["why"]), form.cleaned_data["message"].strip())
                for question, form in forms
                if form.cleaned_data["asked"]
            ]
            try:
                services.request_changes(application, by=request.user, items=items, due=due.instant())
            except WrongMoment as refused:
                refusals, status = refused.refusals, 409
            else:
                messages.success(request, _("The applicant is asked. The clock is paused until it answers."))
                return redirect("file-changes", reference)
    for part in sections:
        part["open"] = any(line["form"].errors or line["form"]["asked"].value() for line in part["lines"])
    context = {
        "tab": "file-changes",
        "application": application,
        "due": due,
        "stay": stay_of(application),
        "sections": sections,
        "faulty": [form for form in (due, *(form for _question, form in forms)) if form.errors],
        "refusals": refusals,
    }
    return render(request, "applications/file_ask.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def extend(request: PersonRequest, reference: str) -> HttpResponse:
    def act(application: Application, given: Mapping[str, str], form: ExtendForm) -> None:
        services.extend_request(application, by=request.user, due=form.instant(), reason=given["reason"])

    done = _("The applicant has more time and has been notified.")
    return _act(request, reference, ExtendForm, act, step=Application.extend_request, name="extend", done=done)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def cancel(request: PersonRequest, reference: str) -> HttpResponse:
    def act(application: Application, given: Mapping[str, str], form: CancelRequestForm) -> None:
        services.cancel_request(application, by=request.user, reason=given["reason"])

    done = _("The request is cancelled. The file goes on with what was submitted.")
    return _act(request, reference, CancelRequestForm, act, step=Application.cancel_request, name="cancel", done=done)


def _act(
    request: PersonRequest,
    reference: str,
    form_class: type[F],
    act: Callable[[Application, Mapping[str, str], F], None],
    *,
    step: MoveOf[Application],
    name: str,
    done: str,
) -> HttpResponse:
    application = enter(request.user, STAFF, read=Read.REQUESTS, reference=reference)
    ask_who(application, step, by=request.user)
    asked = application.change_requests.waiting().first()
    if asked is None and request.method != "POST":
        raise Http404
    form = form_class(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                act(application, form.cleaned_data, form)
            except WrongMoment as refused:
                status = 409
                for refusal in refused.refusals:
                    field = "day" if refusal.code == DUE and "day" in form.fields else None
                    form.add_error(field, str(refusal.message))
            else:
                messages.success(request, done)
                return redirect("file-changes", reference)
    context = {"application": application, "asked": asked, "form": form, "act": name, "stay": stay_of(application)}
    return render(request, "applications/file_request.html", context, status=status)
