"""What follows in this app from moves in the apps below, and from its own, in the same transaction."""

from applications.states import ApplicationState
from moves.machine import after, move
from notifications.constants import MessageKind
from notifications.services import queue_message
from reviews import selectors
from reviews.models import Assignment
from reviews.services.ranking import void_recommendation
from reviews.services.scores import keep_score
from reviews.states import AssignmentState
from work import clock


@after("assignment.submit")
@after("assignment.recuse")
def keep_the_score(assignment, *, by, given, note, entry):
    """The file's row keeps the mean of what counts."""
    keep_score(assignment.application)


@after("assignment.submit")
def close_the_review(assignment, *, by, given, note, entry):
    """The review that completes the quorum closes the file's review."""
    counted, needed = selectors.quorum(assignment.application)
    if counted >= needed and assignment.application.state == ApplicationState.IN_REVIEW:
        move(assignment.application, "complete_review", by=by, given={"counted": counted, "needed": needed})


@after("assignment.decline")
@after("assignment.recuse")
def tell_the_officer(assignment, *, by, given, note, entry):
    """Another reviewer is needed: whoever gave the file is told, unless it was their own act."""
    if assignment.assigned_by_id == by.pk:
        return
    queue_message(
        MessageKind.REVIEW_DECLINED,
        to=assignment.assigned_by,
        context={"reference": assignment.application.reference, "person": assignment.reviewer.full_name},
        url_name="review-file",
        url_args=[assignment.application.reference],
        application_id=assignment.application_id,
        key=f"review-declined:{entry.pk}",
    )


@after("assignment.cancel")
def tell_the_reviewer(assignment, *, by, given, note, entry):
    """The file no longer waits for them."""
    queue_message(
        MessageKind.REVIEW_CANCELLED,
        to=assignment.reviewer,
        context={"reference": assignment.application.reference},
        application_id=assignment.application_id,
        key=f"review-cancelled:{assignment.public_id}",
    )


@after("application.reopen")
def set_the_first_panel_aside(application, *, by, given, note, entry):
    """A new panel has the file: what the first one scored is kept, and no longer counted."""
    Assignment.objects.counted().filter(application=application).update(set_aside_at=clock.now())
    keep_score(application)


@after("application.withdraw")
@after("application.cancel")
@after("application.find_ineligible")
@after("application.complete_review")
def cancel_open_assignments(application, *, by, given, note, entry):
    """The file has left its reviewers: what they had not submitted is taken back."""
    waiting = Assignment.objects.filter(
        application=application, state__in=[AssignmentState.OFFERED, AssignmentState.ACCEPTED]
    )
    for assignment in waiting.order_by("id"):
        move(assignment, "cancel", by=by)


@after("application.withdraw")
@after("application.cancel")
@after("application.return_to_panel")
@after("application.find_ineligible")
def release_the_reserve(application, *, by, given, note, entry):
    """The recommendation no longer stands, and its money goes back to the envelopes."""
    void_recommendation(application, by=by)
