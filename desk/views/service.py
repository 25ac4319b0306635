"""Administration: how the service stands, and what failed for good, to be tried again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from desk.figures.service import files_administered_by, service_of
from desk.views.people import administered
from documents import services as documents
from documents.figures import renderings_about
from notifications import services as notifications
from notifications.figures import messages_about
from work.templatetags.formats import number

# The tables of the page: the rows an administrator looks after, and how those given up are tried again.
TABLES = {
    "messages": (messages_about, notifications.retry_given_up),
    "documents": (renderings_about, documents.retry_given_up),
}


@require_safe
@login_required
@never_cache
def show(request):
    """What is away, what is late, what waits, what failed."""
    administered(request)
    return render(request, "desk/service.html", {"service": service_of(request.user)})


@login_required
@require_POST
def retry(request):
    """Try again everything that the `table` named gave up, or the one row named `only`."""
    administered(request)
    if request.POST.get("table") not in TABLES:
        raise Http404
    rows_of, retry_given_up = TABLES[request.POST["table"]]
    rows = rows_of(files_administered_by(request.user))
    if only := request.POST.get("only", ""):
        rows = rows.filter(pk=int(only) if only.isascii() and only.isdigit() and len(only) < 19 else None)
    found = retry_given_up(rows, by=request.user)
    if found:
        said = ngettext("%(count)s item is being tried again.", "%(count)s items are being tried again.", found)
        messages.success(request, said % {"count": number(found)})
    else:
        messages.info(request, _("Nothing was left to try again: somebody else may have been first."))
    return redirect("service")
