"""Which assignment a page is about, and whether its file may be read."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from accounts.requests import PersonRequest
from applications.access import RELATED, enter
from audit.states import Read, ReadOne
from moves.interests import ask_unbarred
from moves.refusals import Forbidden, Refusal, WrongMoment
from reviews.access import CLOSED, REVIEWER
from reviews.models import Assignment
from reviews.rules import is_reviewer
from reviews.states import READABLE, AssignmentState

P = ParamSpec("P")


def own_assignment(request: PersonRequest, public_id: UUID) -> Assignment:
    """An assignment of the person who asks, whatever its state; to anybody else it does not exist (404)."""
    rows = Assignment.objects.of_reviewer(request.user).select_related(
        "reviewer", *(f"application__{name}" for name in RELATED)
    )
    return get_object_or_404(rows, public_id=public_id)


class NotOpen(Exception):
    """The content is not open yet: the declaration comes first."""

    def __init__(self, assignment: Assignment) -> None:
        super().__init__(assignment.public_id)
        self.assignment = assignment


def opened_assignment(request: PersonRequest, public_id: UUID, *, read: Read | ReadOne | None) -> Assignment:
    """An assignment of the person who asks, where the content may be read: accepted or submitted, and the review begun.
    `read`: what of it.

    NotOpen before the declaration; Forbidden when barred or recused; WrongMoment when the file is taken back.
    """
    rows = Assignment.objects.of_reviewer(request.user).select_related("application__call__program")
    assignment = get_object_or_404(rows, public_id=public_id)
    assignment.reviewer = request.user
    if assignment.state not in READABLE:
        ask_unbarred(assignment.application_id, request.user)  # whatever became of the assignment
        if not is_reviewer(assignment, request.user):
            raise Forbidden(CLOSED)  # the same, as the door says it of those that may be read
        if assignment.state == AssignmentState.OFFERED:
            raise NotOpen(assignment)
        if assignment.state == AssignmentState.RECUSED:
            raise Forbidden(CLOSED)
        raise WrongMoment(Refusal(_("This file no longer waits for your review."), code="state"))
    assignment.application = enter(request.user, REVIEWER, read=read, pk=assignment.application_id)
    return assignment


def of_reviewer(
    view: Callable[Concatenate[PersonRequest, P], HttpResponseBase],
) -> Callable[Concatenate[PersonRequest, P], HttpResponseBase]:
    """Signed in; and a file whose interests are not declared yet leads to the declaration."""

    @wraps(view)
    def wrapped(request: PersonRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except NotOpen as closed:
            return redirect("review-declare-own", closed.assignment.public_id)

    return login_required(wrapped)
