"""Asking an applicant to change an answer: asked, extended, cancelled, answered. The service clock pauses meanwhile."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import OrganisationRole
from accounts.rules import is_signatory
from applications import constants, search
from applications.checks import missing_answers
from applications.figures import aid_of, amount_of, answers_of, form_of, request_of
from applications.models import Answer, Application, ChangeItem, ChangeRequest, Document
from applications.rules import Changes, MoreTime
from applications.services import submission
from applications.services.drafts import locked
from applications.states import ApplicationState
from audit.actors import Actor
from moves.machine import move
from moves.refusals import Forbidden, Refusal, WrongMoment
from moves.transitions import Reason
from notifications.constants import MessageKind
from notifications.services import queue_message
from programs.querysets import in_office_officers
from work import clock

REMIND_BEFORE = timedelta(days=3)


@transaction.atomic
def request_changes(
    application: Application, *, by: User, items: Sequence[Mapping[str, str]], due: datetime
) -> ChangeRequest:
    """Ask for the change of some answers until `due`: `items` are {"question", "why", "message"}. Pauses the clock.

    WrongMoment when nothing is named, an item says no reason, a question is not of the form, or `due` is past.
    """
    application = locked(application)
    items = [item for item in items if item.get("question")]
    given = Changes(items=tuple(item["question"] for item in items), due=due)
    moved = move(application, Application.request_changes, by=by, given=given)
    _check(application, items, due)
    current = answers_of(application)
    request = ChangeRequest.objects.create(application=moved, by=by, at=clock.now(), due=due)
    ChangeItem.objects.bulk_create(
        ChangeItem(
            request=request,
            question=item["question"],
            why=item["why"],
            message=item["message"].strip(),
            before=current.get(item["question"]),
        )
        for item in items
    )
    _pause(moved)
    _tell_applicant(moved, request, MessageKind.CHANGES_REQUESTED)
    return request


@transaction.atomic
def extend_request(application: Application, *, by: User, due: datetime, reason: str) -> ChangeRequest:
    """Give the applicant until `due`, later than before, with the reason. Returns the request."""
    application = locked(application)
    application = move(application, Application.extend_request, by=by, given=MoreTime((reason or "").strip(), due=due))
    request = _the_request(application)
    if due <= request.due or due <= clock.now():
        raise WrongMoment(Refusal(_("The new day must be later than the one given."), code="due"))
    request.due = due
    request.save(update_fields=["due"])
    _tell_applicant(application, request, MessageKind.CHANGES_REQUESTED)
    return request


@transaction.atomic
def cancel_request(application: Application, *, by: User, reason: str) -> Application:
    """Ask for nothing any more: the file goes on with the answers that were submitted. Returns the fresh row.

    What the applicant began to change is put back as it was, so that rows and snapshot say the same.
    """
    application = locked(application)
    application = move(application, Application.cancel_request, by=by, given=Reason((reason or "").strip()))
    request = _the_request(application)
    request.cancelled_at = clock.now()
    request.save(update_fields=["cancelled_at"])
    for item in request.items.exclude(answered_at=None):
        _put_back(application, item, by=by)
    _resume(application)
    _tell_applicant(application, request, MessageKind.CHANGES_CANCELLED)
    return application


@transaction.atomic
def resubmit_application(application: Application, *, by: User) -> Application:
    """Send the changed answers: frozen in a new snapshot, with a new receipt; the clock resumes. Returns the row.

    Forbidden for who cannot sign; WrongMoment while something asked is not changed, or no longer holds.
    """
    application = locked(application)
    if not is_signatory(application.organisation, by):
        raise Forbidden(_("Only an authorised signatory of the organisation can send the changes."))
    answers = answers_of(application)
    request = open_request(application)
    application = move(application, Application.resubmit, by=by)
    assert request is not None  # the move is made only of a file in that state
    if wrong := missing_answers(application, answers):
        raise WrongMoment(*(Refusal(str(item.message), code="missing") for item in wrong))
    now = clock.now()
    request.answered_at = now
    request.save(update_fields=["answered_at"])
    aid = aid_of(application, answers)
    application.title = str(answers.get(constants.TITLE) or "")[:250]
    application.requested_amount = request_of(aid, answers).total
    application.minimum_amount = amount_of(answers, constants.MINIMUM)
    application.eligible_costs = aid.eligible if aid else None
    application.save(update_fields=["title", "requested_amount", "minimum_amount", "eligible_costs"])
    _resume(application)
    snapshot = submission.freeze(application, answers, signed_name=by.full_name, by=by, now=now)
    submission.give_receipt(application, snapshot, answers, by=by)
    search.index(application, summary=str(answers.get(constants.SUMMARY) or ""))
    _tell_officer(application, request, MessageKind.CHANGES_ANSWERED)
    return application


def chase_requests(*, by: Actor) -> int:
    """Remind applicants whose time runs out, and tell the officer of requests that are overdue. How many were told.

    Each is told once for each deadline: a later one is a new occasion. Closing an overdue file is the officer's act.
    """
    now = clock.now()
    waiting = ChangeRequest.objects.filter(
        answered_at=None,
        cancelled_at=None,
        due__lte=now + REMIND_BEFORE,
        application__state=ApplicationState.CHANGES_REQUESTED,
    ).select_related("application__call", "by")
    told = 0
    for request in waiting.order_by("due", "pk")[:500]:
        with transaction.atomic():
            if request.due > now:
                _tell_applicant(request.application, request, MessageKind.CHANGES_REMINDER)
            else:
                _tell_officer(request.application, request, MessageKind.CHANGES_OVERDUE)
        told += 1
    return told


def open_request(application: Application) -> ChangeRequest | None:
    """The request that waits for the applicant; None when nothing is asked."""
    return application.change_requests.filter(answered_at=None, cancelled_at=None).first()


def people_of(application: Application) -> QuerySet[User]:
    """Who is told of an applicant's file: whoever began the draft, and everybody who signs for the organisation."""
    signatories = User.objects.filter(
        memberships__organisation_id=application.organisation_id, memberships__role=OrganisationRole.SIGNATORY
    )
    people = User.objects.filter(pk=application.created_by_id) | signatories
    return people.filter(is_active=True).distinct().order_by("pk")


