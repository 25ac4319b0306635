"""Letters as the company reads its own."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from applications.access import OWN, enter
from audit.states import Read
from documents.downloads import file_response
from letters import services
from letters.models import Letter
from letters.selectors import latest_letter
from letters.subjects import told_of


def own_letter(request: PersonRequest, public_id: UUID, *, read: Read) -> Letter:
    """A letter sent to an organisation that the person acts for; to anyone else it does not exist (404)."""
    letters = Letter.objects.of_member(request.user).select_related("rendering")
    letter = get_object_or_404(letters, public_id=public_id)
    letter.application = enter(request.user, OWN, read=read, subject=letter, pk=letter.application_id)
    return letter


@login_required
@require_safe
def show(request: PersonRequest, public_id: UUID) -> HttpResponseBase:
    """The letter, as a page. Opening it is its service: delays run from here."""
    letter = own_letter(request, public_id, read=Read.LETTER)
    if request.method == "GET":
        letter = services.read_letter(letter, by=request.user)
    told = told_of(letter)
    context = {
        "letter": letter,
        "application": letter.application,
        "until": None if told.superseded else told.until(),
        "later": told.superseded,
    }
    return render(request, "letters/page.html", context)


@login_required
@require_safe
def pdf(request: PersonRequest, public_id: UUID) -> HttpResponseBase:
    """The letter, as the PDF that was sent. Opening it is its service too."""
    letter = own_letter(request, public_id, read=Read.LETTER_PDF)
    if request.method == "GET":
        services.read_letter(letter, by=request.user)
    return file_response(letter.document, inline="download" not in request.GET)


@login_required
@require_safe
def latest(request: PersonRequest, public_id: UUID) -> HttpResponseBase:
    """The latest letter of a file that the company may read."""
    letter = latest_letter(request.user, public_id)
    if letter is None:
        raise Http404
    return redirect("decision-letter", letter.public_id)
