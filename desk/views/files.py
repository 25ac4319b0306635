"""A file on one page, for the cluster's people; and the search over files."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from applications.access import STAFF, enter
from applications.models import Application
from applications.rules import may_uphold
from applications.search import matching
from applications.selectors.cohorts import goes_on_to, waits_on_the_list
from applications.states import ApplicationState
from applications.templatetags.files import state_kind
from audit.services import record_list_reading
from audit.states import Read
from desk.selectors import file as file_page
from reviews.access import may_declare
from reviews.selectors import departure_of, late_on, upheld_on

PAGE = 30


@require_safe
@never_cache
@login_required
def show(request: PersonRequest, reference: str) -> HttpResponse:
    application = enter(request.user, STAFF, read=Read.FILE, reference=reference)
    context = {
        "application": application,
        "tab": "file-detail",
        "bridge": file_page.bridge(application, get_language() or "fr"),
        "steps": file_page.next_steps(application, request.user),
        "awaited": file_page.awaited(application),
        "duties": file_page.duties_of(application),
        "timeline": file_page.timeline(application),
        "letters": file_page.letters_of(application),
        "goes_on": goes_on_to(application) if waits_on_the_list(application) else None,
        "departure": departure_of(application, request.user),
        "late": late_on(application),
        "upheld": upheld_on(application),
        "may_uphold": may_uphold(application, request.user),
        "may_declare": may_declare(application, request.user),
    }
    return render(request, "desk/file.html", context)


@dataclass(frozen=True)
class Found:
    """A file that was found, as its reader is told of it: its page, the words of its state, the kind of its tag."""

    file: Application
    url: str
    state: str
    kind: str


@require_safe
@never_cache
@login_required
def search(request: PersonRequest) -> HttpResponse:
    """Files that this person may open and whose words match. A whole reference goes straight to its file."""
    asked = " ".join(request.GET.get("q", "").split())[:200]
    found: list[Found] = []
    more = False
    if asked:
        visible = Application.objects.visible_to(request.user).select_related("call__program").defer("search")
        exact = visible.filter(reference=asked.upper()).first()
        staff = Application.objects.of_staff(request.user)
        if exact:
            return redirect(address(exact, staff.filter(pk=exact.pk).exists()))
        matches = matching(visible, asked).prefetch_related("call__accommodations")
        rows = list(matches.order_by("-submitted_at", "-id")[: PAGE + 1])
        rows, more = rows[:PAGE], len(rows) > PAGE
        as_staff = set(staff.filter(pk__in=[f.pk for f in rows]).values_list("pk", flat=True))
        found = [_found(file, file.pk in as_staff) for file in rows]
        record_list_reading(
            request.user, subject="application", what=Read.SEARCH, question={"q": asked}, listed=[f.pk for f in rows]
        )
    return render(request, "desk/search.html", {"asked": asked, "found": found, "more": more})


def _found(file: Application, as_staff: bool) -> Found:
    return Found(
        file,
        url=address(file, as_staff),
        state=file.get_state_display() if as_staff else str(file.public_state.label),
        kind=state_kind(file) if as_staff else "",
    )


def address(file: Application, as_staff: bool) -> str:
    """The page of a file for its reader: the cluster's, or the company's."""
    if as_staff:
        return reverse("file-detail", args=[file.reference])
    return reverse(
        "application-tasks" if file.state == ApplicationState.DRAFT else "application-detail", args=[file.public_id]
    )
