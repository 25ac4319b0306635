"""Around every request: its identifier, its line in the log, and the idle end of its session."""

import logging
import time
from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from work import clock, tracing

log = logging.getLogger("passerelle.request")

Answering = Callable[[HttpRequest], HttpResponseBase]
QUIET = ("/static/", "/health/")  # asked many times a minute and of no interest unless they fail
REFRESH = 5 * 60  # seconds between two writes of a session's end


class RequestMiddleware:
    """Outermost: takes or makes X-Request-ID, returns it, and logs method, path, status, user and milliseconds."""

    def __init__(self, get_response: Answering) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with tracing.serving(tracing.accepted(request.headers.get("X-Request-ID"))) as identifier:
            request.request_id = identifier  # type: ignore[attr-defined]  # ours, for whoever reads the request
            start = time.perf_counter()
            response = self.get_response(request)
            response.headers["X-Request-ID"] = identifier
            write_line(request, response, time.perf_counter() - start)
            return response


def write_line(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    """One line a request. The query string stays out of it: searches hold names. So do the tokens of links."""
    if request.path.startswith(QUIET) and response.status_code < 500:
        return
    log.log(
        logging.ERROR if response.status_code >= 500 else logging.INFO,
        "%s %s",
        request.method,
        tracing.without_secrets(request.path, request),
        extra={"status": response.status_code, "ms": round(seconds * 1000, 1), "user": user_pk(request)},
    )


def user_pk(request: HttpRequest) -> int | None:
    """The signed-in person's number, without a query when nothing else asked who it was."""
    seen = getattr(request, "_cached_user", None)
    return getattr(seen, "pk", None)


class IdleSessionMiddleware:
    """A session ends after SESSION_COOKIE_AGE without a click: its end is pushed back, at most every five minutes.

    What a signed-in person was shown stays with them: no cache keeps it, nor does the browser once they have left.
    """

    def __init__(self, get_response: Answering) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if "Cache-Control" not in response.headers and request.session.get(SESSION_KEY):
            response.headers["Cache-Control"] = "private, no-store"
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]
    ) -> None:
        session = request.session
        if not session.session_key or request.path.startswith(QUIET) or getattr(view, "asks_by_itself", False):
            return
        now, seen = int(clock.now().timestamp()), session.get("seen", 0)
        if session.session_key and abs(now - seen) >= REFRESH:  # an unknown or ended session has lost its key by now
            session["seen"] = now
