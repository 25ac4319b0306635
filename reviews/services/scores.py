"""Scoring: one save per criterion, one submission, and the recorded act of reopening."""

from django.db import transaction
from django.utils.translation import gettext as _

from applications.models import Application
from applications.states import ApplicationState
from audit.actors import Actor
from moves.interests import ask_unbarred
from moves.machine import move
from moves.refusals import Forbidden, Refusal, WrongMoment
from moves.transitions import Reason
from programs.selectors import rubric_of
from reviews import selectors
from reviews.models import Assignment, Score
from reviews.rules import is_reviewer, is_the_one_assigned
from reviews.services.panels import take_the_chair
from reviews.states import AssignmentState
from work import clock


class ScoreConflict(Exception):
    """The score was saved elsewhere (another tab, another device) since this page read it. `theirs` is the row."""

    def __init__(self, theirs: Score) -> None:
        super().__init__(theirs)
        self.theirs = theirs


class FeedbackConflict(Exception):
    """What the applicant will read was saved elsewhere since this page read it. `theirs` is the assignment."""

    def __init__(self, theirs: Assignment) -> None:
        super().__init__(theirs)
        self.theirs = theirs


class ScoreInvalid(ValueError):
    """A point that is not on the scale, or a criterion that is not of the rubric. `message` is for the reader."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@transaction.atomic
def save_score(
    assignment: Assignment,
    criterion: str,
    *,
    by: Actor,
    version: int,
    point: str | None = None,
    comment: str | None = None,
) -> Score:
    """Save the point or the comment of one criterion. Returns the `Score` with its new version.

    `version` is the one the page read (0 for none yet). ScoreConflict when somebody saved since; ScoreInvalid for what
    is not on the scale; Forbidden for anybody but the reviewer; WrongMoment once submitted. None changes nothing.
    """
    _check_editable(assignment, by=by)
    rubric = rubric_of(assignment.application.call)
    if rubric.criterion(criterion) is None:
        raise ScoreInvalid(_("This criterion is not in the rubric."))
    if point:
        try:
            rubric.points_of(point)
        except KeyError:
            raise ScoreInvalid(_("“%(point)s” is not on the scale.") % {"point": point}) from None
    changes = {"at": clock.now(), "version": version + 1}
    if point is not None:
        changes["point"] = point
    if comment is not None:
        changes["comment"] = comment
    if version == 0:
        score, created = Score.objects.get_or_create(assignment=assignment, criterion=criterion, defaults=changes)
        if not created and not _says(score, point, comment):
            raise ScoreConflict(score)
        return score
    saved = Score.objects.filter(assignment=assignment, criterion=criterion, version=version).update(**changes)
    score = Score.objects.get(assignment=assignment, criterion=criterion)
    if not saved and not _says(score, point, comment):
        raise ScoreConflict(score)
    return score


def _says(score: Score, point: str | None, comment: str | None) -> bool:
    """Whether the row already holds what is sent again: a reply that was lost on the way is no conflict."""
    return point in (None, score.point) and comment in (None, score.comment)


@transaction.atomic
def save_feedback(assignment: Assignment, *, by: Actor, text: str, version: int) -> int:
    """Save what the applicant will read of this review, without a name. Returns the assignment's new version.

    FeedbackConflict when another text was saved since `version`, the one that the page read.
    """
    _check_editable(assignment, by=by)
    saved = Assignment.objects.filter(pk=assignment.pk, feedback_version=version).update(
        feedback=text, feedback_version=version + 1, updated_at=clock.now()
    )
    if not saved:
        theirs = Assignment.objects.get(pk=assignment.pk)
        if theirs.feedback != text:
            raise FeedbackConflict(theirs)
        return theirs.feedback_version  # saved already, a moment ago, as the field was left
    return version + 1


def _check_editable(assignment: Assignment, *, by: Actor) -> None:
    if not is_reviewer(assignment, by):
        raise Forbidden(_("Only the reviewer scores this file."))
    ask_unbarred(assignment.application_id, by)
    state = Assignment.objects.select_for_update(of=("self",)).values_list("state", flat=True).get(pk=assignment.pk)
    if state != AssignmentState.ACCEPTED:  # asked first: who gave their review is told nothing of where its file is
        sentence = _("This review is %(state)s: it cannot be changed.") % {"state": AssignmentState(state).label}
        raise WrongMoment(Refusal(sentence, code="state"))
    file = Application.objects.values_list("state", flat=True).get(pk=assignment.application_id)
    if file != ApplicationState.IN_REVIEW:
        raise WrongMoment(Refusal(_("The file is not in review."), code="state"))


@transaction.atomic
def submit_review(assignment: Assignment, *, by: Actor) -> Assignment:
    """Submit a review: its scores no longer change. Returns the assignment, with its total.

    WrongMoment when a criterion lacks its score or comment. The review that completes the quorum also closes the
    file's review. A second click finds it submitted and changes nothing.
    """
    Application.objects.select_for_update(of=("self",)).get(pk=assignment.application_id)
    # Locked before its scores are read: a save that comes meanwhile waits, and finds the review submitted.
    assignment = (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("application__call__rubric", "application__call__program")
        .get(pk=assignment.pk)
    )
    if assignment.state == AssignmentState.SUBMITTED and is_the_one_assigned(assignment, by):
        return assignment
    return move(assignment, Assignment.submit, by=by)


@transaction.atomic
def skip_for_now(assignment: Assignment, *, by: Actor) -> None:
    """Put a file at the end of one's own queue. It survives the session."""
    if not is_the_one_assigned(assignment, by):
        raise Forbidden(_("Only the reviewer can skip a file in their own queue."))
    Assignment.objects.filter(pk=assignment.pk).update(skipped_at=clock.now())


@transaction.atomic
def open_review(assignment: Assignment, *, by: Actor) -> None:
    """Remember when the reviewer first opened the file (their pace is read from it); it is no longer skipped."""
    if is_the_one_assigned(assignment, by) and (assignment.opened_at is None or assignment.skipped_at is not None):
        opened = assignment.opened_at or clock.now()
        Assignment.objects.filter(pk=assignment.pk).update(opened_at=opened, skipped_at=None)


@transaction.atomic
def reopen_review(assignment: Assignment, *, by: Actor, reason: str) -> Assignment:
    """The chair gives a submitted review back to its reviewer, with a reason. A recorded act."""
    application = Application.objects.select_for_update(of=("self",)).get(pk=assignment.application_id)
    if application.state == ApplicationState.REVIEWED:
        move(application, Application.reopen_review, by=by, given=Reason(reason))
    assignment = move(assignment, Assignment.reopen, by=by, given=Reason(reason))
    take_the_chair(application, by=by)
    return assignment


def after_what_counts_changed(application: Application, *, by: Actor, came: bool) -> None:
    """What follows when other reviews of a file count than before: its row keeps their mean, where the lists read it;
    and when one `came` to count that completes the quorum, the file's review closes.

    Where reviews only stopped counting, or were given back, it does not, however many are left: the chair who reopens
    a file wants more of them.
    """
    together = selectors.panel_reviews(application)
    Application.objects.filter(pk=application.pk).update(score=together.mean)
    if came and together.complete and application.state == ApplicationState.IN_REVIEW:
        move(application, Application.complete_review, by=by)
