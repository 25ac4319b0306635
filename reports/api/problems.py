"""Every error of the API as RFC 9457 problem details, in the reader's language."""

import json
import math
from collections.abc import Iterable, Mapping
from typing import TypedDict

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from rest_framework import exceptions
from rest_framework.views import set_rollback

from moves.refusals import Forbidden
from work.tracing import current_request_id

CONTENT_TYPE = "application/problem+json"

# code: (status, title, what it means and what to do)
PROBLEMS = {
    "bad-request": (
        400,
        gettext_lazy("The request cannot be read"),
        gettext_lazy("A parameter is unknown or its value is wrong: errors says which."),
    ),
    "unauthenticated": (
        401,
        gettext_lazy("A key is needed"),
        gettext_lazy("The key is missing, malformed, expired, revoked, or used from another network."),
    ),
    "forbidden": (
        403,
        gettext_lazy("This key does not read this"),
        gettext_lazy("The scope of the key leaves this resource out."),
    ),
    "not-found": (
        404,
        gettext_lazy("Nothing here"),
        gettext_lazy("The address is wrong, or the row is not of your agreements."),
    ),
    "method-not-allowed": (
        405,
        gettext_lazy("The API is read-only"),
        gettext_lazy("Only GET and HEAD are answered."),
    ),
    "not-acceptable": (
        406,
        gettext_lazy("No such format"),
        gettext_lazy("JSON is given everywhere, and CSV for lists."),
    ),
    "too-many-requests": (
        429,
        gettext_lazy("Too many requests"),
        gettext_lazy(
            "The key made more requests in a minute than it may: wait the number of seconds given in Retry-After."
        ),
    ),
    "internal-error": (
        500,
        gettext_lazy("The fault is ours"),
        gettext_lazy("Something broke here. Try again later; if it lasts, give us request_id."),
    ),
    "unavailable": (
        503,
        gettext_lazy("The service is temporarily unavailable"),
        gettext_lazy("Your request is not at fault: send it again after the number of seconds in Retry-After."),
    ),
}


def language_asked(request: HttpRequest) -> str:
    """The language of an answer's texts: the first of French and English in Accept-Language, else French."""
    for code, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        if code[:2] in ("fr", "en"):
            return code[:2]
    return settings.LANGUAGE_CODE


class Wrong(TypedDict):
    """What is wrong with one parameter, in the reader's language."""

    parameter: str
    detail: str


class BadParameters(exceptions.APIException):
    """Parameters that cannot be used, and what is wrong with each."""

    status_code = 400

    def __init__(self, errors: Iterable[Wrong]) -> None:
        super().__init__(_("A parameter is unknown or its value is wrong."))
        self.errors = errors


class BadKey(exceptions.AuthenticationFailed):
    """No key, or one that is refused. `auth_header`: the challenge that says so to a machine (RFC 6750)."""

    def __init__(self, detail: str, *, auth_header: str) -> None:
        super().__init__(detail)
        self.auth_header = auth_header


def problem(
    request: HttpRequest,
    code: str,
    *,
    detail: object = "",
    errors: Iterable[Wrong] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The answer that tells of a problem of `PROBLEMS`."""
    status, title, meaning = PROBLEMS[code]
    body = {
        "type": f"{settings.BASE_URL}/api/v1/#problem-{code}",
        "title": str(title),
        "status": status,
        "detail": str(detail or meaning),
        "instance": request.path,
        "request_id": current_request_id() or "",
        "errors": list(errors),
    }
    response = HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type=CONTENT_TYPE)
    response.headers["Content-Language"] = f"{get_language()}-CA"
    response.headers["Cache-Control"] = "no-store"
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response


def problem_of(error: Exception, request: HttpRequest) -> HttpResponse:
    """The problem that an exception raised in a view of the API is told as. What is none of these is raised again:
    whether it is a fault of ours or a machine that is away, config.errors tells."""
    set_rollback()
    match error:
        case BadParameters():
            return problem(request, "bad-request", detail=error.detail, errors=error.errors)
        case exceptions.ParseError() | exceptions.ValidationError():
            return problem(request, "bad-request")
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            challenge = {"WWW-Authenticate": getattr(error, "auth_header", 'Bearer realm="api"')}
            return problem(request, "unauthenticated", detail=error.detail, headers=challenge)
        case Http404() | exceptions.NotFound():
            return problem(request, "not-found")
        case Forbidden():
            return problem(request, "forbidden", detail=str(error.message))
        case PermissionDenied() | exceptions.PermissionDenied():
            return problem(request, "forbidden")
        case exceptions.MethodNotAllowed():
            return problem(request, "method-not-allowed", headers={"Allow": "GET, HEAD"})
        case exceptions.NotAcceptable():
            return problem(request, "not-acceptable")
        case exceptions.Throttled():
            wait = {"Retry-After": str(max(1, math.ceil(getattr(error, "wait", None) or 1)))}
            return problem(request, "too-many-requests", headers=wait)
    raise error


def fault(request: HttpRequest, code: str, *, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """A problem told from outside of the API's views, in the language asked."""
    with override(language_asked(request)):
        return problem(request, code, headers=headers)


def unknown_address(request: HttpRequest) -> HttpResponse:
    """The problem told for any address under /api/ that is none of ours."""
    with override(language_asked(request)):
        return problem(request, "not-found", detail=_("There is no such address. /api/v1/ lists them."))
