"""Which closing a submission belongs to, and when what the programme promises of it is due."""

from datetime import datetime, timedelta

from applications.models import Application
from applications.rules import closing_for
from programs.models import Call
from programs.policy import Standard, Start
from programs.selectors import policy_of
from programs.states import CallKind
from work.calendars import EVERY_DAY, Calendar


def cohort_of(application: Application, at: datetime, began_at: datetime | None) -> tuple[datetime, bool]:
    """(closing of the cohort, whether it took the grace) of a submission that reaches us at `at`.

    One that began before a closing, and comes within the grace after it, belongs to that closing. An applicant that was
    given a later closing is of the call's last cohort, and its grace follows its own.
    """
    call = application.call
    if began_at is not None and began_at <= at:
        cohort, closing = call.cohort_at(began_at), closing_for(call, application.organisation_id, began_at)
        assert cohort is not None  # a call that takes submissions has its closing
        assert closing is not None
        if began_at < closing <= at < closing + timedelta(minutes=call.grace_minutes):
            return cohort, True
    present = call.cohort_at(at)
    assert present is not None
    return present, False


def next_cohort_of(application: Application, at: datetime) -> datetime | None:
    """The closing of the next cohort, for a file still incomplete at `at` that the rules move to it: so many calendar
    days after its own closed. None for one that they leave where it is, and once there is no later cohort."""
    closed, promise = application.cohort_closes_at, policy_of(application.call).service.decide
    if closed is None or promise is None or promise.incomplete_moves_after is None:
        return None
    if at <= EVERY_DAY.ends(closed, promise.incomplete_moves_after):
        return None
    return next((closing for closing in application.call.closings if closing > closed), None)


def service_due(call: Call, standard: Standard, start: datetime) -> datetime | None:
    """When the service clock of `standard` that starts at `start` ends: a day's end.

    None when the programme promises nothing of it.
    """
    promise = policy_of(call).service.promise(standard)
    if promise is None:
        return None
    return promise.calendar.ends(start, promise.days)


def calendar_of(call: Call, standard: Standard) -> Calendar:
    """The days in which the service clock of `standard` counts: every day, where the programme promises nothing."""
    promise = policy_of(call).service.promise(standard)
    return promise.calendar if promise else EVERY_DAY


def decision_due(application: Application) -> datetime | None:
    """When the decision is promised: counted from what the programme says (the closing of the cohort, the day the file
    was complete, which is that of its last submission…). None where the programme promises nothing.

    An intake without cohorts has no closing to count from: the day the file was complete stands for it.
    """
    promise = policy_of(application.call).service.decide
    if promise is None:
        return None
    latest = application.snapshots.current().first()
    complete = latest.at if latest else application.submitted_at
    assert complete is not None  # only submitted files are promised a decision
    fixed = application.call.closes_at if application.call.kind == CallKind.FIXED else None
    closing = application.cohort_closes_at or fixed or complete
    starts = {
        Start.SUBMISSION: application.submitted_at or complete,
        Start.CLOSING: closing,
        Start.COMPLETE: complete,
        Start.CLOSING_OR_COMPLETE: max(complete, closing),
    }
    return service_due(application.call, Standard.DECIDE, starts[promise.start])
