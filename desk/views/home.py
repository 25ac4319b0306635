"""The first page: what the cluster offers to anyone; what waits for whoever is signed in."""

from collections.abc import Collection
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from applications.selectors.calls import acted_for, offers_to
from desk import selectors
from desk.roles import RoleKind
from work import clock
from work.selectors import WorkLine
from work.states import Hat


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return render(request, "desk/welcome.html", {"calls": calls([])})
    asked = request.GET.get("role", "")
    role = Hat(asked) if asked in Hat else None
    day = selectors.day_of(request.user, role)
    held = selectors.roles_of(request.user)
    context = {
        "day": day,
        "role": role,
        "hats": hats(day, role),
        "parts": [
            {"title": title, "tasks": [task(line) for line in lines], "key": key}
            for key, title, lines in [
                ("late", _("Late"), day.late),
                ("soon", _("Due in the next seven days"), day.soon),
                ("later", _("Later"), day.later),
                ("others", _("Waiting for others"), day.others),
            ]
            if lines
        ],
        "held": held,
        "calls": calls(acted_for(request.user)) if any(kind == RoleKind.COMPANY for kind, _role in held) else [],
    }
    return render(request, "desk/home.html", context)


def calls(organisations: Collection[int]) -> list[dict[str, object]]:
    """Published calls that are open or not open yet, for whoever acts for these organisations (ids), with the instant
    that matters next; soonest closing first."""
    return [
        {"call": one.call, "open": one.is_open, "closes": one.next, "left": left_until(one.next)}
        for one in offers_to(organisations)
    ]


def hats(day: selectors.Day, role: Hat | None) -> list[dict[str, object]]:
    """The switch between a person's hats, when they wear several: the parts of the page as addresses."""
    if len(day.hats) < 2:
        return []
    everything = {"label": _("Everything"), "url": reverse("home"), "current": not role}
    return [everything] + [
        {"label": hat.label, "url": f"{reverse('home')}?role={hat}", "current": hat == role} for hat in day.hats
    ]


def task(line: WorkLine) -> dict[str, str]:
    """A line of work as the task list shows it."""
    status, kind = due_in_words(line.due)
    if line.waits_for and kind == "bad":
        status = _("waits for %(who)s, %(late)s") % {"who": line.waits_for, "late": status}
    elif line.waits_for:
        status, kind = _("waits for %(who)s") % {"who": line.waits_for}, ""
    return {
        "name": _("%(what)s: %(label)s") % {"what": line.what, "label": line.label},
        "hint": line.note,
        "url": line.link.url,
        "status": status,
        "kind": kind,
    }


def due_in_words(due: datetime | None) -> tuple[str, str]:
    """How long is left until the day `due` falls on, and the kind of tag that says it."""
    if due is None:
        return _("no date"), ""
    days = (clock.day_of(due) - clock.today()).days
    if due < clock.now():
        if days == 0:
            return _("late since today"), "bad"
        return ngettext("%(n)d day late", "%(n)d days late", -days) % {"n": -days}, "bad"
    if days == 0:
        return _("due today"), "wait"
    if days == 1:
        return _("due tomorrow"), "wait"
    return ngettext("%(n)d day left", "%(n)d days left", days) % {"n": days}, "wait" if days <= 7 else "info"


def left_until(closing: datetime | None) -> str:
    return due_in_words(closing)[0]
