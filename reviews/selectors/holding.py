"""Whether what a message asks of a reviewer, or says of one, still holds as it leaves (`Holds`)."""

from collections.abc import Callable

from applications.models import Application
from applications.states import ApplicationState
from notifications.constants import Holds
from notifications.messages import OfReview, ReviewDeclined
from notifications.models import Message
from notifications.notices import said_by
from reviews import checks
from reviews.models import Assignment
from reviews.selectors.panel import panel_reviews
from reviews.states import WAITING, AssignmentState
from work import clock


def is_offered(message: Message) -> bool:
    """The review, to its reader, who has neither accepted it nor left it. Once the file opens it is due later than the
    offer said, which nothing says anew."""
    own = _own(message)
    if own is None or own.state != AssignmentState.OFFERED:
        return False
    return clock.day_of(own.due) >= said_by(message, OfReview).due


def is_to_submit(message: Message) -> bool:
    """The review is theirs to submit, for the day that it says."""
    own = _own(message)
    if own is None or own.state not in WAITING:
        return False
    return clock.day_of(own.due) == said_by(message, OfReview).due


def is_not_given(message: Message) -> bool:
    """The file, to its reader, since it was taken from them."""
    return _own(message) is None


def is_to_replace(message: Message) -> bool:
    """Another reviewer is still to be assigned, or the chair to reopen the review first, where it asks for that."""
    if not said_by(message, ReviewDeclined).is_needed:
        return True
    return lacks_a_reviewer(Application.objects.select_related("call__rules", "call__rubric").get(pk=message.file_id))


def lacks_a_reviewer(application: Application) -> bool:
    """Whether another reviewer is to be assigned, at once or once the chair has reopened the review: not where those
    who are left are as many as the panel asks."""
    if is_first_for_the_chair(application):
        return True
    return checks.takes_reviewers(application) is None and not checks.is_met(checks.panel_lines(application))


def is_first_for_the_chair(application: Application) -> bool:
    """Whether the chair must reopen the review before another reviewer is given: it is closed, and lacks some."""
    return application.state == ApplicationState.REVIEWED and not panel_reviews(application).complete


def _own(message: Message) -> Assignment | None:
    """The assignment by which its reader has the file."""
    own = Assignment.objects.live().filter(application=message.file_id, reviewer=message.recipient)
    return own.first()


HOLDING: dict[Holds, Callable[[Message], bool]] = {
    Holds.OFFERED: is_offered,
    Holds.TO_SUBMIT: is_to_submit,
    Holds.NOT_REVIEWED: is_not_given,
    Holds.REPLACED: is_to_replace,
}
