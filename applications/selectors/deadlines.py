"""Which closing a submission belongs to; the clock of a file, and when what the programme promises of it is due.

Everything that says when a file is due reads this clock: the row and its lists, the applicant's page.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from applications.models import Application, ChangeRequest
from applications.rules import closing_for
from applications.states import IN_SCREENING, PublicState
from programs.models import Call
from programs.policy import Promise, Standard, Start
from programs.selectors import policy_of
from programs.states import CallKind
from work import clock
from work.calendars import EVERY_DAY, Delay, Pause


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
        if began_at < closing <= at < call.grace_ends(closing):
            return cohort, True
    present = call.cohort_at(at)
    assert present is not None
    return present, False


@dataclass(frozen=True)
class Stay:
    """Until when a file whose changes are awaited stays in its cohort, and the closing of the one it moves to then."""

    until: datetime
    next_closing: datetime

    @property
    def is_over(self) -> bool:
        return clock.now() > self.until


def stay_of(application: Application) -> Stay | None:
    """How long an incomplete file stays in its cohort: so many calendar days after it closed. None for one that the
    rules leave where it is, and once there is no later cohort."""
    closed, promise = application.cohort_closes_at, policy_of(application.call).service.decide
    if closed is None or promise is None or promise.incomplete_moves_after is None:
        return None
    later = next((closing for closing in application.call.closings if closing > closed), None)
    return Stay(EVERY_DAY.ends(closed, promise.incomplete_moves_after), later) if later else None


def stay_told(request: ChangeRequest) -> Stay | None:
    """What the applicant hears of it (`stay_of`) while its changes are asked: one answer has one day, the sooner of
    those still ahead. None while the day to answer by is that one, and once the stay is over."""
    stay = stay_of(request.application)
    if stay is None or stay.is_over or clock.now() <= request.due <= stay.until:
        return None
    return stay


def next_cohort_of(application: Application, at: datetime) -> datetime | None:
    """The closing of the next cohort, for a file still incomplete at `at` that the rules move to it (`stay_of`)."""
    stay = stay_of(application)
    return stay.next_closing if stay and at > stay.until else None


def service_due(call: Call, standard: Standard, start: datetime) -> datetime | None:
    """When the service clock of `standard` that starts at `start` ends: a day's end.

    None when the programme promises nothing of it.
    """
    promise = policy_of(call).service.promise(standard)
    if promise is None:
        return None
    return promise.calendar.ends(start, promise.days)


def standard_of(application: Application) -> Standard:
    """What the clock of the file's row is of: completeness, until it is found complete; the decision from then on; the
    answer, once a reconsideration is asked. A file found ineligible without having been complete awaits its decision.
    """
    if application.last_told == PublicState.IN_RECONSIDERATION:
        return Standard.RECONSIDER
    if _first_complete(application) is None and application.state in IN_SCREENING:
        return Standard.COMPLETE
    return Standard.DECIDE


def due_in_words(application: Application) -> str:
    """What is to be done by the day that the row of the file says, and that day; "" where nothing is due."""
    if application.due is None:
        return ""
    day = clock.format_day(application.due, get_language() or "fr")
    return _("%(what)s by %(day)s") % {"what": standard_of(application).label, "day": day}


def clock_of(application: Application) -> Delay | None:
    """The clock of the row, which its `due` and `due_left` show: that of its standard (`standard_of`). None where
    nothing is promised of it.

    Found complete again after changes, it goes on: a clock starts once, and pauses while changes are awaited. A file
    found ineligible because none came was never complete: the day of that finding stands for it.
    """
    standard = standard_of(application)
    if standard is Standard.RECONSIDER:
        asked_at = application.last_told_at
        assert asked_at is not None  # written together
        days = policy_of(application.call).reconsideration.answer_days
        return Delay(asked_at, days, EVERY_DAY, _pauses(application))
    if standard is Standard.COMPLETE:
        assert application.submitted_at is not None  # no draft has a clock
        promise = policy_of(application.call).service.complete
        return _delay(application, promise, application.submitted_at) if promise else None
    return _decision(application, _first_complete(application) or application.since)


def decision_clock(application: Application) -> Delay | None:
    """The clock of the decision, of what the applicant was told alone: its days, and the changes that it was asked.
    None where nothing is promised, and while it counts from the day the file is complete and the file is not."""
    return _decision(application, _first_complete(application))


def _decision(application: Application, complete: datetime | None) -> Delay | None:
    """From what the programme says: the submission, the closing of the cohort, the day it was first found complete…

    An intake without cohorts has no closing to count from: the day the file was complete stands for it.
    """
    promise = policy_of(application.call).service.decide
    if promise is None:
        return None
    fixed = application.call.closes_at if application.call.kind == CallKind.FIXED else None
    closing = application.cohort_closes_at or fixed or complete
    starts = {
        Start.SUBMISSION: application.submitted_at,
        Start.CLOSING: closing,
        Start.COMPLETE: complete,
        Start.CLOSING_OR_COMPLETE: max(complete, closing) if complete and closing else None,
    }
    start = starts[promise.start]
    return _delay(application, promise, start) if start else None


def _delay(application: Application, promise: Promise, start: datetime) -> Delay:
    return Delay(start, promise.days, promise.calendar, _pauses(application))


def _first_complete(application: Application) -> datetime | None:
    """A process of the release before stamps `complete_at` alone."""
    return application.first_complete_at or application.complete_at


def _pauses(application: Application) -> tuple[Pause, ...]:
    """The requests for changes: each from when it was asked to when it was answered or cancelled."""
    asked = sorted(application.change_requests.all(), key=lambda request: request.at)
    return tuple(Pause(request.at, request.answered_at or request.cancelled_at) for request in asked)
