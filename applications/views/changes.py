"""The applicant answers a request for changes: only what was asked opens, then the whole is sent again."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import PersonRequest
from accounts.rules import is_signatory
from applications.models import Application, ChangeItem, ChangeRequest
from applications.rules import is_still_asked
from applications.selectors.answers import form_of
from applications.selectors.people import signatories_of
from applications.selectors.progress import while_awaited
from applications.selectors.shown import Shown, shown
from applications.services import changes
from applications.views.drafting import Page, not_kept, own, typed
from audit.states import Read
from moves.refusals import Refusal, WrongMoment
from questions.schema import Form


@login_required
@require_http_methods(["GET", "POST"])
def answer(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Each answer asked about, with why; saved as it is left, then sent."""
    application = own(request, public_id, read=Read.REQUEST)
    asked = _of_the_page(application, request)
    if over := is_still_asked(asked):
        return _not_sent(request, application, asked, over)
    assert asked is not None  # asked just above
    form, items = form_of(application), list(asked.items.as_asked())
    pages = []
    for section in form.sections:
        here = {question.key for question in section.questions}
        keys = {item.question for item in items if item.question in here}
        if keys:
            pages.append((Page(application, section, only=keys), [i for i in items if i.question in keys]))
    if not pages:
        raise Http404
    refusals = []
    if request.method == "POST":
        try:
            for page, _items in pages:
                page.take(request)
        except WrongMoment as stopped:  # it ended meanwhile
            return _not_sent(request, application, asked, *stopped.refusals)
        if "send" in request.POST and all(page.may_leave for page, _items in pages):
            try:
                changes.resubmit_application(application, by=request.user)
                messages.success(request, _("Your changes are sent. The time to assess your application runs again."))
                return redirect("application-detail", application.public_id)
            except WrongMoment as refused:
                asked.refresh_from_db()
                if over := is_still_asked(asked):
                    return _not_sent(request, application, asked, over)
                refusals = [str(refusal.message) for refusal in refused.refusals]
        items = list(asked.items.as_asked())
    contexts = [page.context() for page, _items in pages]
    signs = is_signatory(application.organisation, request.user)
    context = {
        "application": application,
        "asked": asked,
        "in_cohort": while_awaited(asked),
        "groups": [
            {
                "section": content["section"],
                "places": [
                    place
                    | {
                        "item": next(i for i in items if i.question == place["key"]),
                        "before": _before(form, items, place),
                    }
                    for place in content["places"]
                    if place["asked"]
                ],
            }
            for content in contexts
        ],
        "lines": [line for content in contexts for line in content["lines"]],
        "refusals": refusals,
        "signs": signs,
        "signatories": [] if signs else signatories_of(application.organisation),
    }
    status = 409 if refusals else 422 if context["lines"] else 200
    return render(request, "applications/changes.html", context, status=status)


def _of_the_page(application: Application, request: PersonRequest) -> ChangeRequest | None:
    """The request that is answered: the one that the page was opened for, which says it as it is sent; the last one."""
    name = request.POST.get("request")
    found = application.change_requests.latest_first()
    return next((one for one in found if not name or str(one.public_id) == name), None)


def _not_sent(
    request: PersonRequest, application: Application, asked: ChangeRequest | None, *refusals: Refusal
) -> HttpResponse:
    """Why what the page sends is no longer taken, and what was typed. To who typed nothing, where the application
    stands; so it is to a second press of the button that sent the changes."""
    here = redirect("application-detail", application.public_id)
    if request.method != "POST":
        return here
    if asked is not None and asked.answered_at and not any(typed(request, application)):
        messages.info(request, str(refusals[0].message))
        return here
    return not_kept(request, application, refusals, title=_("The changes were not sent"))


def _before(form: Form, items: Sequence[ChangeItem], place: Mapping[str, object]) -> Shown:
    """What the answer was when the request was made."""
    item = next(i for i in items if i.question == place["key"])
    question = form.question(item.question)
    assert question is not None  # only questions of the form are asked again
    return shown(question, item.before)
