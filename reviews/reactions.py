"""What follows in this app from moves in the apps below, and from its own, in the same transaction."""

from applications.models import Application
from applications.selectors.people import office_of, oneself
from applications.states import ApplicationState
from moves.machine import move
from moves.registry import Made, after
from moves.transitions import Facts, Input, Reason
from notifications import messages
from notifications.services import queue_message
from reviews import selectors
from reviews.models import Assignment, Recommendation
from reviews.pages import FILE_REVIEWS, SCORE
from reviews.rules import REVIEWS_CHANGED, Review, takes_reviewers
from reviews.selectors.holding import is_first_for_the_chair, lacks_a_reviewer
from reviews.services.assignments import review_due
from reviews.services.panels import open_new_panel
from reviews.services.ranking import void_recommendation
from reviews.services.scores import after_what_counts_changed
from reviews.states import AssignmentState
from work import clock


@after(Assignment.submit)
def keep_the_total(assignment: Assignment, made: Made[Review, Input]) -> None:
    """The row keeps the total of the scores that were submitted."""
    assignment.total, assignment.submitted_at = made.facts.total, assignment.since
    assignment.save(update_fields=["total", "submitted_at"])


@after(Assignment.submit, fires=(Application.complete_review,))
def count_one_more(assignment: Assignment, made: Made[Facts, Input]) -> tuple[Application]:
    """The file's row keeps the mean of what counts; the review that completes the quorum closes the file's."""
    after_what_counts_changed(assignment.application, by=made.by, came=True)
    return (assignment.application,)


@after(Assignment.recuse, Assignment.reopen)
def count_one_less(assignment: Assignment, made: Made[Facts, Input]) -> tuple[Application]:
    """The file's row keeps the mean of what is left."""
    after_what_counts_changed(assignment.application, by=made.by, came=False)
    return (assignment.application,)


@after(Assignment.recuse, fires=(Application.return_to_panel,))
def return_what_was_read_from_it(assignment: Assignment, made: Made[Facts, Input]) -> None:
    """A recommendation stands on the reviews that it was read from: without one of them, the panel recommends again.
    Nothing is undone once the decision was issued."""
    application = assignment.application
    if application.state != ApplicationState.RECOMMENDED:
        return
    standing = Recommendation.objects.standing().select_related("application").get(application=application)
    read = selectors.reread(standing, selectors.panel_reviews(application))
    if read is None or read.moved:
        move(application, Application.return_to_panel, by=made.by, given=Reason(str(REVIEWS_CHANGED)))


@after(Assignment.decline, Assignment.recuse)
def tell_the_officer(assignment: Assignment, made: Made[Facts, Input]) -> None:
    """Whether another reviewer is to be assigned, and who must act first: told to whoever gave the file, unless it was
    their own act; to the programme's officers when that person no longer is one, or is barred from the file. Asked of
    the file as the reactions before left it."""
    if assignment.assigned_by_id == made.by.pk:
        return
    application = Application.objects.select_related("call__rules", "call__rubric").get(pk=assignment.application_id)
    chair_first = is_first_for_the_chair(application)
    for person in office_of(application, assignment.assigned_by):
        queue_message(
            messages.ReviewDeclined(
                reference=application.number,
                person=assignment.reviewer.full_name,
                is_needed=lacks_a_reviewer(application),
                chair_first=chair_first,
                is_open=chair_first or takes_reviewers(application) is None,
            ),
            to=person,
            link=FILE_REVIEWS(application.number),
            application_id=application.pk,
            key=f"review-declined:{made.entry.pk}:{person.pk}",
        )


@after(Assignment.reopen)
def give_the_review_back(assignment: Assignment, made: Made[Facts, Reason]) -> None:
    """It is due as one that is given now, never sooner than it was. Its reviewer is told, with the chair's reason, if
    it is still theirs."""
    assignment.due = max(assignment.due, review_due(assignment.application.call))
    assignment.save(update_fields=["due"])
    if not selectors.is_theirs(assignment):
        return
    reference, due = assignment.application.number, clock.day_of(assignment.due)
    for person in oneself(assignment.reviewer):
        queue_message(
            messages.ReviewReopened(reference=reference, due=due, reason=made.words),
            to=person,
            link=SCORE(assignment.public_id),
            application_id=assignment.application_id,
            key=f"review-reopened:{made.entry.pk}",
        )


@after(Application.start_review)
def open_the_file(application: Application, made: Made[Facts, Input]) -> None:
    """No review is due sooner than one that is given now: until here nobody could read the file. Those who accepted it,
    and whose it still is, are told that it is open, and until when."""
    least = review_due(application.call)
    for assignment in application.assignments.waiting().select_related("reviewer"):
        if assignment.due < least:
            assignment.due = least
            assignment.save(update_fields=["due"])
        if assignment.state != AssignmentState.ACCEPTED or not selectors.is_theirs(assignment):
            continue
        for person in oneself(assignment.reviewer):
            queue_message(
                messages.ReviewOpened(reference=application.number, due=clock.day_of(assignment.due)),
                to=person,
                link=SCORE(assignment.public_id),
                application_id=application.pk,
                key=f"review-opened:{made.entry.pk}:{assignment.public_id}",
            )


@after(Assignment.cancel)
def tell_the_reviewer(assignment: Assignment, made: Made[Facts, Input]) -> None:
    """The file no longer waits for them, if it still did."""
    if not selectors.is_theirs(assignment):
        return
    for person in oneself(assignment.reviewer):
        queue_message(
            messages.ReviewCancelled(reference=assignment.application.number),
            to=person,
            application_id=assignment.application_id,
            key=f"review-cancelled:{assignment.public_id}",
        )


@after(Application.reopen)
def set_the_first_panel_aside(application: Application, made: Made[Facts, Input]) -> tuple[Application]:
    """A new panel has the file: what the first one scored is kept, and no longer counted, whatever a doubt about
    interests left out of it."""
    application.assignments.live().update(set_aside_at=clock.now())
    open_new_panel(application)
    after_what_counts_changed(application, by=made.by, came=False)
    return (application,)


@after(
    Application.withdraw,
    Application.cancel,
    Application.find_ineligible,
    Application.return_to_screening,
    Application.screen_again,
    Application.complete_review,
    fires=(Assignment.cancel,),
)
def cancel_open_assignments(application: Application, made: Made[Facts, Input]) -> None:
    """The file has left its reviewers: what they had not submitted is taken back."""
    for assignment in application.assignments.waiting().order_by("id"):
        move(assignment, Assignment.cancel, by=made.by)


@after(
    Application.withdraw,
    Application.cancel,
    Application.find_ineligible,
    Application.return_to_screening,
    Application.screen_again,
)
def release_the_reserve(application: Application, made: Made[Facts, Input]) -> None:
    """The recommendation no longer stands, and its money goes back to the envelopes."""
    void_recommendation(application, by=made.by)


@after(Application.return_to_panel)
def keep_why_it_came_back(application: Application, made: Made[Facts, Reason]) -> None:
    """The same, and the committee reads the reason as it recommends again."""
    void_recommendation(application, by=made.by, sent_back=made.words)
