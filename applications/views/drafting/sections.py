"""One section of a draft: its questions as fields, what was posted to them, and what is wrong."""

from dataclasses import replace
from functools import cached_property
from typing import TypedDict
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.requests import PersonRequest
from applications import constants
from applications.checks import advice_on
from applications.figures import Totals, totals_of
from applications.forms.questions import BoundQuestion, posted
from applications.models import Application, Document
from applications.selectors.answers import form_of
from applications.selectors.shown import shown
from applications.services import drafts
from applications.views.drafting.door import draft_of, of_drafts
from audit.states import ReadOne
from questions.constants import QuestionType
from questions.schema import Fault, Question, Section
from questions.schema.answers import is_required, validate_answer, visible_questions
from work.versions import read_version


@of_drafts
@require_http_methods(["GET", "POST"])
def section(request: PersonRequest, public_id: UUID, key: str) -> HttpResponse:
    """One section. Posted whole by its button (also without script); each answer alone by `answer`."""
    application = draft_of(request, public_id, read=ReadOne.section(key))
    part = form_of(application).section(key)
    if part is None:
        raise Http404
    page = Page(application, part)
    if request.method == "POST":
        page.take(request)
        if page.may_leave and "stay" not in request.POST:
            return redirect(page.next_url)
    context = page.context() | {"action": reverse("application-section", args=[application.public_id, key])}
    return render(request, "applications/section.html", context, status=422 if context["lines"] else 200)


class Place(TypedDict):
    """A question on the page of its section; nothing is asked there while the answers hide it."""

    key: str
    asked: BoundQuestion | None


class PageShown(TypedDict):
    """What the template of a section reads. `lines`: everything said against it, each with the address of its field."""

    application: Application
    section: Section
    places: list[Place]
    lines: list[dict[str, str]]
    news: bool
    totals: Totals | None
    number: int
    count: int


