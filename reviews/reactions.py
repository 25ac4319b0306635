"""What follows in this room from moves in the rooms below, in the same transaction."""

from applications.states import State as FileState
from audit.moves import after, move
from reviews import figures
from reviews.models import Assignment
from reviews.services.ranking import void_recommendation
from reviews.services.scores import keep_score
from reviews.states import State


@after("assignment.submit")
@after("assignment.recuse")
def keep_the_score(assignment, *, by, given, note, entry):
    """The file's row keeps the mean of what counts."""
    keep_score(assignment.application)


@after("assignment.submit")
def close_the_review(assignment, *, by, given, note, entry):
    """The review that completes the quorum closes the file's review."""
    counted, needed = figures.quorum(assignment.application)
    if counted >= needed and assignment.application.state == FileState.IN_REVIEW:
        move(assignment.application, "complete_review", by=by, given={"counted": counted, "needed": needed})


@after("application.withdraw")
@after("application.cancel")
@after("application.find_ineligible")
@after("application.complete_review")
def cancel_open_assignments(application, *, by, given, note, entry):
    """The file has left its reviewers: what they had not submitted is taken back."""
    waiting = Assignment.objects.filter(application=application, state__in=[State.OFFERED, State.ACCEPTED])
    for assignment in waiting.order_by("id"):
        move(assignment, "cancel", by=by)


@after("application.withdraw")
@after("application.cancel")
@after("application.return_to_panel")
@after("application.find_ineligible")
def release_the_reserve(application, *, by, given, note, entry):
    """The recommendation no longer stands, and its money goes back to the envelopes."""
    void_recommendation(application, by=by)
