"""Giving files to reviewers, by the panel's rule and without conflicts."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from applications.models import Application
from audit.moves import move
from audit.rules import Forbidden, Refusal, WrongMoment
from audit.services import record, record_change
from notifications.services import queue_message
from programs.rules import is_program_officer
from reviews import checks
from reviews.models import Assignment
from reviews.states import Answer
from work import clock

REVIEW_DAYS = 14  # calendar days a reviewer has, where the programme's rules say nothing


def review_due(call):
    """When a review given now is due: the programme's `panel.review_days`, at the end of that day."""
    days = int((call.rules.definition.get("panel") or {}).get("review_days") or REVIEW_DAYS)
    return clock.end_of(clock.today() + timedelta(days=days))


@transaction.atomic
def assign_reviewer(application, reviewer, *, by, due=None):
    """Offer a file to a reviewer, in the seat of their appointment. Returns the `Assignment`.

    Forbidden when `by` is not an officer of the programme. WrongMoment, with every reason, on a conflict of interest,
    a missing appointment, an earlier act on the file, or a full queue.
    """
    application = (
        Application.objects.select_for_update(of=("self",))
        .select_related("call__program", "call__rules")
        .get(pk=application.pk)
    )
    if not is_program_officer(application.call.program, by):
        raise Forbidden(_("Only an officer of the programme assigns reviewers."))
    if application.state not in ("eligible", "in_review"):
        raise WrongMoment(Refusal(_("Reviewers are assigned once the file is found eligible."), code="state"))
    conflicts = checks.refusals_to_assign(application, reviewer)
    if conflicts:
        raise WrongMoment(
            *(
                Refusal(_("%(person)s: %(reason)s.") % {"person": reviewer.full_name, "reason": c.message}, code=c.code)
                for c in conflicts
            )
        )
    appointment = checks.reviewer_appointment(application.call.program, reviewer)
    assignment = Assignment.objects.create(
        application=application,
        reviewer=reviewer,
        seat=appointment.seat,
        due=due or review_due(application.call),
        assigned_by=by,
    )
    record(assignment, "offered", by=by, after=assignment.state, given={"seat": str(assignment.seat)})
    record_change("assignment", assignment.public_id, application_id=application.pk)
    queue_message(
        "review_offered",
        to=reviewer,
        context={"reference": application.reference, "due": clock.day_of(assignment.due).isoformat()},
        url_name="review-queue",
        application_id=application.pk,
        key=f"review-offered:{assignment.public_id}",
    )
    return assignment


@transaction.atomic
def cancel_assignment(assignment, *, by):
    """Take a file back from a reviewer who has not submitted. Returns the moved assignment."""
    return move(assignment, "cancel", by=by)


@transaction.atomic
def decline_assignment(assignment, *, by, reason):
    """The reviewer cannot do it, and says why."""
    return move(assignment, "decline", by=by, given={"reason": bool(reason.strip())}, note=reason)


@transaction.atomic
def recuse_reviewer(assignment, *, by, note=""):
    """A conflict found by an officer or the chair, before or after the score. The score is kept, not counted."""
    return move(assignment, "recuse", by=by, given={"answer": str(Answer.CONFLICT)}, note=note)


@transaction.atomic
def start_review(application, *, by):
    """Open the file to its panel. WrongMoment when the panel rule is not satisfied. Returns the application."""
    application = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    return move(application, "start_review", by=by, given={"panel_problems": checks.panel_problems(application)})
