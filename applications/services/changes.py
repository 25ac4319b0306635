"""Asking an applicant to change an answer: asked, extended, cancelled, answered. The service clock pauses meanwhile."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Greatest

from accounts.models import User
from applications import constants, search
from applications.models import Application, ChangeItem, ChangeRequest
from applications.pages import APPLICATION, APPLICATION_CHANGES, FILE_CHANGES, FILE_SCREENING
from applications.rules import Change, Changes, MoreTime
from applications.selectors.answers import answers_of
from applications.selectors.deadlines import stay_told
from applications.selectors.people import office_of, people_of
from applications.selectors.turns import late_requests, takers_on
from applications.services import submission
from applications.services.clocks import keep_clock
from applications.services.receipts import give_receipt
from applications.services.requests import end_request
from applications.states import ApplicationState, FileTurn
from audit.actors import Actor
from moves.machine import move
from moves.transitions import Reason
from notifications import messages
from notifications.messages import Content
from notifications.services import queue_message
from work import clock
from work.pages import Page

REMIND_BEFORE = timedelta(days=3)
REMIND_AFTER = timedelta(days=1)  # what was asked, or put off, today needs no reminder yet


@transaction.atomic
def request_changes(application: Application, *, by: User, items: Sequence[Change], due: datetime) -> ChangeRequest:
    """Ask for the change of some answers until `due`. Pauses the clock.

    WrongMoment when nothing is named, an item does not say what is wrong, a question cannot be asked again, or `due`
    is past.
    """
    given = Changes(items=tuple(items), due=due)
    application = move(application, Application.request_changes, by=by, given=given)
    current = answers_of(application)
    request = ChangeRequest.objects.create(application=application, by=by, at=clock.now(), due=due)
    ChangeItem.objects.bulk_create(
        ChangeItem(
            request=request,
            question=item.question,
            why=item.why,
            message=item.message,
            before=current.get(item.question),
        )
        for item in given.items
    )
    keep_clock(application)
    _tell_of_request(application, request)
    return request


@transaction.atomic
def extend_request(application: Application, *, by: User, due: datetime, reason: str) -> ChangeRequest:
    """Give the applicant until `due`, later than before, with the reason. Returns the request."""
    application = move(application, Application.extend_request, by=by, given=MoreTime((reason or "").strip(), due=due))
    request = application.change_requests.waiting().get()
    request.due, request.extended_at = due, clock.now()
    request.save(update_fields=["due", "extended_at"])
    _tell_of_request(application, request)
    return request


@transaction.atomic
def cancel_request(application: Application, *, by: User, reason: str) -> Application:
    """Ask for nothing any more: the file goes on with the answers that were submitted. Returns the fresh row."""
    application = move(application, Application.cancel_request, by=by, given=Reason((reason or "").strip()))
    close_request(application, by=by)
    keep_clock(application)
    return application


def close_request(application: Application, *, by: Actor) -> None:
    """End the request that waits, if one does, and tell the applicant: the file goes on with what was submitted. Its
    reader knows no more by it: a request that was a mistake and one that was never answered end in the same words."""
    request = end_request(application, by=by)
    if request is None:
        return
    cancelled = messages.ChangesCancelled(reference=application.number, title=application.title)
    _tell_applicant(application, request, cancelled, APPLICATION)


@transaction.atomic
def resubmit_application(application: Application, *, by: User) -> Application:
    """Send the changed answers: frozen in a new snapshot, with a new receipt; the clock resumes. Returns the row.

    Forbidden for who cannot sign; WrongMoment while something asked is not changed, or no longer holds.
    """
    application = move(application, Application.resubmit, by=by)
    answers, request, now = answers_of(application), application.change_requests.waiting().get(), clock.now()
    request.answered_at = now
    request.save(update_fields=["answered_at"])
    submission.write_row(application, answers)
    application.complete_at = None  # what is sent is another submission, to be found complete again
    application.save()
    keep_clock(application)
    snapshot = submission.freeze(application, answers, signed_name=by.full_name, by=by, now=now)
    give_receipt(application, snapshot)
    search.index(application, summary=str(answers.get(constants.SUMMARY) or ""))
    answered = messages.ChangesAnswered(reference=application.number, title=application.title)
    _tell_officer(application, request, answered)
    return application


def chase_requests(*, by: Actor) -> int:
    """Remind applicants whose time runs out, and tell of requests that are overdue whose turn it is: the officer, who
    may give more time or cancel, and the screeners, who may find the file ineligible. How many requests were told of.

    Each is told once for each deadline: a later one is a new occasion.
    """
    now = clock.now()
    soon = (
        ChangeRequest.objects.in_time()
        .annotate(told_at=Greatest("at", "extended_at"))
        .filter(
            due__lte=now + REMIND_BEFORE,
            told_at__lte=now - REMIND_AFTER,
            application__state=ApplicationState.CHANGES_REQUESTED,
        )
    )
    told = 0
    # All of them: those that are overdue wait for somebody, however many, and keep no reminder from another.
    for requests, tell in ((late_requests(), _tell_late), (soon, _remind)):
        rows = requests.select_related("application__call", "by").order_by("due", "pk")
        for request in rows.iterator(chunk_size=500):
            with transaction.atomic():
                tell(request.application, request)
            told += 1
    return told


# ---------------------------------------------------------------- its parts


def _remind(application: Application, request: ChangeRequest) -> None:
    stays_until, next_closing = _stay(request)
    soon = messages.ChangesReminder(
        reference=application.number,
        title=application.title,
        until=request.due,
        stays_until=stays_until,
        next_closing=next_closing,
    )
    _tell_applicant(application, request, soon, APPLICATION_CHANGES)


def _tell_late(application: Application, request: ChangeRequest) -> None:
    number, title, until = application.number, application.title, request.due
    _tell_officer(application, request, messages.ChangesOverdue(reference=number, title=title, until=until))
    for person in takers_on(application, FileTurn.GIVE_UP):
        queue_message(
            messages.ChangesUnanswered(reference=number, title=title, until=until),
            to=person,
            link=FILE_SCREENING(number),
            application_id=application.pk,
            key=f"changes_unanswered:{request.public_id}:{until:%Y%m%d%H%M}:{person.pk}",
        )


def _tell_of_request(application: Application, request: ChangeRequest) -> None:
    stays_until, next_closing = _stay(request)
    asked = messages.ChangesRequested(
        reference=application.number,
        title=application.title,
        count=request.items.count(),
        until=request.due,
        stays_until=stays_until,
        next_closing=next_closing,
    )
    _tell_applicant(application, request, asked, APPLICATION_CHANGES)


def _stay(request: ChangeRequest) -> tuple[datetime | None, date | None]:
    """Until when the changes must come for the file to stay in its cohort, and the day on which the next one closes:
    what each message that asks for them says (`stay_told`). None of both where the day to answer by is all of it."""
    stay = stay_told(request)
    return (None, None) if stay is None else (stay.until, clock.day_of(stay.next_closing))


def _tell_applicant(application: Application, request: ChangeRequest, content: Content, page: Page[UUID]) -> None:
    for person in people_of(application):
        queue_message(
            content,
            to=person,
            link=page(application.public_id),
            application_id=application.pk,
            key=f"{content.words.kind}:{request.public_id}:{request.due:%Y%m%d%H%M}:{person.pk}",
        )


def _tell_officer(application: Application, request: ChangeRequest, content: Content) -> None:
    """Whoever asked; the programme's officers when that person no longer is one, or is barred from the file."""
    for person in office_of(application, request.by):
        queue_message(
            content,
            to=person,
            link=FILE_CHANGES(application.number),
            application_id=application.pk,
            key=f"{content.words.kind}:{request.public_id}:{request.due:%Y%m%d%H%M}:{person.pk}",
        )
