"""The letter of a decision, as the staff see it: its copy, and another try when it failed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from audit.states import Read
from decisions.views.chain import decision_of
from documents.downloads import file_response
from letters.models import Letter
from letters.services import retry_letter
from work.requests import posted_from


def letter_of(request: PersonRequest, reference: str, *, read: Read | None) -> Letter:
    """The letter of a file's decision, for who reads the decision; else 404."""
    decision = decision_of(request, reference, read=read)
    if decision.letter is None:
        raise Http404(_("This decision has no letter yet."))
    return decision.letter


@login_required
@require_safe
def staff_copy(request: PersonRequest, reference: str) -> HttpResponseBase:
    """The PDF of a decision's letter, for staff. It serves nothing: only the company's own reading does."""
    letter = letter_of(request, reference, read=Read.LETTER_PDF)
    return file_response(letter.document, inline="download" not in request.GET)


@login_required
@posted_from("decision-file", "reference")
def retry(request: PersonRequest, reference: str) -> HttpResponse:
    """Try a failed letter again."""
    retry_letter(letter_of(request, reference, read=None), by=request.user)
    messages.success(request, _("The letter is being tried again."))
    return redirect("decision-file", reference)
