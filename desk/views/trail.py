"""The auditor's pages: the trail searched, and the whole story of one file, verified as it is read."""

from collections.abc import Iterator, Sequence
from itertools import islice

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, override, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.requests import PersonRequest
from applications.access import STAFF, enter
from applications.models import Application
from audit.services import record_list_reading, record_reading
from audit.states import Read
from desk import selectors
from desk.forms.trail import TrailForm
from desk.rules import audited_by, may_read_trail
from desk.selectors.trail import Place, all_verbs
from moves.refusals import Forbidden
from reviews.selectors import panels_of
from work import clock
from work.spreadsheets import MARK, lines_of
from work.templatetags.formats import told

BATCH = 500  # lines of a table written at a time


@require_safe
@never_cache
@login_required
def index(request: PersonRequest) -> HttpResponse:
    """The trail of the auditor's clusters, the latest first, by reference, person, act and dates: none of a file that
    is closed to its reader."""
    clusters = audited_by(request.user)
    if not clusters.exists():
        raise Forbidden(_("Only an auditor of the cluster reads the trail."))
    form = TrailForm(request.GET or None, verbs=all_verbs())
    wanted, before = selectors.Filter(), _place(request.GET.get("before"))
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        wanted = selectors.Filter(
            reference=data["reference"].strip(),
            person=data["person"].strip(),
            verb="" if data["verb"] == "read" else data["verb"],
            first=clock.start_of(data["first"]) if data["first"] else None,
            last=clock.end_of(data["last"]) if data["last"] else None,
            readings=data["verb"] == "read",
        )
    if form.errors:
        lines: list[selectors.Line] = []
        following = None
    else:
        lines, following = selectors.matching(clusters, wanted, reader=request.user, before=before)
    _record_search(request.user, form, lines, before)
    context = {"form": form, "lines": lines, "next_url": _page_after(request, following)}
    return render(request, "desk/trail.html", context)


def _record_search(person: User, form: TrailForm, lines: Sequence[selectors.Line], before: Place | None) -> None:
    """The lines shown are one reading, as any list, each page of them; or a reading of the trail alone, when none of
    them is of a file."""
    asked = form.cleaned_data if form.is_bound else {}
    found = record_list_reading(
        person,
        subject="trail",
        what=Read.TRAIL,
        question={name: str(value) for name, value in asked.items() if value} | {"place": str(before or "")},
        listed=[line.application_id for line in lines],
    )
    if found is None:
        record_reading(person, application_id=None, subject="trail", what=Read.TRAIL)


@require_safe
@never_cache
@login_required
def file(request: PersonRequest, reference: str) -> HttpResponse:
    """One file from its first draft to its last reading, and whether its chains are whole."""
    application = readable(request, reference)
    readings = request.GET.get("readings") != "no"
    after = _place(request.GET.get("after"))
    lines, following = selectors.chronicle(application, reader=request.user, after=after, readings=readings)
    count, findings = selectors.verified(application)
    record_reading(request.user, application_id=application.pk, subject=application, what=Read.TRAIL)
    context = {
        "application": application,
        "lines": lines,
        "readings": readings,
        "count": count,
        "faults": [finding for finding in findings if not finding.erased],
        "verified_at": clock.now(),
        "next_url": _page_after(request, following, "after"),
        "first_page": "after" not in request.GET,
        "panels": panels_of(application, request.user),
        "tab": "trail-file",
    }
    return render(request, "desk/trail_file.html", context)


@require_safe
@never_cache
@login_required
def file_csv(request: PersonRequest, reference: str) -> StreamingHttpResponse:
    """The same, whole, as a spreadsheet of the reader's language opens it."""
    application = readable(request, reference)
    record_reading(request.user, application_id=application.pk, subject=application, what=Read.TRAIL_CSV)
    rows = selectors.whole_chronicle(application, reader=request.user)
    response = StreamingHttpResponse(_csv(rows, get_language() or "fr"), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{application.reference}-trail.csv"'
    return response


def readable(request: PersonRequest, reference: str) -> Application:
    """The file whose trail the person reads. Its own reading is recorded by the page, which shows those before it."""
    application = enter(request.user, STAFF, read=None, reference=reference)
    if not may_read_trail(application, request.user):
        raise Forbidden(_("Only an auditor of the cluster reads the trail."))
    return application


def _csv(lines: Iterator[selectors.Line], language: str) -> Iterator[bytes]:
    """The lines as a spreadsheet of that language opens them, one at a time. The code of an act and the digest of its
    entry are those of the verifier, in no language."""
    with override(language):
        head = [
            *(
                _("When (Québec time)"),
                _("Act"),
                _("Code of the act"),
                _("Subject"),
                pgettext("trail", "Entry"),
                _("Who"),
                _("Duty"),
            ),
            *(_("Before"), _("After"), _("Reason"), _("What was noted"), _("Fingerprint")),
        ]
    yield MARK.encode() + lines_of([head], language=language)
    while True:
        with override(language):  # and not across a yield: the server says other things meanwhile
            cells = [_cells(line) for line in islice(lines, BATCH)]
        if not cells:
            return
        yield lines_of(cells, language=language)


def _cells(line: selectors.Line) -> list[str]:
    facts = [_("%(label)s: %(error)s") % {"label": name, "error": told(value)} for name, value in line.facts]
    texts = [_("%(label)s: %(error)s") % {"label": name, "error": value} for name, value in line.texts]
    return [
        clock.sortable(line.at, seconds=True),
        line.what,
        line.verb,
        line.subject,
        str(line.seq or ""),
        line.who,
        line.duty,
        line.before,
        line.after,
        line.note,
        "; ".join(facts + texts),
        line.digest,
    ]


def _place(text: str | None) -> Place | None:
    try:
        return Place.read(text) if text else None
    except (ValueError, OverflowError):
        raise Http404 from None


def _page_after(request: PersonRequest, place: Place | None, name: str = "before") -> str:
    if place is None:
        return ""
    query = request.GET.copy()
    query[name] = str(place)
    return f"?{query.urlencode()}"
