"""What the dates of a call lack: in order, within the agreements, and to come."""

from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from builder.bundle.standings import refused_zone
from builder.checks.findings import Finding, Lacks
from programs.models import Call
from work import clock


def dates_lacking(call: Call) -> list[Finding]:
    """Another time zone than that of every clock; a closing that is past, or after an agreement ends; a cohort that
    closes outside the call.

    The opening may be past: the call is then open at once. So may the first cohorts of an intake: nobody falls in one.
    (An opening after the closing is refused by the move itself.)
    """
    if call.opens_at is None or call.closes_at is None:
        return []  # the move asks for them
    now, language = clock.now(), get_language() or "fr"
    found: list[Finding] = []

    def add(where: str, said: str, at: datetime) -> None:
        found.append(Finding(Lacks.FILE, where, said % {"instant": clock.format_instant(at, language)}))

    if call.zone != clock.ZONE.key:
        found.append(Finding(Lacks.FILE, "call.closes", refused_zone(call.zone)))
    if call.closes_at <= now:
        add("call.closes", _("The closing, %(instant)s, is past."), call.closes_at)
    for place, text in enumerate(call.cohorts):
        at = datetime.fromisoformat(text)
        if not call.opens_at < at <= call.closes_at:
            said = _("The closing of this cohort, %(instant)s, is not between the opening and the closing of the call.")
            add(f"call.cohorts[{place}]", said, at)
    for agreement in call.program.agreements.order_by("reference"):
        if agreement.ends_on < clock.day_of(call.closes_at):
            said = _("The call closes after the agreement %(reference)s ends, on %(day)s.")
            values = {"reference": agreement.reference, "day": clock.format_day(agreement.ends_on, language)}
            found.append(Finding(Lacks.FILE, "call.closes", said % values))
    return found
