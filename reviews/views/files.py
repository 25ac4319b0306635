"""Which file, or which assignment, a page is about; and that it was read."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.requests import PersonRequest
from applications.models import Application
from applications.states import ApplicationState
from audit.services import record_reading
from moves.interests import ask_unbarred
from moves.refusals import Forbidden, Refusal, WrongMoment
from reviews.models import Assignment
from reviews.rules import is_reviewer
from reviews.states import READABLE, AssignmentState

FILE = ("call__program__cluster", "call__rules", "call__rubric", "call__form", "organisation")


def staff_file(request: PersonRequest, reference: str, *, read: str = "") -> Application:
    """A file that the person reads by a role of the cluster. Forbidden when they are barred from it; 404 for others.

    `read` says which part of it was read, and is recorded once a page.
    """
    application = Application.objects.filter(reference=reference).first()
    if application is not None:
        ask_unbarred(application.pk, request.user)
    files = Application.objects.of_staff(request.user).select_related(*FILE)
    application = get_object_or_404(files, reference=reference)
    if read and request.method == "GET":
        record_reading(request.user, application_id=application.pk, subject=application, what=read)
    return application


def own_assignment(request: PersonRequest, public_id: UUID) -> Assignment:
    """An assignment of the person who asks, whatever its state; to anybody else it does not exist (404)."""
    rows = Assignment.objects.of_reviewer(request.user).select_related(
        "reviewer", *(f"application__{name}" for name in FILE)
    )
    return get_object_or_404(rows, public_id=public_id)


class NotOpen(Exception):
    """The content is not open yet: the declaration comes first."""

    def __init__(self, assignment: Assignment) -> None:
        super().__init__(assignment.public_id)
        self.assignment = assignment


def opened_assignment(request: PersonRequest, public_id: UUID, *, read: str = "") -> Assignment:
    """The same, where the content may be read: accepted or submitted, and the review begun. `read`: what of it.

    NotOpen before the declaration; Forbidden when barred or recused; WrongMoment when the file is taken back.
    """
    assignment = own_assignment(request, public_id)
    ask_unbarred(assignment.application_id, request.user)
    if assignment.state == AssignmentState.OFFERED:
        raise NotOpen(assignment)
    if assignment.state == AssignmentState.RECUSED or not is_reviewer(assignment, request.user):
        raise Forbidden(_("This file is closed to you."))
    if assignment.state not in READABLE:
        raise WrongMoment(Refusal(_("This file no longer waits for your review."), code="state"))
    if assignment.application.state == ApplicationState.ELIGIBLE:
        raise WrongMoment(Refusal(_("The file opens when the officer starts its review."), code="state"))
    if read and request.method == "GET":
        application = assignment.application
        record_reading(request.user, application_id=application.pk, subject=application, what=read)
    return assignment
