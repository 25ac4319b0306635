"""Writing an application: begun, task list, one section at a time, each answer saved as it is left."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Organisation, User
from accounts.requests import PersonRequest
from applications import constants, rules
from applications.checks import (
    eligibility_check,
    live_sponsorship,
    missing_eligibility,
    needs_sponsor,
    unsaid,
)
from applications.figures import aid_of, totals
from applications.forms.questions import Asked, pairs_of, posted
from applications.models import Application, Document
from applications.selectors.answers import answers_of, eligibility_of, form_of
from applications.selectors.shown import shown
from applications.services import drafts
from applications.states import ApplicationState
from applications.views.catalogue import ask_check, check_key, fact, published_call, read_check
from audit.services import record_reading
from documents.downloads import file_response
from moves.refusals import Forbidden, WrongMoment
from questions.schema import Fault, Missing, Question, Section
from questions.schema.answers import is_required, validate_answer, visible_questions
from work import clock

P = ParamSpec("P")
WITH_TOTALS = ("budget", "financing", "assessment")


def own(request: PersonRequest, public_id: UUID, *, read: str = "") -> Application:
    """A file of an organisation the person acts for; to anyone else it does not exist (404). `read`: what of it."""
    files = (
        Application.objects.of_member(request.user)
        .select_related("call__program__cluster", "call__form", "call__rules", "organisation")
        .defer("call__form__definition")  # parsed once in a process
    )
    application = get_object_or_404(files, public_id=public_id)
    if read and request.method == "GET":
        record_reading(request.user, application_id=application.pk, subject=application, what=read)
    return application


def draft_of(request: PersonRequest, public_id: UUID, *, read: str = "") -> Application:
    """The same, while it is a draft; a file that left is shown on its own page."""
    application = own(request, public_id, read=read)
    if application.state != ApplicationState.DRAFT:
        raise Moved(application)
    return application


class Moved(Exception):
    """The file is no longer a draft: its page says where it stands."""

    def __init__(self, application: Application) -> None:
        super().__init__(application.public_id)
        self.application = application


def of_drafts(view: Callable[Concatenate[PersonRequest, P], HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Turn `Moved` into the file's page."""

    @wraps(view)
    def wrapped(request: PersonRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Moved as moved:
            return redirect("application-detail", moved.application.public_id)

    return login_required(wrapped)


# ---------------------------------------------------------------- begun


@login_required
@require_GET
def mine(request: PersonRequest) -> HttpResponse:
    """The applications of the organisations I act for: drafts first, then what was sent."""
    files = (
        Application.objects.of_member(request.user)
        .select_related("call__program", "organisation")
        .order_by("-updated_at", "-pk")[:200]
    )
    rows = list(files)
    context = {
        "drafts": [file for file in rows if file.state == ApplicationState.DRAFT],
        "sent": [file for file in rows if file.state != ApplicationState.DRAFT],
        "has_organisation": request.user.memberships.exists(),
    }
    return render(request, "applications/mine.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def start(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Choose the organisation, or register it first; then the draft is there."""
    call = published_call(public_id)
    organisations = list(Organisation.objects.filter(memberships__user=request.user).order_by("legal_name"))
    existing = Application.objects.of_member(request.user).filter(call=call, state=ApplicationState.DRAFT)
    problem = ""
    if request.method == "POST":
        chosen = next((o for o in organisations if str(o.public_id) == request.POST.get("organisation")), None)
        if chosen is None:
            problem = _("Choose the organisation that applies.")
        else:
            answers = request.session.get(check_key(call))
            application = drafts.start_application(call, chosen, by=request.user, eligibility=answers)
            request.session.pop(check_key(call), None)
            return redirect("application-tasks", application.public_id)
    context = fact(call) | {
        "program": call.program,
        "organisations": organisations,
        "existing": existing.select_related("organisation"),
        "problem": problem,
        "checked": bool(request.session.get(check_key(call))),
    }
    return render(request, "applications/start.html", context, status=422 if problem else 200)


# ---------------------------------------------------------------- task list


@of_drafts
@require_GET
def tasks(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """What is done and what is left, section by section."""
    application = draft_of(request, public_id, read="task list")
    items = task_list(application)
    done = sum(item["kind"] == "done" for item in items)
    context = {
        "application": application,
        "tasks": items[:-1],
        "last": items[-1:],
        "done": done,
        "total": len(items) - 1,
        "closed": rules.takes_answers(application) is not None,
        "may_delete": not application.snapshots.exists(),
    } | fact(application.call)
    return render(request, "applications/tasks.html", context)


def task_list(application: Application) -> list[dict[str, str]]:
    """One task a section, with the check before and the sponsor after; the last one is to check and submit."""
    form, answers = form_of(application), answers_of(application)
    left = unsaid(form, answers)
    seen = visible_questions(form, answers)
    items = []
    if eligibility_check(application.call):
        problems = missing_eligibility(application)
        url = reverse("application-eligibility", args=[application.public_id])
        items.append(_task(_("Eligibility"), url, _status(not problems, bool(eligibility_of(application)), problems)))
    for section in form.sections:
        questions = [q for q in seen if q.section == section.key and q.is_answerable and q.type != "attestation"]
        if not questions:
            continue
        wrong = [item for item in left if item.section == section.key]
        begun = sum(q.key in answers for q in questions)
        url = reverse("application-section", args=[application.public_id, section.key])
        hint = ""
        if begun and wrong:
            count = len({item.question for item in wrong})
            hint = ngettext("%(count)d answer left", "%(count)d answers left", count) % {"count": count}
        items.append(_task(str(section.title), url, _status(not wrong, bool(begun), wrong), hint))
    if needs_sponsor(application.call):
        items.append(_sponsor_task(application))
    ready = all(item["kind"] == "done" for item in items)
    url = reverse("application-check", args=[application.public_id])
    items.append(_task(_("Check your answers and submit"), url, (_("Ready"), "good") if ready else (_("To do"), "")))
    return items


def _task(name: str, url: str, status: tuple[str, str], hint: str = "") -> dict[str, str]:
    words, kind = status
    return {"name": name, "url": url, "status": words, "kind": kind, "hint": hint}


def _status(complete: bool, begun: bool, problems: Iterable[Missing]) -> tuple[str, str]:
    if complete and (begun or not problems):
        return _("Complete"), "done"
    if any(item.reason == "invalid" for item in problems):
        return _("To correct"), "bad"
    return (_("In progress"), "info") if begun else (_("To do"), "")


def _sponsor_task(application: Application) -> dict[str, str]:
    sponsorship = live_sponsorship(application)
    url = reverse("application-sponsor", args=[application.public_id])
    if sponsorship is None:
        return _task(_("The sponsor's confirmation"), url, (_("To do"), ""))
    if sponsorship.confirmed_at:
        return _task(_("The sponsor's confirmation"), url, (_("Confirmed"), "done"), sponsorship.organisation_name)
    if sponsorship.declined_at:
        return _task(_("The sponsor's confirmation"), url, (_("Declined"), "bad"), sponsorship.organisation_name)
    return _task(_("The sponsor's confirmation"), url, (_("Waiting"), "wait"), sponsorship.organisation_name)


# ---------------------------------------------------------------- a section


@of_drafts
@require_http_methods(["GET", "POST"])
def section(request: PersonRequest, public_id: UUID, key: str) -> HttpResponse:
    """One section. Posted whole by its button (also without script); each answer alone by `answer`."""
    application = draft_of(request, public_id, read=f"section {key}")
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


class Page:
    """The questions of one section as fields, what was posted to them, and what is wrong. `only`: some of them."""

    def __init__(self, application: Application, part: Section, only: set[str] | None = None) -> None:
        self.application, self.part, self.only = application, part, only
        self.form = form_of(application)
        self.refused: dict[
            str, tuple[object, list[Fault]]
        ] = {}  # typed values that could not be kept, with their faults
        self.faults: dict[str, list[Fault]] = {}
        self.conflicts: dict[str, drafts.AnswerConflict] = {}
        self.more: list[str] = []
        self.reader: User | None = None
        self.news = self.stays = False
        self.reload()

    def reload(self) -> None:
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
            if question.type == "documents":
                self._take_files(question, request)
            elif question.is_answerable and question.type != "attestation":
                self._take_answer(question, data, request.user)
        if name := data.get("detach"):
            document = self.application.documents.filter(public_id=_uuid(name), removed_at=None).first()
            if document is not None:
                drafts.remove_document(document, by=request.user)
        self.more = [key for key in (data.get("add"),) if key]
        self.removed = data.get("remove", "")
        self.reload()
        self.news = bool({q.key for q in self.visible} - before)
        self.stays = bool(self.more or self.removed or name or data.get("attach") or self.news)

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
            version = int(data.get(f"version.{question.key}") or 0)
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
        shown_sections = {q.section for q in visible_questions(self.form, self.answers) if q.type != "attestation"}
        keys = [s.key for s in self.form.sections if s.key in shown_sections]
        after = keys[keys.index(self.part.key) + 1 :] if self.part.key in keys else []
        if after:
            return reverse("application-section", args=[self.application.public_id, after[0]])
        return reverse("application-tasks", args=[self.application.public_id])

    def asked(self, question: Question) -> Asked:
        stored = self.stored.get(question.key)
        value = self.answers.get(question.key)
        typed, faults = self.refused.get(question.key, (value, None))
        if is_required(question, self.answers) and not question.required:
            question = replace(question, required=True)
        documents = self._documents().get(question.key, [])
        one = Asked(question, typed, version=stored.version if stored else 0, documents=documents)
        if faults is None and question.key not in self.faults and stored is not None and question.type != "documents":
            faults = validate_answer(question, value)[1]  # kept as typed on an earlier day
        one.say(faults or self.faults.get(question.key, []))
        if question.key in self.more:
            one.add_line()
        if conflict := self.conflicts.get(question.key):
            one.theirs = {"by": conflict.by, "at": conflict.at, "shown": shown(question, conflict.theirs)}
            one.errors.append(_changed(conflict, self.reader))
        return one

    def _documents(self) -> dict[str, list[Document]]:
        if not hasattr(self, "_by_question"):
            self._by_question: dict[str, list[Document]] = {}
            found = self.application.documents.filter(removed_at=None).select_related("upload").order_by("pk")
            for document in found:
                self._by_question.setdefault(document.question, []).append(document)
        return self._by_question

    def context(self) -> dict[str, Any]:
        self.__dict__.pop("_by_question", None)
        there = {q.key for q in self.visible}
        asked = [
            self.asked(q) if q.key in there else None
            for q in self.part.questions
            if self.only is None or q.key in self.only
        ]
        places = [
            {"key": q.key, "asked": one}
            for q, one in zip(
                [q for q in self.part.questions if self.only is None or q.key in self.only], asked, strict=True
            )
        ]
        lines = [line for one in asked if one for line in one.problems]
        return {
            "application": self.application,
            "section": self.part,
            "places": places,
            "lines": lines,
            "news": self.news,
            "totals": totals_of(self.application, self.part, self.answers),
            "number": [s.key for s in self.form.sections].index(self.part.key) + 1,
            "count": len(self.form.sections),
        }


def totals_of(application: Application, part: Section, answers: Mapping[str, object]) -> dict[str, object] | None:
    """The computation of the aid, for a section that holds a part of it."""
    holds = any(q.type in WITH_TOTALS or q.key == constants.REQUESTED for q in part.questions)
    aid = aid_of(application, answers) if holds else None
    if aid is None:
        return None
    kind = "financing" if any(q.type == "financing" for q in part.questions) else "budget"
    return totals(aid, answers, kind) | {
        "capped": [line for line in aid.categories if line.reasons],
        "refused_rows": [row for row in aid.rows if row.reasons and row.refused],
    }


@login_required
@require_POST
def answer(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """One answer, saved as it is left. JSON: the contract is in templates/components/autosave.html."""
    application = own(request, public_id)
    key = request.POST.get("key", "")
    question = form_of(application).question(key)
    if question is None or not question.is_answerable:
        return JsonResponse({"message": _("This question is not answered here.")}, status=422)
    stored = {a.question: a.value for a in application.answers.all() if a.value is not None}
    value = posted(question, request.POST, name="value")
    try:
        version = int(request.POST.get("version") or 0)
    except ValueError:
        version = 0
    try:
        kept = drafts.save_answer(application, key, value, by=request.user, version=version)
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
            "fragments": _fragments(request, application, question, stored, now_stored),
        }
    )


def _changed(conflict: drafts.AnswerConflict, reader: User | None) -> str:
    """Who was faster: a colleague, or the reader in another window."""
    if conflict.by == reader:
        return _("You changed this answer in another window while you were writing.")
    return _("%(name)s changed this answer while you were writing.") % {"name": conflict.by.full_name}


def _overtaken(question: Question, conflict: drafts.AnswerConflict, reader: User) -> dict[str, object]:
    return {
        "theirs": pairs_of(Asked(question, conflict.theirs)),
        "theirs_shown": shown(question, conflict.theirs).text,
        "version": conflict.version,
        "by": conflict.by.full_name,
        "at": clock.format_instant(conflict.at, get_language()),
        "message": _changed(conflict, reader),
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


# ---------------------------------------------------------------- the rest


@of_drafts
@require_http_methods(["GET", "POST"])
def eligibility(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """The two-minute check, inside the draft."""
    application = draft_of(request, public_id, read="eligibility")
    check = eligibility_check(application.call)
    if check is None:
        raise Http404
    answers, result = eligibility_of(application), None
    faults: dict[str, list[Fault]] = {}
    if request.method == "POST":
        answers, faults = read_check(check, request.POST)
        if not any(faults.values()):
            drafts.save_eligibility(application, answers, by=request.user)
            if not check.refusals(answers):
                messages.success(request, _("Your answers are saved: you can apply."))
                return redirect("application-tasks", application.public_id)
    if answers and check.refusals(answers):
        result = {"refusals": check.refusals(answers), "contact": check.contact}
    asked = ask_check(check, answers, faults)
    lines = [line for one in asked for line in one.problems]
    context = {"application": application, "asked": asked, "result": result, "lines": lines}
    return render(request, "applications/draft_eligibility.html", context, status=422 if lines else 200)


@login_required
@require_GET
def document(request: PersonRequest, public_id: UUID, document: UUID) -> HttpResponseBase:
    """A document of one's own file."""
    application = own(request, public_id)
    found = get_object_or_404(Document.objects.select_related("upload"), application=application, public_id=document)
    record_reading(request.user, application_id=application.pk, subject="document", what=str(found.public_id))
    return file_response(found.upload, inline=request.GET.get("inline") is not None)


@of_drafts
@require_http_methods(["GET", "POST"])
def delete(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Throw a draft away, after asking."""
    application = draft_of(request, public_id, read="delete")
    if request.method == "POST":
        drafts.delete_draft(application, by=request.user)
        messages.success(request, _("The draft is deleted."))
        return redirect("application-list")
    return render(request, "applications/delete.html", {"application": application})


def _named(file: UploadedFile, message: str) -> str:
    """A fault that says which file, once."""
    message = str(message)
    return message if str(file.name) in message else _("%(label)s: %(error)s") % {"label": file.name, "error": message}


def _uuid(text: str) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        return UUID(int=0)
