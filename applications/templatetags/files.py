"""A file in the pages of every app: its tabs, the colour of its state, whether its clock is late."""

from datetime import timedelta

from django import template
from django.template import RequestContext
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from accounts.rules import is_auditor
from applications.constants import SOON
from applications.models import Application
from applications.states import ApplicationState
from work import clock

register = template.Library()


@register.filter
def state_kind(application: Application) -> str:
    """{{ application|state_kind }}: the kind of its tag."""
    return ApplicationState(application.state).row.tag


@register.filter
def due_mark(application: Application) -> dict[str, str] | None:
    """{{ application|due_mark }}: {"text", "kind"} when its clock is late or ends soon; None otherwise."""
    if application.due is None:
        return None
    left = application.due - clock.now()
    if left < timedelta(0):
        return {"text": _("late"), "kind": "bad"}
    return {"text": _("due soon"), "kind": "wait"} if left <= SOON else None


@register.simple_tag(takes_context=True)
def file_tabs(context: RequestContext, application: Application, tab: str) -> list[dict[str, object]]:
    """The parts of a file, as addresses; those that another app has not built, or that are not this reader's, are
    left out. `tab`: file, answers, screening, changes, reviews, decision or trail."""
    user = context["request"].user
    parts = [
        ("file", "file-detail", _("The file")),
        ("answers", "file-answers", _("Answers")),
        ("screening", "file-screening", _("Screening")),
        ("changes", "file-changes", _("Changes")),
        ("reviews", "review-file", _("Reviews")),
        ("decision", "decision-file", _("Decision")),
    ]
    if tab == "trail" or is_auditor(user, application.call.program.cluster_id):
        parts.append(("trail", "trail-file", _("Trail")))
    tabs = []
    for key, name, label in parts:
        try:
            url = reverse(name, args=[application.reference])
        except NoReverseMatch:
            continue
        tabs.append({"label": label, "url": url, "current": key == tab})
    return tabs
