"""What follows for files from moves of their call, in the same transaction."""

from datetime import datetime

from django.db.models import Q, prefetch_related_objects

from accounts.models import Organisation, User
from applications.models import Application
from applications.pages import APPLICATION, CALL, FILE_PAGE, FILE_SCREENING
from applications.rules import CALL_IS_BUSY, IS_LEAVING, WithItsCall, last_closing
from applications.selectors.people import members_of, people_of
from applications.selectors.turns import concerned_by_screening, takers_on
from applications.services.clocks import keep_clock, stop_clock
from applications.services.requests import end_request
from applications.states import VALID, ApplicationState, FileTurn
from audit import services as trail
from audit.actors import Actor
from moves.machine import move
from moves.refusals import Refusal, WrongMoment
from moves.registry import Made, after
from moves.transitions import Facts, Input, Reason
from notifications import messages
from notifications.services import queue_message
from programs.models import Call
from programs.rules import NewClosing, OneApplicant
from work import clock
from work.texts import Text


@after(Application.return_to_screening, Application.screen_again, Application.reopen_screening)
def keep_why_it_came_back(application: Application, made: Made[Facts, Input]) -> None:
    """Whoever screens reads by whom the finding was undone, when and why; each mark is to be looked at again. The clock
    is that of a file in screening."""
    assert made.by.pk is not None  # a person sends back, or sees the file again
    returns = application.screening_returns
    returns.create(by_id=made.by.pk, at=application.since, why=made.words)
    keep_clock(application)


@after(Application.screen_again)
def tell_who_has_it_again(application: Application, made: Made[Facts, Reason]) -> None:
    """Where a decision goes back with the file, the app of the decisions tells it, with whose acts are void."""
    screens = takers_on(application, FileTurn.SCREEN)
    for person in concerned_by_screening(application, by=made.by):
        queue_message(
            messages.ScreenedAgain(reference=application.number, title=application.title, reason=made.words),
            to=person,
            link=(FILE_SCREENING if person in screens else FILE_PAGE)(application.number),
            application_id=application.pk,
            key=f"screened_again:{application.public_id}:{application.since.isoformat()}:{person.pk}",
        )


@after(Call.extend)
def follow_the_closing(call: Call, made: Made[Facts, NewClosing]) -> None:
    """Whoever has not sent yet is told, when they have more time by it; files of the last cohort belong to the new
    closing, and their decision is promised from it."""
    closes_at, closed_at = made.given.closes_at, made.given.closed_at
    assert closed_at is not None  # only a call that had a closing is extended
    cohort = Application.objects.filter(call=call, cohort_closes_at=closed_at)
    cohort.update(cohort_closes_at=closes_at)
    _keep_clocks(call, closes_at)
    drafts = Application.objects.drafts_of(call).values("organisation")
    accommodated = call.accommodations.values("organisation")
    prefetch_related_objects([call], "accommodations")
    for organisation in Organisation.objects.filter(Q(pk__in=drafts) | Q(pk__in=accommodated)).order_by("pk"):
        own = last_closing(call, organisation.pk)  # the call's is still the one that is replaced
        if own is None or own < closes_at:
            _tell_of_closing(call, organisation, closes_at, is_sooner=False)


def _keep_clocks(call: Call, closes_at: datetime) -> None:
    """The clocks of the files of this closing, running or paused, are counted again."""
    counted = Application.objects.select_for_update(of=("self",), no_key=True).filter(
        Q(due__isnull=False) | Q(due_left__isnull=False), call=call, cohort_closes_at=closes_at
    )
    for file in counted.select_related("call__rules").prefetch_related("change_requests").order_by("pk"):
        keep_clock(file)


@after(Call.accommodate)
def tell_the_applicant(call: Call, made: Made[Facts, OneApplicant]) -> None:
    """The one applicant is told of its own closing, later or sooner than it knew, and never of the reason."""
    organisation, closes_at = made.given.organisation, made.given.closes_at
    assert organisation is not None  # the move asks for both
    assert closes_at is not None
    applicant = Organisation.objects.get(public_id=organisation)
    own = last_closing(call, applicant.pk)  # the one that is replaced, its own or the call's
    if own != closes_at:
        _tell_of_closing(call, applicant, closes_at, is_sooner=own is not None and closes_at < own)


@after(Call.cancel, fires=(Application.cancel,))
def cancel_every_file(call: Call, made: Made[Facts, Reason]) -> None:
    """Files are cancelled with their call, unless a letter told their outcome, and everybody concerned is told why.
    What was decided and not sent is undone, as by a withdrawal. Drafts stay readable."""
    files = Application.objects.select_for_update(of=("self",), no_key=True).filter(call=call)
    for application in files.order_by("pk"):
        if application.state in VALID and application.public_state.row.is_under_way:
            application = _cancel(application, call, by=made.by)
            end_request(application, by=made.by)
            stop_clock(application)
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


def _cancel(application: Application, call: Call, *, by: Actor) -> Application:
    """The file, cancelled. WrongMoment while a letter of the call is leaving, in words that do not say which: it may be
    that of a file that is closed to whoever cancels."""
    try:
        return move(application, Application.cancel, by=by, given=WithItsCall(call.public_id))
    except WrongMoment as stopped:
        if all(refusal.code != IS_LEAVING for refusal in stopped.refusals):
            raise
        raise WrongMoment(Refusal(CALL_IS_BUSY, code="busy")) from None


def _tell_of_closing(call: Call, organisation: Organisation, closes_at: datetime, *, is_sooner: bool) -> None:
    """Who is told of its drafts, once each, with the way to the latest; everybody who acts for it when it has begun
    nothing yet."""
    own = organisation.applications
    told = {person: draft for draft in own.drafts_of(call).reverse() for person in people_of(draft)}
    later = messages.CallExtended(
        call=Text(call.name_fr, call.name_en), closes_at=closes_at, has_draft=bool(told), is_sooner=is_sooner
    )
    for person, draft in told.items():
        _queue(call, organisation, later, to=person, draft=draft)
    if not told and not own.filter(call=call, state__in=VALID).exists():
        for person in members_of(organisation):
            _queue(call, organisation, later, to=person, draft=None)


def _queue(
    call: Call, organisation: Organisation, content: messages.CallExtended, *, to: User, draft: Application | None
) -> None:
    """Told by each act that changes the closing: one given, taken back and given again is told three times."""
    queue_message(
        content,
        to=to,
        link=APPLICATION(draft.public_id) if draft else CALL(call.public_id),
        application_id=draft.pk if draft else None,
        key=f"call_extended:{call.public_id}:{organisation.public_id}:{clock.now().isoformat()}:{to.pk}",
    )
