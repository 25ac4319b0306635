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
    for call in calls:
        for closing in call.closings:
            if closing > now:
                calendar.add_component(event(call, closing, now))
    response = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'inline; filename="passerelle-{get_language()}.ics"'
    return response


def event(call: Call, closing: datetime, now: datetime) -> Event:
    """One closing, in UTC. Its UID depends on the call and the instant alone: a calendar replaces, never doubles."""
    starts = closing.astimezone(UTC)
    made = Event()
    made.add("uid", f"{call.public_id}-{starts:%Y%m%dT%H%M%SZ}@passerelle")
    made.add("dtstamp", now.astimezone(UTC))
    made.add("dtstart", starts)
    made.add("dtend", starts + LASTS)
    made.add("summary", _("Closing: %(call)s") % {"call": call.name})
    made.add("description", call.program.summary)
    made.add("url", settings.BASE_URL.rstrip("/") + reverse("call", args=[call.public_id]))
    made.add("status", "TENTATIVE" if call.phase() == Phase.ANNOUNCED else "CONFIRMED")
    return made
