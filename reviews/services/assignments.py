"""Giving files to reviewers, by the panel's rule and without conflicts."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from applications.models import Application
from applications.rules import is_officer
from applications.selectors.people import oneself
from audit.actors import Actor
from audit.services import record
from moves.interests import ask_unbarred, standing_of
from moves.machine import move
from moves.refusals import Forbidden, WrongMoment
from moves.services import declare_standing
from moves.states import StandingState
from moves.transitions import Reason
from notifications import messages
from notifications.services import queue_message
from programs.models import Call
from programs.selectors import policy_of
from reviews import checks
from reviews.models import Assignment
from reviews.pages import QUEUE
from reviews.rules import WHO_ASSIGNS, Declared, may_assign
from reviews.services.panels import take_seat, take_the_chair
from reviews.states import Answer
from work import clock
from work.calendars import EVERY_DAY


def review_due(call: Call) -> datetime:
    """When a review given now is due: the programme's `panel.review_days`, at the end of that day."""
    return EVERY_DAY.ends(clock.now(), policy_of(call).asked_of_panel.review_days)


def _locked(application: Application) -> Application:
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("call__program", "call__rules")
        .get(pk=application.pk)
    )


@transaction.atomic
def assign_reviewer(application: Application, reviewer: User, *, by: User, due: datetime | None = None) -> Assignment:
    """Offer a file to a reviewer, in the seat of their appointment. Returns the `Assignment`.

    Forbidden when `by` is not an officer of the programme, or is barred from the file. WrongMoment, with every reason,
    on a conflict of interest, a missing appointment, an earlier act on the file, or a full queue.
    """
    application = _locked(application)
    if not may_assign(application, by):
        raise Forbidden(WHO_ASSIGNS)
    ask_unbarred(application.pk, by)
    if refusal := checks.takes_reviewers(application):
        raise WrongMoment(refusal)
    (fit,) = checks.fitness([application], [reviewer], reader=by, hold=True)
    if not fit.is_fit:
        raise WrongMoment(*fit.refusals)
    assignment = Assignment.objects.create(
        application=application,
        reviewer=reviewer,
        seat=fit.seat,
        due=due or review_due(application.call),
        assigned_by=by,
    )
    take_seat(application, person=reviewer, sits_as=fit.seat)
    record(assignment, "offered", by=by, after=assignment.state, given={"seat": str(assignment.seat)})
    for person in oneself(reviewer):
        queue_message(
            messages.ReviewOffered(reference=application.number, due=clock.day_of(assignment.due)),
            to=person,
            link=QUEUE(),
            application_id=application.pk,
            key=f"review-offered:{assignment.public_id}",
        )
    return assignment


@transaction.atomic
def cancel_assignment(assignment: Assignment, *, by: Actor) -> Assignment:
    """Take a file back from a reviewer who has not submitted. Returns the moved assignment."""
    return move(assignment, Assignment.cancel, by=by)


@transaction.atomic
def replace_assignment(assignment: Assignment, reviewer: User, *, by: User, due: datetime | None = None) -> Assignment:
    """Take a file back from one reviewer and offer it to another, both or neither. Returns the new `Assignment`."""
    application = _locked(assignment.application)
    cancel_assignment(assignment, by=by)
    return assign_reviewer(application, reviewer, by=by, due=due)


@transaction.atomic
def decline_assignment(assignment: Assignment, *, by: Actor, reason: str) -> Assignment:
    """The reviewer cannot do it, and says why."""
    return move(assignment, Assignment.decline, by=by, given=Reason(reason))


@transaction.atomic
def recuse_reviewer(assignment: Assignment, *, by: Actor, note: str = "") -> Assignment:
    """A conflict found by an officer or the chair, before or after the score: reason required. The score is kept, not
    counted, and the file is closed to the reviewer from then on."""
    assignment = move(assignment, Assignment.recuse, by=by, given=Declared(Answer.CONFLICT, note))
    if standing_of(assignment.application_id, assignment.reviewer) != StandingState.CONFLICT:
        declare_standing(assignment.application_id, user=assignment.reviewer, standing=StandingState.CONFLICT)
    if not is_officer(assignment.application, by):  # who is both acts as the officer, who recuses first
        take_the_chair(assignment.application, by=by)
    return assignment


@transaction.atomic
def start_review(application: Application, *, by: Actor) -> Application:
    """Open the file to its panel. WrongMoment when the panel rule is not satisfied. Returns the application."""
    return move(application, Application.start_review, by=by)


@transaction.atomic
def close_review(application: Application, *, by: Actor) -> Application:
    """Close the review of a file that the chair reopened while its quorum was in: no other review is waited for.
    Returns the application."""
    return move(application, Application.complete_review, by=by)


@transaction.atomic
def reopen_file(application: Application, *, by: Actor, reason: str) -> Application:
    """The chair sends a reviewed file back to its reviewers: more reviews are needed. Returns the application."""
    application = move(application, Application.reopen_review, by=by, given=Reason(reason))
    take_the_chair(application, by=by)
    return application
