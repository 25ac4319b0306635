"""The officer's list of files, and one file's answers as they were submitted."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import PersonRequest
from applications import lists
from applications.access import STAFF, enter
from applications.checks import live_sponsorship
from applications.figures import aid_of
from applications.forms.staff import FileFilter
from applications.models import Application, Document
from applications.rules import is_officer
from applications.selectors import Chosen, calls_of, chosen_files, read_snapshot
from applications.selectors.pages import Pages, counted
from applications.selectors.shown import shown_sections
from applications.selectors.submitted import was_submitted
from applications.services.receipts import retry_receipts
from audit.services import record_list_reading
from audit.states import Read, ReadOne
from documents.downloads import file_response
from documents.selectors import why_lost
from moves.refusals import Forbidden
from programs.rules import is_staff
from work import clock
from work.jobs import JOB_PAGE, NotNow
from work.models import Job
from work.requests import posted_from


@require_safe
@login_required
@never_cache
def index(request: PersonRequest) -> HttpResponse:
    if not is_staff(request.user):
        raise Forbidden(_("The list of files is for the staff of the cluster."))
    calls = calls_of(request.user)
    form = FileFilter(request.GET or None, calls=calls)
    chosen, understood = form.chosen(), form.is_understood()
    asked = Chosen(**chosen)
    files = chosen_files(request.user, calls, asked, now=clock.now())
    if not understood:
        files = files.none()
    known = Application.objects.listed(request.user, [call.pk for call in calls])
    try:
        page = Pages(files, asked.sort, known=known, after=request.GET.get("after"), before=request.GET.get("before"))
    except Application.DoesNotExist:
        raise Http404 from None
    place = request.GET.get("after") or request.GET.get("before") or ""
    record_list_reading(
        request.user,
        subject="application",
        what=Read.LIST,
        question=asked.packed() | {"place": place},
        listed=[file.pk for file in page.rows],
    )
    names = {call.pk: call for call in calls}
    number, more = counted(files)
    context = {
        "filter": FileFilter(chosen | {"sort": asked.sort}, calls=calls) if understood else form,
        "filtered": bool(set(chosen) - {"sort"}) or not understood,
        "files": [{"file": file, "call": names[file.call_id]} for file in page.rows],
        "several": len(calls) > 1,
        "number": number,
        "more": more,
        "next_url": address(chosen, after=page.next) if page.next else "",
        "previous_url": address(chosen, before=page.previous) if page.previous else "",
        "csv_query": urlencode(chosen),
    }
    return render(request, "applications/files.html", context)


def address(chosen: dict[str, str], **more: str) -> str:
    return f"?{urlencode(chosen | more)}"


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def index_csv(request: PersonRequest) -> HttpResponse:
    """The same list with the same filters, as a file with all its lines: at once while it is short.

    A long one becomes a job, which only a press of the button starts; its page is where the file will be.
    """
    if not is_staff(request.user):
        raise Forbidden(_("The list of files is for the staff of the cluster."))
    form = FileFilter(request.GET or None, calls=calls_of(request.user))
    if not form.is_understood():  # the page of the list says what
        return redirect(f"{reverse('file-list')}?{request.GET.urlencode()}")
    chosen = form.chosen()
    if short := lists.short_list(Chosen(**chosen), by=request.user):
        response = HttpResponse(short.content, content_type=lists.TYPE)
        response["Content-Disposition"] = f'attachment; filename="{short.name}"'
        return response
    back = redirect(f"{reverse('file-list')}{address(chosen)}")
    if request.method != "POST":
        messages.info(request, _("This list is long. Press “Download the list (CSV)” to have it prepared."))
        return back
    try:
        return redirect(JOB_PAGE(lists.start_list(Chosen(**chosen), by=request.user).public_id).url)
    except NotNow as refused:
        messages.error(request, refused.message)
        return back


@require_safe
@login_required
@never_cache
def list_result(request: PersonRequest, public_id: UUID) -> HttpResponseBase:
    """The file of a long list, for whoever asked for it and may still read every file in it."""
    try:
        return file_response(lists.hand_out(public_id, by=request.user))
    except Job.DoesNotExist:
        raise Http404 from None


# ---------------------------------------------------------------- one file's answers


@require_safe
@login_required
@never_cache
def answers(request: PersonRequest, reference: str) -> HttpResponse:
    """The answers as submitted, never as they are being changed. `?version=1`: an earlier submission."""
    application = enter(request.user, STAFF, read=Read.ANSWERS, reference=reference)
    snapshots = list(application.snapshots.latest_first().select_related("by", "receipt"))
    wanted = request.GET.get("version")
    snapshot = next((s for s in snapshots if not wanted or str(s.number) == wanted), None)
    if snapshot is None:
        raise Http404
    content = read_snapshot(snapshot)
    documents = content.documents_of(application)
    context = {
        "tab": "file-answers",
        "application": application,
        "snapshot": snapshot,
        "snapshots": snapshots,
        "lost": why_lost(snapshot.receipt.last_error) if snapshot.receipt and snapshot.receipt.is_lost else "",
        "may_retry": is_officer(application, request.user),
        "sections": shown_sections(application, content.answers, documents=documents),
        "aid": aid_of(application, content.answers),
        "sponsorship": live_sponsorship(application),
    }
    return render(request, "applications/file_answers.html", context)


@login_required
@posted_from("file-answers", "reference")
def retry_receipt(request: PersonRequest, reference: str) -> HttpResponse:
    """Have a receipt that could not be made tried again."""
    application = enter(request.user, STAFF, read=None, reference=reference)
    if retry_receipts(application, by=request.user):
        messages.success(request, _("The receipt is being tried again."))
    else:
        messages.info(request, _("Nothing was left to try again: somebody else may have been first."))
    return redirect("file-answers", application.number)


@require_safe
@login_required
@never_cache
def document(request: PersonRequest, reference: str, document: UUID) -> HttpResponseBase:
    """A document of the file, as it was submitted; also one that was replaced since, as long as it is kept."""
    application = enter(request.user, STAFF, read=ReadOne.document(document), reference=reference)
    found = get_object_or_404(
        Document.objects.visible_to(request.user).select_related("upload"), application=application, public_id=document
    )
    if not was_submitted(found):
        raise Http404
    return file_response(found.upload, inline="view" in request.GET)
