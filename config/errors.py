"""What a person sees when something goes wrong: which page, which status, in whose words.

A page says what happened and what to do. The API has its own answers (config/api.py, RFC 9457): nothing here
touches a path under /api/.
"""

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from audit.rules import WrongMoment
from work import tracing


def answer(request, status, message="", **context):
    """The page of a status, with `message` (a sentence already in the reader's language) when there is one."""
    context = {"message": message, "request_id": tracing.current_request_id(), **context}
    return render(request, f"{status}.html", context, status=status)


def bad_request(request, exception=None):
    """400; or 413 when what was sent is too large."""
    return answer(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def forbidden(request, exception=None):
    """403, with the sentence of the rule that refused."""
    message = getattr(exception, "message", "") or (str(exception) if isinstance(exception, PermissionDenied) else "")
    return answer(request, 403, message)


def not_found(request, exception=None):
    """404. It says nothing of whether the thing exists."""
    return answer(request, 404)


def too_many(request, exception=None):
    """429, from the sign-in's rate limits (django-allauth looks for `handler429`)."""
    return answer(request, 429)


def broken(request):
    """500, in both languages at once: whatever broke may be the database, the session or the language itself."""
    page = render_to_string("500.html", {"request_id": tracing.current_request_id()})
    return HttpResponse(page, status=500)


def csrf_failure(request, reason=""):
    """403 when a form comes without its token: mostly a page left open past the end of its session."""
    return render(request, "403_csrf.html", {"request_id": tracing.current_request_id()}, status=403)


class UnreadableMiddleware:
    """What no view should begin to read: an address with a null character, or more than a form can hold (413).

    Django limits a form without its files, and how many files, but not how large these are together. Strangers send
    no file.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "\x00" in request.path and not request.path.startswith("/api/"):
            return not_found(request)
        if "%00" in request.META.get("QUERY_STRING", "") and not request.path.startswith("/api/"):
            return bad_request(request)
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if length(request) > most:
            if request.user.is_authenticated:
                most += settings.UPLOAD_LIMIT * settings.DATA_UPLOAD_MAX_NUMBER_FILES
            if length(request) > most:
                return answer(request, 413)
        return self.get_response(request)


def length(request):
    """How many bytes the request says it sends."""
    said = request.META.get("CONTENT_LENGTH") or ""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else 0


class WrongMomentMiddleware:
    """A move refused for its moment is a 409, with every sentence that stands in the way."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, WrongMoment) or request.path.startswith("/api/"):
            return None
        refusals = [str(refusal.message) for refusal in getattr(exception, "refusals", ())]
        return answer(request, 409, str(getattr(exception, "message", "")), refusals=refusals)
