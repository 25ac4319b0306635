"""Letters: the company reads its own, staff see the copy and try a failed one again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from audit.services import record_reading
from decisions import services
from decisions.models import Letter
from decisions.selectors.reconsideration import ask_until
from decisions.views.chain import decision_of
from documents.downloads import file_response


def own_letter(request, public_id):
    """A letter sent to an organisation that the person acts for; to anyone else it does not exist (404)."""
    letters = Letter.objects.of_member(request.user).select_related("application__call__program", "rendering")
    return get_object_or_404(letters, public_id=public_id)


@login_required
@require_safe
def show(request, public_id):
    """The letter, as a page. Opening it is its service: delays run from here."""
    letter = own_letter(request, public_id)
    record_reading(request.user, application_id=letter.application_id, subject=letter, what="letter")
    if request.method == "GET":
        letter = services.read_letter(letter, by=request.user)
    decision = letter.decision
    context = {
        "letter": letter,
        "application": letter.application,
        "until": ask_until(letter.application) if decision.state == "issued" else None,
        "later": decision.state == "superseded",
    }
    return render(request, "decisions/letter_page.html", context)


@login_required
@require_safe
def pdf(request, public_id):
    """The letter, as the PDF that was sent. Opening it is its service too."""
    letter = own_letter(request, public_id)
    record_reading(request.user, application_id=letter.application_id, subject=letter, what="letter (PDF)")
    if request.method == "GET":
        services.read_letter(letter, by=request.user)
    return file_response(letter.rendering, inline="download" not in request.GET)


@login_required
@require_safe
def latest(request, public_id):
    """The latest letter of a file that the company may read."""
    letters = Letter.objects.of_member(request.user).filter(application__public_id=public_id)
    letter = letters.order_by("-sent_at", "-id").first()
    if letter is None:
        raise Http404
    return redirect("decision-letter", letter.public_id)


@login_required
@require_safe
def staff_copy(request, reference):
    """The PDF of a decision's letter, for staff. It serves nothing: only the company's own reading does."""
    decision = decision_of(request, reference)
    letter = getattr(decision, "letter", None)
    if letter is None:
        raise Http404(_("This decision has no letter yet."))
    record_reading(request.user, application_id=decision.application_id, subject=letter, what="letter (PDF)")
    return file_response(letter.rendering, inline="download" not in request.GET)


@login_required
@require_POST
def retry(request, reference):
    """Try a failed letter again."""
    decision = decision_of(request, reference)
    letter = getattr(decision, "letter", None)
    if letter is None:
        raise Http404(_("This decision has no letter yet."))
    services.retry_letter(letter, by=request.user)
    messages.success(request, _("The letter is being tried again."))
    return redirect("decision-file", reference)