class Page:
    """The questions of one section as fields, what was posted to them, and what is wrong. `only`: some of them."""

    def __init__(self, application: Application, part: Section, only: set[str] | None = None) -> None:
        self.application, self.part, self.only = application, part, only
        self.form = form_of(application)
        self.refused: dict[str, tuple[object, list[Fault]]] = {}  # typed, and could not be kept: with their faults
        self.faults: dict[str, list[Fault]] = {}
        self.conflicts: dict[str, drafts.AnswerConflict] = {}
        self.changed: set[str] = set()
        self.more: list[str] = []
        self.reader: User | None = None
        self.news = self.stays = False
        self.reload()

    def reload(self) -> None:
        self.__dict__.pop("documents", None)
        self.stored = {a.question: a for a in self.application.answers.select_related("by")}
        self.answers = {key: a.value for key, a in self.stored.items() if a.value is not None}
        self.visible = [
            q
            for q in visible_questions(self.form, self.answers)
            if q.section == self.part.key and (self.only is None or q.key in self.only)
        ]

    def take(self, request: PersonRequest) -> None:
        """Save everything posted; keep beside it what could not be."""
        data, before = request.POST, {q.key for q in self.visible}
        self.reader = request.user
        for question in self.visible:
            if question.type == QuestionType.DOCUMENTS:
                self._take_files(question, request)
            elif question.is_answerable and question.type != QuestionType.ATTESTATION:
                self._take_answer(question, data, request.user)
        if name := data.get("detach"):
            attached = self.application.documents.attached()
            if document := next((one for one in attached if str(one.public_id) == name), None):
                drafts.remove_document(document, by=request.user)
        self.more = [key for key in (data.get("add"),) if key]
        self.reload()
        self.news = bool({q.key for q in self.visible} - before)
        advised = any(advice_on(self.application, q, self.answers) for q in self.visible if q.key in self.changed)
        self.stays = bool(self.more or data.get("remove") or name or data.get("attach") or self.news or advised)

    def _take_answer(self, question: Question, data: QueryDict, by: User) -> None:
        if f"version.{question.key}" not in data:
            return  # the page did not show it
        raw = posted(question, data)
        if (
            isinstance(raw, list)
            and question.type in constants.TABLES
            and (drop := data.get("remove", "")).startswith(f"{question.key}.")
        ):
            raw = [row for number, row in enumerate(raw) if str(number) != drop.rpartition(".")[2]]
        if data.get("keep") == question.key:
            return
        kept = self.stored.get(question.key)
        try:
            value, self.faults[question.key] = drafts.clean_answer(question, raw)
            if value == (kept.value if kept else None):
                return
            self.changed.add(question.key)
            version = read_version(data.get(f"version.{question.key}"))
            try:
                drafts.save_answer(self.application, question.key, raw, by=by, version=version)
            except drafts.AnswerConflict as conflict:
                # With script, the form names what was typed on this page; what was not stays as another page saved it.
                typed = data.getlist("typed")
                if typed and question.key not in typed:
                    return
                if not typed or conflict.by != by:
                    raise
                # one's own autosave came in between: this form holds what was typed last
                drafts.save_answer(self.application, question.key, raw, by=by, version=conflict.version)
        except drafts.AnswerInvalid as invalid:
            self.refused[question.key] = (raw, invalid.errors)
        except drafts.AnswerConflict as conflict:
            self.conflicts[question.key] = conflict
            self.refused[question.key] = (raw, [])

    def _take_files(self, question: Question, request: PersonRequest) -> None:
        for file in request.FILES.getlist(question.key):
            try:
                drafts.attach_document(self.application, question.key, file, by=request.user)
            except drafts.AnswerInvalid as invalid:
                faults = [replace(fault, message=_named(file, fault.message)) for fault in invalid.errors]
                self.faults.setdefault(question.key, []).extend(faults)

    @property
    def may_leave(self) -> bool:
        return not (self.refused or self.stays or any(self.faults.values()))

    @property
    def next_url(self) -> str:
        """The next section, else the task list."""
        shown_sections = {
            q.section for q in visible_questions(self.form, self.answers) if q.type != QuestionType.ATTESTATION
        }
        keys = [s.key for s in self.form.sections if s.key in shown_sections]
        after = keys[keys.index(self.part.key) + 1 :] if self.part.key in keys else []
        if after:
            return reverse("application-section", args=[self.application.public_id, after[0]])
        return reverse("application-tasks", args=[self.application.public_id])

    def asked(self, question: Question) -> BoundQuestion:
        stored = self.stored.get(question.key)
        value = self.answers.get(question.key)
        typed, faults = self.refused.get(question.key, (value, None))
        if is_required(question, self.answers) and not question.required:
            question = replace(question, required=True)
        documents = self.documents.get(question.key, [])
        one = BoundQuestion(question, typed, version=stored.version if stored else 0, documents=documents)
        checked = faults is not None or question.key in self.faults
        if stored is not None and not checked and question.type != QuestionType.DOCUMENTS:
            faults = validate_answer(question, value)[1]  # kept as typed on an earlier day
        one.say(faults or self.faults.get(question.key, []))
        if not one.errors:
            one.advice = advice_on(self.application, question, self.answers)
        if question.key in self.more:
            one.add_line()
        if conflict := self.conflicts.get(question.key):
            one.theirs = {"by": conflict.by, "at": conflict.at, "shown": shown(question, conflict.value)}
            one.errors.append(changed_words(conflict, self.reader))
        return one

    @cached_property
    def documents(self) -> dict[str, list[Document]]:
        """The documents that are attached, by question; read again with the answers."""
        by_question: dict[str, list[Document]] = {}
        for document in self.application.documents.attached().select_related("upload"):
            by_question.setdefault(document.question, []).append(document)
        return by_question

    def context(self) -> PageShown:
        there = {q.key for q in self.visible}
        asked = {
            q.key: self.asked(q) if q.key in there else None
            for q in self.part.questions
            if self.only is None or q.key in self.only
        }
        lines = [line for one in asked.values() if one for line in one.problems]
        return {
            "application": self.application,
            "section": self.part,
            "places": [{"key": key, "asked": one} for key, one in asked.items()],
            "lines": lines,
            "news": self.news,
            "totals": totals_of(self.application, self.part, self.answers),
            "number": [s.key for s in self.form.sections].index(self.part.key) + 1,
            "count": len(self.form.sections),
        }


def changed_words(conflict: drafts.AnswerConflict, reader: User | None) -> str:
    """Who was faster: a colleague, or the reader in another window."""
    if conflict.by == reader:
        return _("You changed this answer in another window while you were writing.")
    return _("%(name)s changed this answer while you were writing.") % {"name": conflict.by.full_name}


def _named(file: UploadedFile, message: str) -> str:
    """A fault that says which file, once."""
    message = str(message)
    return message if str(file.name) in message else _("%(label)s: %(error)s") % {"label": file.name, "error": message}
