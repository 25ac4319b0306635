"""Whether what a message asks of a file, or promises of it, still holds as it leaves (`Holds`)."""

from collections.abc import Callable

from accounts.models import Membership
from applications.models import Application, ChangeRequest
from applications.rules import last_closing
from applications.selectors.turns import late_requests
from applications.states import ApplicationState, PublicState
from notifications.constants import Holds
from notifications.messages import ApplicationComplete, CallExtended, NextCohort, OfRequest
from notifications.models import Message
from notifications.notices import said_by
from programs.models import Call
from programs.states import Phase
from work import clock


def changes_are_asked(message: Message) -> bool:
    """The changes, until the day that it says: neither sent, nor cancelled, nor put off since."""
    asked = ChangeRequest.objects.waiting().filter(application__state=ApplicationState.CHANGES_REQUESTED)
    return asked.filter(application=message.file_id, due=said_by(message, OfRequest).until).exists()


def changes_are_late(message: Message) -> bool:
    """The same, once that day is past."""
    return late_requests().filter(application=message.file_id, due=said_by(message, OfRequest).until).exists()


def no_changes_are_asked(message: Message) -> bool:
    """The file goes on with what was submitted."""
    file = _on_its_way(message)
    return file is not None and not file.change_requests.waiting().exists()


def is_complete(message: Message) -> bool:
    """Found so the day that it says, and being assessed, as its applicant reads it."""
    file = _on_its_way(message)
    if file is None or file.complete_at is None or file.public_state is not PublicState.BEING_ASSESSED:
        return False
    return clock.day_of(file.complete_at) == said_by(message, ApplicationComplete).day


def is_to_screen(message: Message) -> bool:
    """Nothing was found of the file since it was sent back, nor was anything asked of its applicant."""
    return Application.objects.filter(pk=message.file_id, state=ApplicationState.SUBMITTED).exists()


def is_in_the_cohort(message: Message) -> bool:
    """The one that it says."""
    file = _on_its_way(message)
    if file is None or file.cohort_closes_at is None:
        return False
    return clock.day_of(file.cohort_closes_at) == said_by(message, NextCohort).closing


def closes_then(message: Message) -> bool:
    """The call, for whoever is to send: the draft that it leads to; or else an organisation of its reader."""
    closes_at = said_by(message, CallExtended).closes_at
    if message.application_id is not None:
        draft = Application.objects.select_related("call").filter(pk=message.file_id).first()
        if draft is None or draft.state != ApplicationState.DRAFT:
            return False
        call, applicants = draft.call, [draft.organisation_id]
    else:
        call = Call.objects.get(public_id=message.leads_to)
        acting = Membership.objects.current().filter(user=message.recipient)
        applicants = list(acting.values_list("organisation_id", flat=True))
    if call.phase() is Phase.CANCELLED or closes_at <= clock.now():
        return False
    return any(last_closing(call, one) == closes_at for one in applicants)


def _on_its_way(message: Message) -> Application | None:
    """Its file, as long as its applicant still has it before them. None of what they were not told ends it."""
    file = Application.objects.select_related("call").filter(pk=message.file_id).first()
    return file if file is not None and file.public_state.row.is_under_way else None


HOLDING: dict[Holds, Callable[[Message], bool]] = {
    Holds.ASKED: changes_are_asked,
    Holds.LATE: changes_are_late,
    Holds.NOT_ASKED: no_changes_are_asked,
    Holds.COMPLETE: is_complete,
    Holds.TO_SCREEN: is_to_screen,
    Holds.COHORT: is_in_the_cohort,
    Holds.CLOSING: closes_then,
}