# ---------------------------------------------------------------- its parts


def _the_request(application: Application) -> ChangeRequest:
    """The request of a file that is in that state: there is one."""
    return application.change_requests.get(answered_at=None, cancelled_at=None)


def _check(application: Application, items: Sequence[Mapping[str, str]], due: datetime) -> None:
    refusals = []
    form = form_of(application)
    for item in items:
        question = form.question(item["question"])
        if question is None or not question.is_answerable or question.type == "attestation":
            refusals.append(Refusal(_("This answer cannot be asked again."), code="question"))
        elif item.get("why") not in ChangeItem.Why.values or not str(item.get("message", "")).strip():
            refusals.append(
                Refusal(_("Say what is wrong with “%(label)s”.") % {"label": question.label}, code="message")
            )
    if due <= clock.now():
        refusals.append(Refusal(_("The day must be later than today."), code="due"))
    if refusals:
        raise WrongMoment(*refusals)


def _put_back(application: Application, item: ChangeItem, *, by: User) -> None:
    """The answer as it was when the change was asked; its documents too."""
    question = form_of(application).question(item.question)
    rows = Answer.objects.filter(application=application, question=item.question)
    if item.before is None:
        rows.delete()
    else:
        rows.update(value=item.before, version=F("version") + 1, by=by, at=clock.now())
    if question is not None and question.type == "documents":
        kept = item.before or []
        documents = Document.objects.filter(application=application, question=item.question)
        documents.filter(public_id__in=kept).update(removed_at=None)
        documents.exclude(public_id__in=kept).filter(removed_at=None).update(removed_at=clock.now())
    if item.question == constants.TITLE:
        application.title = str(item.before or "")[:250]
        application.save(update_fields=["title"])


def _pause(application: Application) -> None:
    """The clock stops: what was left of it is kept (below zero for a file that was already late)."""
    application.due_left = application.due - clock.now() if application.due else None
    application.due = None
    application.save(update_fields=["due", "due_left"])


def _resume(application: Application) -> None:
    """The clock runs again with what was left."""
    if application.due_left is not None:
        application.due = clock.now() + application.due_left
        application.due_left = None
        application.save(update_fields=["due", "due_left"])


def _tell_applicant(application: Application, request: ChangeRequest, kind: MessageKind) -> None:
    page = "application-detail" if kind == MessageKind.CHANGES_CANCELLED else "application-changes"
    for person in people_of(application):
        queue_message(
            kind,
            to=person,
            context={
                "reference": application.reference,
                "title": application.title,
                "count": request.items.count(),
                "until": request.due,
            },
            url_name=page,
            url_args=[application.public_id],
            application_id=application.pk,
            key=f"{kind}:{request.public_id}:{request.due:%Y%m%d%H%M}:{person.pk}",
        )


def _tell_officer(application: Application, request: ChangeRequest, kind: MessageKind) -> None:
    """Whoever asked; the programme's officers when that person no longer is one."""
    officers = list(in_office_officers(application.call.program))
    for person in [request.by] if request.by in officers else officers:
        queue_message(
            kind,
            to=person,
            context={"reference": application.reference, "title": application.title, "until": request.due},
            url_name="file-changes",
            url_args=[application.reference],
            application_id=application.pk,
            key=f"{kind}:{request.public_id}:{request.due:%Y%m%d%H%M}:{person.pk}",
        )
