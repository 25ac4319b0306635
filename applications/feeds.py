"""The closings of the calls as a calendar (iCalendar, RFC 5545), for whoever subscribes."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from icalendar import Calendar, Event

from programs.models import Call
from programs.selectors import Extensions, extensions_of
from programs.states import Phase
from work import clock

LASTS = timedelta(minutes=15)  # of an event, so that every calendar shows it


@require_GET
def closings(request: HttpRequest) -> HttpResponse:
    """Every closing to come of the published calls, cohorts included, in the reader's language."""
    now = clock.now()
    calls = Call.objects.published().filter(closes_at__gt=now).select_related("program").order_by("closes_at", "pk")
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Passerelle//Calls//EN")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Closings of calls"))
    moved = extensions_of(calls)
    for call in calls:
        for cohort, closing in enumerate(call.closings, 1):
            if closing > now:
                last = moved.get(call.pk) if closing == call.closes_at else None
                calendar.add_component(event(call, cohort, closing, now, moved=last))
    response = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'inline; filename="passerelle-{get_language()}.ics"'
    return response


def event(call: Call, cohort: int, closing: datetime, now: datetime, *, moved: Extensions | None) -> Event:
    """One closing, in UTC: that of the call's `cohort`, from 1; `moved`: the extensions that it had.

    Its UID depends on the call and the cohort alone: where a closing was moved, a calendar replaces it by the one whose
    SEQUENCE is higher, and never has both.
    """
    starts = closing.astimezone(UTC)
    made = Event()
    made.add("uid", f"{call.public_id}-{cohort}@passerelle")
    made.add("sequence", moved.times if moved else 0)
    if moved:
        made.add("last-modified", moved.last_at.astimezone(UTC))
    made.add("dtstamp", now.astimezone(UTC))
    made.add("dtstart", starts)
    made.add("dtend", starts + LASTS)
    made.add("summary", _("Closing: %(call)s") % {"call": call.name})
    made.add("description", call.program.summary)
    made.add("url", settings.BASE_URL.rstrip("/") + reverse("call", args=[call.public_id]))
    made.add("status", "TENTATIVE" if call.phase() == Phase.ANNOUNCED else "CONFIRMED")
    return made
