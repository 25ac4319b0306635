"""What follows for files from moves of their call, in the same transaction."""

from datetime import datetime

from django.db.models import F

from applications.models import Application
from applications.pages import APPLICATION
from applications.rules import WithItsCall
from applications.selectors.people import people_of
from applications.states import DUE_FROM_CLOSING, UNDER_WAY, ApplicationState
from audit import services as trail
from moves.machine import move
from moves.registry import Made, after
from moves.transitions import Facts, Reason
from notifications import messages
from notifications.services import queue_message
from programs.models import Call
from programs.rules import NewClosing, OneApplicant
from work.texts import Text


@after(Call.extend)
def follow_the_closing(call: Call, made: Made[Facts, NewClosing]) -> None:
    """Every holder of a draft is told; files of the last cohort belong to the new closing."""
    closes_at, closed_at = made.given.closes_at, made.given.closed_at
    assert closed_at is not None  # only a call that had a closing is extended
    cohort = Application.objects.filter(call=call, cohort_closes_at=closed_at).exclude(state=ApplicationState.DRAFT)
    cohort.filter(state__in=DUE_FROM_CLOSING, due__isnull=False).update(due=F("due") + (closes_at - closed_at))
    cohort.update(cohort_closes_at=closes_at)
    for draft in (
        Application.objects.filter(call=call, state=ApplicationState.DRAFT).select_related("created_by").order_by("pk")
    ):
        _tell_of_later_closing(call, draft, closes_at)


@after(Call.accommodate)
def tell_the_applicant(call: Call, made: Made[Facts, OneApplicant]) -> None:
    """The one applicant is told of its own closing, never of the reason."""
    organisation, closes_at = made.given.organisation, made.given.closes_at
    assert organisation is not None  # the move asks for both
    assert closes_at is not None
    drafts = Application.objects.filter(
        call=call, organisation__public_id=organisation, state=ApplicationState.DRAFT
    ).select_related("created_by")
    for draft in drafts.order_by("pk"):
        _tell_of_later_closing(call, draft, closes_at)


@after(Call.cancel, fires=(Application.cancel,))
def cancel_every_file(call: Call, made: Made[Facts, Reason]) -> None:
    """Files under way are cancelled with their call, and everybody concerned is told why. Drafts stay readable."""
    files = Application.objects.select_for_update(of=("self",), no_key=True).filter(call=call)
    for application in files.order_by("pk"):
        if application.state in UNDER_WAY:
            application = move(application, Application.cancel, by=made.by, given=WithItsCall(call.public_id))
            application.change_requests.waiting().update(cancelled_at=application.since)
            application.due = application.due_left = None
            application.save(update_fields=["due", "due_left"])
        elif application.state != ApplicationState.DRAFT:
            continue
        else:
            trail.record(application, "application.call_cancelled", by=made.by, given={"call": call.public_id})
        for person in people_of(application):
            queue_message(
                messages.CallCancelled(call=Text(call.name_fr, call.name_en), reason=made.words),
                to=person,
                link=APPLICATION(application.public_id),
                application_id=application.pk,
                key=f"call_cancelled:{application.public_id}:{person.pk}",
            )


def _tell_of_later_closing(call: Call, draft: Application, closes_at: datetime) -> None:
    for person in people_of(draft):
        queue_message(
            messages.CallExtended(call=Text(call.name_fr, call.name_en), closes_at=closes_at),
            to=person,
            link=APPLICATION(draft.public_id),
            application_id=draft.pk,
            key=f"call_extended:{draft.public_id}:{closes_at:%Y%m%d%H%M}:{person.pk}",
        )
