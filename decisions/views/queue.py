"""What waits for those who endorse, approve or issue."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from audit.services import record_list_reading
from audit.states import Read
from decisions import selectors
from decisions.models import Concurrence, Decision, DecisionShare
from decisions.querysets import DecisionQuerySet
from decisions.states import FUNDED, STEPS, DecisionKind
from programs.rules import holds_somewhere

PAGE = 25


@login_required
@require_safe
def queue(request: PersonRequest) -> HttpResponse:
    """What waits for me as endorser, approver or officer, the longest wait first. A partner's officer has their own."""
    rows = Decision.objects.next_of(request.user)
    if not rows.exists() and Concurrence.objects.of_officer(request.user).exists():
        return redirect("decision-concurrences")
    if not (rows.exists() or holds_somewhere(request.user, *STEPS)):
        raise PermissionDenied(_("This page is for those who endorse, approve or issue decisions."))
    shares = DecisionShare.objects.select_related("envelope__agreement").by_year()
    rows = rows.select_related("application__call__program").prefetch_related(Prefetch("shares", shares))
    shown, next_url = _page(request, rows)
    waits = selectors.waits_of(shown, request.user)
    lines = [
        {
            "decision": decision,
            "file": decision.application,
            "waits": waits[decision.pk],
            "step": waits[decision.pk].turn.row.to_do,
            "kind": DecisionKind(decision.kind).row.tag,
            "funded": decision.kind in FUNDED,
            "parts": [(share.envelope, share.amount) for share in decision.shares.all()],
        }
        for decision in shown
    ]
    record_list_reading(
        request.user,
        subject="decision",
        what=Read.DECISIONS_WAITING,
        question={"place": request.GET.get("after", "")},
        listed=[decision.application_id for decision in shown],
    )
    total = sum(decision.amount for decision in shown if decision.kind in FUNDED)
    return render(request, "decisions/queue.html", {"lines": lines, "next_url": next_url, "total": total})


def _page(request: PersonRequest, rows: DecisionQuerySet) -> tuple[list[Decision], str]:
    """One page of `rows`, the longest wait first, after the decision that the address names; and the next address."""
    after = request.GET.get("after", "")
    if after:
        try:
            last = Decision.objects.visible_to(request.user).get(public_id=UUID(after))
        except (ValueError, Decision.DoesNotExist):
            raise Http404 from None
        rows = rows.after(last)
    found = list(rows.longest_wait_first()[: PAGE + 1])
    more = len(found) > PAGE
    found = found[:PAGE]
    query = request.GET.copy()
    if more:
        query["after"] = str(found[-1].public_id)
    return found, f"?{query.urlencode()}" if more else ""
