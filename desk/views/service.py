"""Administration: how the service stands, and what failed for good, to be tried again or set aside."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import PersonRequest
from desk import services
from desk.forms.service import SetAsideForm
from desk.rules import administered_clusters
from desk.selectors.service import PAGE, rows_of, service_of, table_of
from moves.refusals import Forbidden
from work.querysets import stopped
from work.requests import posted_from
from work.selectors import TABLES, WorkTable
from work.states import Table
from work.templatetags.formats import number


def administering(request: PersonRequest) -> None:
    """403, with its sentence, for who administers no cluster."""
    if not administered_clusters(request.user).exists():
        raise Forbidden(_("Only an administrator of the cluster sees the state of the service."))


@require_safe
@login_required
@never_cache
def show(request: PersonRequest) -> HttpResponse:
    """What is away, what is late, what waits, what failed; with `table`, everything that this one gave up."""
    administering(request)
    if "table" in request.GET:
        return whole(request, table_named(request.GET["table"]))
    return render(request, "desk/service.html", {"service": service_of(request.user)})


def whole(request: PersonRequest, table: WorkTable) -> HttpResponse:
    """Everything that a table gave up, a hundred at a time; a page that does not exist is the nearest that does."""
    total = stopped(rows_of(table, request.user)).count()
    last = max(1, -(-total // PAGE))
    page = min(max(1, row_named(request.GET.get("page", "")) or 1), last)
    context = {
        "table": table_of(table, request.user, start=(page - 1) * PAGE, most=PAGE),
        "previous_url": f"?table={table.key.value}&page={page - 1}" if page > 1 else "",
        "next_url": f"?table={table.key.value}&page={page + 1}" if page < last else "",
    }
    return render(request, "desk/service_table.html", context)


@login_required
@posted_from("service")
def retry(request: PersonRequest) -> HttpResponse:
    """Try again everything that the `table` named gave up, or the one row named `only`."""
    administering(request)
    table = table_named(request.POST.get("table", ""))
    rows = rows_of(table, request.user)
    if only := request.POST.get("only", ""):
        rows = rows.filter(pk=row_named(only))
    one = stopped(rows).first() if only else None
    found = table.retry(rows, by=request.user)
    if one and found:
        messages.success(request, _("Being tried again: %(what)s.") % {"what": table.told(one).what})
    elif found:
        said = ngettext("Being tried again: %(count)s item.", "Being tried again: %(count)s items.", found)
        messages.success(request, said % {"count": number(found)})
    else:
        messages.info(request, _("Nothing was left to try again: somebody else may have been first."))
    return redirect("service")


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def set_aside(request: PersonRequest, table: str, row: str) -> HttpResponse:
    """Set aside one row that was given up, with the reason."""
    administering(request)
    known = table_named(table)
    rows = rows_of(known, request.user)
    found = rows.filter(pk=row_named(row)).first()
    if found is None:
        raise Http404
    form = SetAsideForm(request.POST or None)
    if not stopped(rows).filter(pk=found.pk).exists():
        messages.info(request, _("Nothing was left to set aside: somebody else may have been first."))
        return redirect("service")
    if request.method == "POST" and form.is_valid():
        if services.set_work_aside(known, rows, found.pk, why=form.cleaned_data["why"], by=request.user):
            messages.success(request, _("Set aside: %(what)s.") % {"what": known.told(found).what})
        return redirect("service")
    context = {"form": form, "line": known.told(found), "back": reverse("service")}
    return render(request, "desk/service_set_aside.html", context)


def table_named(name: str) -> WorkTable:
    """The table of that name; else it does not exist."""
    if name not in Table.values:
        raise Http404
    return TABLES[Table(name)]


def row_named(text: str) -> int | None:
    """The number typed in an address or a form, when it can be one of a row."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
