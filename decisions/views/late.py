"""What a person did before a late conflict does not stand: the page that sends the decision back, or says who does."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import PersonRequest
from applications.access import STAFF, enter
from applications.models import Application
from applications.pages import FILE_PAGE
from applications.rules import may_uphold
from audit.states import Read
from decisions import selectors, services
from decisions.forms import SetAsideForm
from decisions.models import Decision
from decisions.states import OPEN
from moves.machine import allowed
from moves.refusals import Forbidden, WrongMoment
from reviews.rules import WHO_UPHOLDS
from reviews.selectors import late_of


@login_required
@require_http_methods(["GET", "POST"])
def set_aside(request: PersonRequest, reference: str, person_id: UUID) -> HttpResponse:
    """The second answer to a conflict declared late. A refusal is said beside what was typed."""
    application = enter(request.user, STAFF, read=Read.DECLARATION, reference=reference)
    decision = selectors.present_decision(application)
    if not may_uphold(application, request.user):
        raise Forbidden(WHO_UPHOLDS)
    declared = application.declarations.latest_of_each().select_related("user")
    declaration = get_object_or_404(declared, user__public_id=person_id)
    late = late_of(declaration)
    on_its_way = decision if decision is not None and decision.state in OPEN else None
    form = SetAsideForm(request.POST or None, of_decision=on_its_way is not None)
    if late is None and not form.has_changed():  # nothing to rule on, and nothing typed to keep
        raise Http404
    if request.method == "POST" and form.is_valid():
        try:  # what was ruled on meanwhile is refused, beside what was typed
            edition = selectors.Edition(request.POST.get("edition", ""))
            why = form.cleaned_data["why"]
            returned = services.set_acts_aside(declaration, by=request.user, why=why, edition=edition)
        except WrongMoment as problem:
            form.add_error(None, str(problem.message))
        else:
            told = _("Your reasons were sent to those who may send the decision back.")
            messages.success(request, _("The file is sent back.") if returned else told)
            return redirect(FILE_PAGE(reference).url)
    to = selectors.return_for(decision, late) if late else None
    if to and on_its_way is not None:  # or further, for another ruling
        to = selectors.ways_of(on_its_way, ruled=late)[0]
    steps = (
        allowed(on_its_way, request.user, Decision.send_back)
        if on_its_way is not None
        else allowed(application, request.user, Application.screen_again)
    )
    back = next(iter(steps), None)
    context = {
        "application": application,
        "declaration": declaration,
        "to": to,
        "over": late is None,
        "may_return": back is not None,
        "undeclared": back is not None and back.undeclared,
        "of_decision": on_its_way is not None,
        "edition": selectors.edition_of(on_its_way),
        "acts": [stage for stage in selectors.chain_of(on_its_way) if stage.who] if on_its_way else [],
        "returners": [person.full_name for person in selectors.returners_of(on_its_way)] if on_its_way else [],
        "form": form,
    }
    status = 409 if form.is_bound and form.non_field_errors() else 200
    return render(request, "decisions/late.html", context, status=status)
