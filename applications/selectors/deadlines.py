"""Which closing a submission belongs to, and when what the programme promises of it is due."""

from datetime import datetime, timedelta

from programs.constants import DayKind
from programs.models import Call
from programs.policy import Standard
from programs.selectors import policy_of
from work import clock


def cohort_of(call: Call, at: datetime, began_at: datetime | None) -> tuple[datetime, bool]:
    """(closing of the cohort, whether it took the grace) of a submission that reaches us at `at`.

    One that began before a closing, and comes within the grace after it, belongs to that closing.
    """
    if began_at is not None and began_at <= at:
        closing = call.cohort_at(began_at)
        assert closing is not None  # a call that takes submissions has its closing
        if began_at < closing <= at < closing + timedelta(minutes=call.grace_minutes):
            return closing, True
    present = call.cohort_at(at)
    assert present is not None
    return present, False


def service_due(call: Call, standard: Standard, start: datetime) -> datetime | None:
    """When the service clock of `standard` that starts at `start` ends: a day's end.

    None when the programme promises nothing of it.
    """
    promise = policy_of(call).service.promise(standard)
    if promise is None:
        return None
    day = clock.day_of(start)
    if promise.kind == DayKind.BUSINESS:
        return clock.end_of(clock.add_business_days(day, promise.days))
    return clock.end_of(day + timedelta(days=promise.days))
