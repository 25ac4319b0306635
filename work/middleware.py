"""Around every request: its identifier, its line in the log, and the idle end of its session."""

import logging
import time

from work import clock, tracing

log = logging.getLogger("passerelle.request")

QUIET = ("/static/", "/health/")  # asked many times a minute and of no interest unless they fail
REFRESH = 5 * 60  # seconds between two writes of a session's end


class RequestMiddleware:
    """Outermost: takes or makes X-Request-ID, returns it, and logs method, path, status, user and milliseconds."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with tracing.serving(tracing.accepted(request.headers.get("X-Request-ID"))) as identifier:
            request.request_id = identifier
            start = time.perf_counter()
            response = self.get_response(request)
            response.headers["X-Request-ID"] = identifier
            write_line(request, response, time.perf_counter() - start)
            return response


def write_line(request, response, seconds):
    """One line a request. The query string stays out of it: searches hold names."""
    if request.path.startswith(QUIET) and response.status_code < 500:
        return
    log.log(
        logging.ERROR if response.status_code >= 500 else logging.INFO,
        "%s %s",
        request.method,
        request.path,
        extra={"status": response.status_code, "ms": round(seconds * 1000, 1), "user": user_pk(request)},
    )


def user_pk(request):
    """The signed-in person's number, without a query when nothing else asked who it was."""
    seen = getattr(request, "_cached_user", None)
    return getattr(seen, "pk", None)


class IdleSessionMiddleware:
    """A session ends after SESSION_COOKIE_AGE without a click: its end is pushed back, at most every five minutes."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        session = request.session
        if not session.session_key or request.path.startswith(QUIET):
            return
        now, seen = int(clock.now().timestamp()), session.get("seen", 0)
        if session.session_key and abs(now - seen) >= REFRESH:  # an unknown or ended session has lost its key by now
            session["seen"] = now
