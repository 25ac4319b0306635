"""A file in the pages of every app: its tabs, the colour of its state, whether its clock is late."""

from django import template
from django.template import RequestContext
from django.utils.translation import gettext as _

from applications.models import Application
from applications.pages import FILE_TABS
from applications.selectors.deadlines import due_in_words, standard_of
from applications.states import ApplicationState
from work import clock
from work.pages import TabLink
from work.texts import Tag

register = template.Library()


@register.filter
def state_kind(application: Application) -> str:
    """{{ application|state_kind }}: the kind of its tag."""
    return ApplicationState(application.state).row.tag


@register.filter
def due_what(application: Application) -> str:
    """{{ application|due_what }}: what is to be done by the day its clock ends."""
    return str(standard_of(application).label)


@register.filter
def due_words(application: Application) -> str:
    """{{ application|due_words }}: what is to be done by the day its clock ends, and that day; "" without a clock."""
    return due_in_words(application)


@register.filter
def due_mark(application: Application) -> Tag | None:
    """{{ application|due_mark }}: its `Tag` when its clock is late or ends soon; None otherwise."""
    if application.due is None:
        return None
    now = clock.now()
    if application.due < now:
        return Tag(_("late"), "bad")
    return Tag(_("due soon"), "wait") if application.due <= clock.soon_until(now) else None


@register.filter
def changes_are_late(application: Application) -> bool:
    """{{ application|changes_are_late }}: those that its applicant is asked have not come by their day. No query for
    one that is asked for none."""
    return application.state == ApplicationState.CHANGES_REQUESTED and application.change_requests.overdue().exists()


@register.simple_tag(takes_context=True)
def file_tabs(context: RequestContext, application: Application, tab: str) -> list[TabLink]:
    """The pages of a file as tabs, of every app that has one for this reader. `tab`: the name of the open one."""
    return FILE_TABS.of(application, context["request"].user, tab, application.reference)
