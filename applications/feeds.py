"""The closings of the calls as a calendar (iCalendar, RFC 5545), for whoever subscribes."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from programs.models import Call
from programs.states import Phase
from work import clock


@require_GET
def closings(request):
    """Every closing to come of the published calls, cohorts included, in the reader's language."""
    now = clock.now()
    calls = Call.objects.published().filter(closes_at__gt=now).select_related("program").order_by("closes_at", "pk")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Passerelle//Calls//EN", "CALSCALE:GREGORIAN"]
    lines += ["METHOD:PUBLISH", f"X-WR-CALNAME:{escaped(_('Closings of calls'))}"]
    for call in calls:
        url = settings.BASE_URL.rstrip("/") + reverse("call", args=[call.public_id])
        for closing in closings_of(call):
            if closing > now:
                lines += event(call, closing, url, now)
    lines.append("END:VCALENDAR")
    body = "".join(f"{folded}\r\n" for line in lines for folded in fold(line))
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'inline; filename="passerelle-{get_language()}.ics"'
    return response


def closings_of(call) -> list[datetime]:
    """The closings of a call in order: those of its cohorts, and its own."""
    return sorted({*(datetime.fromisoformat(text) for text in call.cohorts), call.closes_at})


def event(call, closing: datetime, url: str, now: datetime) -> list[str]:
    ends = closing + timedelta(minutes=15)
    summary = _("%(call)s closes") % {"call": call.name}
    status = "TENTATIVE" if call.phase() == Phase.ANNOUNCED else "CONFIRMED"
    return [
        "BEGIN:VEVENT",
        f"UID:{call.public_id}-{stamp(closing)}@passerelle",
        f"DTSTAMP:{stamp(now)}",
        f"DTSTART:{stamp(closing)}",
        f"DTEND:{stamp(ends)}",
        f"SUMMARY:{escaped(summary)}",
        f"DESCRIPTION:{escaped(call.program.summary)}",
        f"URL:{url}",
        f"STATUS:{status}",
        "END:VEVENT",
    ]


def stamp(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """A text value of RFC 5545 (3.3.11)."""
    text = str(text).replace("\\", "\\\\").replace(";", r"\;").replace(",", r"\,")
    return text.replace("\r\n", r"\n").replace("\n", r"\n")


def fold(line: str) -> list[str]:
    """A line cut so that none is over 75 octets; what follows begins with a space (3.1)."""
    out, current, used = [], "", 0
    for character in line:
        width = len(character.encode())
        if used + width > 75:
            out.append(current)
            current, used = " ", 1
        current, used = current + character, used + width
    return [*out, current]
