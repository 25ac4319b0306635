"""What a person sees when something goes wrong: which page, which status, in whose words.

A page says what happened and what to do. The API has its own answers (RFC 9457, reports.api.problems); what its views
do not know, a machine that is away or a fault of ours, comes here and is told in its manner.
"""

import logging
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, UnreadablePostError
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import escape_leading_slashes
from django.utils.translation import gettext as _

from config.away import RETRY_AFTER, machine_away
from config.uploads import NamesOnly
from moves.refusals import WrongMoment
from reports.api import problems
from work import outages, tracing
from work.states import Machine

log = logging.getLogger("passerelle.errors")

API = "/api/"
SIGN_IN = settings.LOGIN_URL
CHOOSE_AGAIN = "choose_again"  # the names of files that the page of a 503 could not keep: they go with the form
# Our own fields that are never written back into a page. A question's key may hold any of these words.
SECRET_FIELDS = re.compile(r"(old|new_)?password\d?")


def answer(request: HttpRequest, status: int, message: str = "", **context: object) -> HttpResponse:
    """The page of a status, with `message` (a sentence already in the reader's language) when there is one."""
    context = {"message": message, "request_id": tracing.current_request_id(), **context}
    return render(request, f"{status}.html", context, status=status)


def bad_request(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """400, with what could not be read; 413 when what was sent is too large; 503 when the session could not be kept
    (Django calls that a 400)."""
    if exception is not None and (machine := machine_away(exception)):
        return unavailable(request, machine, exception)
    return answer(request, 413 if isinstance(exception, RequestDataTooBig) else 400, getattr(exception, "message", ""))


def forbidden(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """403, with the sentence of the rule that refused."""
    message = getattr(exception, "message", "") or (str(exception) if isinstance(exception, PermissionDenied) else "")
    return answer(request, 403, message)


def not_found(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """404. It says nothing of whether the thing exists."""
    return answer(request, 404)


def too_many(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """429, from the sign-in's rate limits (django-allauth looks for `handler429`)."""
    return answer(request, 429)


def broken(request: HttpRequest) -> HttpResponse:
    """503 when a machine is away, else 500: in both languages at once, as what broke may be the database, the session
    or the language itself. Django writes the traceback of a 500 in the log, at ERROR, with the request's number.
    """
    error = sys.exception()
    if isinstance(error, UnreadablePostError):
        return answer(request, 400)  # the reader left in the middle of what they sent
    if error is not None and (machine := machine_away(error)):
        return unavailable(request, machine, error)
    if request.path.startswith(API):
        return problems.fault(request, "internal-error")
    page = render_to_string("500.html", {"request_id": tracing.current_request_id()})
    return HttpResponse(page, status=500)


def unavailable(request: HttpRequest, machine: Machine, error: BaseException) -> HttpResponse:
    """503, which says when to come again, and holds what was sent so that one button sends it again."""
    reason = outages.reason_of(error)
    log.error("A machine is away: %s", machine.value, extra={"machine": machine.value, "reason": reason})
    if machine == Machine.DATABASE:
        outages.miss_database(reason)
    else:
        outages.note_met(machine, reason)
    wait = {"Retry-After": str(RETRY_AFTER)}
    if request.path.startswith(API):
        response = problems.fault(request, "unavailable", headers=wait)
    else:
        context = {
            "address": escape_leading_slashes(request.get_full_path()),
            "sent": sent_by(request) if request.method == "POST" else None,
            "seconds": RETRY_AFTER,
            "request_id": tracing.current_request_id(),
        }
        response = HttpResponse(
            render_to_string("503.html", context), status=503, headers={**wait, "Cache-Control": "no-store"}
        )
    # Once is enough: Django would add a traceback to each.
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django's own mark
    return response


@dataclass(frozen=True)
class Sent:
    """What came with a form: `fields` as (name, value), the names of `files`, whether secrets were `left_out`; `whole`
    is False when it could not be read."""

    fields: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] = ()
    left_out: bool = False
    whole: bool = True


def sent_by(request: HttpRequest) -> Sent:
    """What the form of a request held, without its secrets and its files. A request never fails twice: on any fault,
    nothing, not `whole`."""
    try:
        if length(request) > most_sent():
            return Sent(whole=False)
        if was_read(request):
            names = [file.name or "" for _name, files in request.FILES.lists() for file in files]
        else:
            reader = NamesOnly(request)
            request.upload_handlers = [reader]
            request.POST  # noqa: B018 - reads the form
            names = reader.names
        names += [name for name in request.POST.getlist(CHOOSE_AGAIN) if name not in names]
        pairs = [(name, value) for name, values in request.POST.lists() if name != CHOOSE_AGAIN for value in values]
    except Exception:
        log.exception("What was sent could not be read back.")
        return Sent(whole=False)
    fields = tuple((name, value) for name, value in pairs if not SECRET_FIELDS.fullmatch(name))
    return Sent(fields=fields, files=tuple(names), left_out=len(fields) < len(pairs), whole=bool(pairs or names))


def was_read(request: HttpRequest) -> bool:
    """Whether the form of the request has been read already."""
    return hasattr(request, "_files")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 when a form comes without its token: mostly a page left open past the end of its session."""
    return render(request, "403_csrf.html", {"request_id": tracing.current_request_id()}, status=403)


class OutageMiddleware:
    """The first answer after the database was away writes its outage, for an administrator to read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code < 500 and outages.misses_database():
            try:
                outages.note_database_back()
            except DatabaseError:
                log.warning("The database's outage could not be written yet.")
        return response


class ChooseAgainMiddleware:
    """Whoever sent a form again from the page of a 503 is told, where they land, which files it did not hold."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        plain = request.method == "POST" and request.content_type == "application/x-www-form-urlencoded"
        names = request.POST.getlist(CHOOSE_AGAIN) if plain else []
        if names and response.status_code < 500:
            sentence = _("Files are not kept while the service is unavailable. Choose again: %(names)s.")
            messages.warning(request, sentence % {"names": ", ".join(name[:120] for name in names[:20])})
        return response


class UnsentMiddleware:
    """Whoever sent a form after the end of their session is told, on the page to sign in, that it was not kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method == "POST" and response.headers.get("Location", "").startswith(f"{reverse(SIGN_IN)}?"):
            said = _("Your session has ended, and what you had just sent was not kept. Sign in, then send it again.")
            messages.warning(request, said)
        return response


class NotAllowedMiddleware:
    """405 has its page: an address that is not opened in this way. The API answers in its own manner."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or request.path.startswith(API):
            return response
        page = answer(request, 405)
        page.headers["Allow"] = response.headers["Allow"]
        return page


class UnreadableMiddleware:
    """What no view should begin to read: an address with a null character, or more than a form can hold (413).

    Django limits a form without its files, and how many files, but not how large these are together. Strangers send
    no file.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\x00" in request.path and not request.path.startswith("/api/"):
            return not_found(request)
        if "%00" in request.META.get("QUERY_STRING", "") and not request.path.startswith("/api/"):
            return bad_request(request)
        if length(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE and (
            not request.user.is_authenticated or length(request) > most_sent()
        ):
            return answer(request, 413)
        return self.get_response(request)


def length(request: HttpRequest) -> int:
    """How many bytes the request says it sends; a number too long to be one is more than anything."""
    said = request.META.get("CONTENT_LENGTH") or ""
    if not said.isascii() or not said.isdigit():
        return 0
    return int(said) if len(said) < 19 else sys.maxsize


def most_sent() -> int:
    """How many bytes a signed-in person sends at most: a form, and all the files that it may hold."""
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE + settings.UPLOAD_LIMIT * settings.DATA_UPLOAD_MAX_NUMBER_FILES


class WrongMomentMiddleware:
    """A move refused for its moment is a 409, with every sentence that stands in the way."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, WrongMoment) or request.path.startswith("/api/"):
            return None
        refusals = [str(refusal.message) for refusal in getattr(exception, "refusals", ())]
        return answer(request, 409, str(getattr(exception, "message", "")), refusals=refusals)
