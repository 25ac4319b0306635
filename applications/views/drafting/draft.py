"""A draft as a whole: begun, its task list, its two-minute check, its documents, its end."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import User
from accounts.requests import PersonRequest
from applications import constants, rules
from applications.access import OWN, enter
from applications.checks import eligibility_check
from applications.models import Application, Document
from applications.selectors.answers import eligibility_of
from applications.selectors.calls import offer_of, organisations_of
from applications.selectors.shown import shown
from applications.selectors.task_list import task_list
from applications.services import drafts
from applications.states import ApplicationState
from applications.views.catalogue import ask_check, check_key, fact, fact_for, published_call, read_check
from applications.views.drafting.door import draft_of, of_drafts
from audit.states import Read, ReadOne
from documents.downloads import file_response
from programs.policy import Eligibility
from questions.schema import Fault
from work import clock
from work.models import new_public_id
from work.versions import Both, Meanwhile, read_version


@login_required
@require_GET
def mine(request: PersonRequest) -> HttpResponse:
    """The applications of the organisations I act for: drafts first, then what was sent."""
    files = (
        Application.objects.of_member(request.user)
        .select_related("call__program", "organisation")
        .prefetch_related("call__accommodations")
        .latest_sent_first()[:200]
    )
    rows = list(files)
    drafts = [file for file in rows if file.state == ApplicationState.DRAFT]
    context = {
        "drafts": sorted(drafts, key=lambda file: file.updated_at, reverse=True),
        "sent": [file for file in rows if file.state != ApplicationState.DRAFT],  # when a file moved is not told
        "has_organisation": request.user.memberships.current().exists(),
    }
    return render(request, "applications/mine.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def start(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Choose the organisation, or register it first; then the draft is there."""
    call = published_call(public_id)
    organisations = list(organisations_of(request.user))
    existing = Application.objects.of_member(request.user).drafts_of(call)
    problem = ""
    if request.method == "POST":
        chosen = next((o for o in organisations if str(o.public_id) == request.POST.get("organisation")), None)
        if chosen is None:
            problem = _("Choose the organisation that applies.")
        else:
            answers = request.session.get(check_key(call))
            ready = _ready(request.POST.get("draft", ""))
            application = drafts.start_application(call, chosen, by=request.user, eligibility=answers, public_id=ready)
            request.session.pop(check_key(call), None)
            return redirect("application-tasks", application.public_id)
    own = [organisation.pk for organisation in organisations]
    context = fact(offer_of(call, own)) | {
        "program": call.program,
        "organisations": [o for o in organisations if rules.comes_in_time(call, o.pk, clock.now()) is None],
        "existing": existing.select_related("organisation"),
        "problem": problem,
        "checked": bool(request.session.get(check_key(call))),
        "draft": new_public_id(),  # of the one draft that this page begins, however often it is sent
    }
    return render(request, "applications/start.html", context, status=422 if problem else 200)


def _ready(text: str) -> UUID | None:
    """The identifier that a page had ready for its draft; None where it is none of ours."""
    try:
        ready = UUID(text)
    except ValueError:
        return None
    return ready if ready.version == 7 else None


@of_drafts
@require_GET
def tasks(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """What is done and what is left, section by section."""
    application = draft_of(request, public_id, read=Read.TASK_LIST)
    items = task_list(application)
    done = sum(item.is_done for item in items)
    context = fact_for(application) | {
        "application": application,
        "tasks": items[:-1],
        "last": items[-1:],
        "done": done,
        "total": len(items) - 1,
        "closed": rules.comes_in_time(application.call, application.organisation_id, clock.now()),
        "may_delete": drafts.is_deletable(application, by=request.user),
    }
    return render(request, "applications/tasks.html", context)


@of_drafts
@require_http_methods(["GET", "POST"])
def eligibility(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """The two-minute check, inside the draft."""
    application = draft_of(request, public_id, read=Read.ELIGIBILITY)
    check = eligibility_check(application.call)
    if check is None:
        raise Http404
    kept = next((one for one in application.answers.all() if one.question == constants.ELIGIBILITY), None)
    answers, result, version = eligibility_of(application), None, kept.version if kept else 0
    faults: dict[str, list[Fault]] = {}
    meanwhile: Meanwhile | None = None
    if request.method == "POST":
        version = read_version(request.POST.get("version"))
        answers, faults = read_check(check, request.POST)
        if not any(faults.values()):
            try:
                version = drafts.save_eligibility(application, answers, by=request.user, version=version).version
            except drafts.AnswerConflict as conflict:
                meanwhile, version = _both(check, answers, conflict, request.user), conflict.version
            else:
                if not check.refusals(answers):
                    messages.success(request, _("Your answers are saved: you can apply."))
                    return redirect("application-tasks", application.public_id)
    if answers and meanwhile is None and check.refusals(answers):
        result = {"refusals": check.refusals(answers), "contact": check.contact}
    asked = ask_check(check, answers, faults)
    lines = [line for one in asked for line in one.problems]
    context = {"application": application, "asked": asked, "result": result, "lines": lines, "version": version}
    status = 409 if meanwhile else 422 if lines else 200
    context["overtaken"] = {"meanwhile": meanwhile} if meanwhile else None
    return render(request, "applications/draft_eligibility.html", context, status=status)


def _both(
    check: Eligibility, answers: Mapping[str, object], conflict: drafts.AnswerConflict, reader: User
) -> Meanwhile:
    """The answers to the check that a colleague saved meanwhile, beside those that were chosen here."""
    stored = conflict.value if isinstance(conflict.value, dict) else {}
    differ = [
        item.question for item in check.questions if stored.get(item.question.key) != answers.get(item.question.key)
    ]
    texts = [
        Both(str(one.label), shown(one, stored.get(one.key)).text, shown(one, answers.get(one.key)).text)
        for one in differ
    ]
    return Meanwhile(conflict.by, conflict.at, conflict.by == reader, texts)


@login_required
@require_GET
def document(request: PersonRequest, public_id: UUID, document: UUID) -> HttpResponseBase:
    """A document of one's own file."""
    application = enter(request.user, OWN, read=ReadOne.document(document), public_id=public_id)
    found = get_object_or_404(
        Document.objects.visible_to(request.user).select_related("upload"), application=application, public_id=document
    )
    return file_response(found.upload, inline=request.GET.get("inline") is not None)


@of_drafts
@require_http_methods(["GET", "POST"])
def delete(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Throw a draft away, after asking."""
    application = draft_of(request, public_id, read=Read.DELETE)
    if request.method == "POST":
        drafts.delete_draft(application, by=request.user)
        messages.success(request, _("The draft is deleted."))
        return redirect("application-list")
    drafts.ask_deletable(application, by=request.user)
    return render(request, "applications/delete.html", {"application": application})
