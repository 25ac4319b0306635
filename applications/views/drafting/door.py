"""Whose file a page of the company shows: one of their own organisation, and a draft where it must be one."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.requests import PersonRequest
from applications.access import OWN, enter
from applications.models import Application
from applications.rules import takes_answers
from applications.states import ApplicationState
from applications.views.drafting.late import not_kept
from audit.states import Read, ReadOne

P = ParamSpec("P")


def own(request: PersonRequest, public_id: UUID, *, read: Read | ReadOne | None) -> Application:
    """A file of an organisation the person acts for; to anyone else it does not exist (404). `read`: what of it."""
    read = read if request.method == "GET" else None  # an answer is saved at each field that is left
    return enter(request.user, OWN, read=read, public_id=public_id)


def draft_of(request: PersonRequest, public_id: UUID, *, read: Read | ReadOne | None) -> Application:
    """The same, while it is a draft; a file that left is shown on its own page."""
    application = own(request, public_id, read=read)
    if application.state != ApplicationState.DRAFT:
        raise Moved(application)
    return application


class Moved(Exception):
    """The file is no longer a draft: its page says where it stands."""

    def __init__(self, application: Application) -> None:
        super().__init__(application.public_id)
        self.application = application


def of_drafts(view: Callable[Concatenate[PersonRequest, P], HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Turn `Moved` into the file's page; what was posted, into why it was not kept."""

    @wraps(view)
    def wrapped(request: PersonRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Moved as moved:
            if request.method == "POST" and (refusal := takes_answers(moved.application)):
                return not_kept(request, moved.application, [refusal], title=_("Nothing was saved"))
            return redirect("application-detail", moved.application.public_id)

    return login_required(wrapped)
