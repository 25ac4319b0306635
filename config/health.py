"""Two questions of whoever runs the servers: does the process answer, and can it do its work."""

import logging
from collections.abc import Callable

from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.arrivals import LIVE, READY
from config.broker import transport
from config.celery import app
from work import storage
from work.processes import processes_here
from work.sweeps import beats

log = logging.getLogger("passerelle.health")

FEED = "audit_change"
# Rows that a partner reading the feed is not given yet, because a transaction older than them is still open.
WAITING = """
SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(at)), 0)
FROM audit_change WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())
"""


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """200 whenever the process answers; it depends on nothing else."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when database, broker and storage each did a small piece of work just now and every sweep runs, else 503.

    Only `ok` or `failed` is told, and which sweeps are late; the reason goes to the log, since anyone may ask.
    """
    checks = {name: outcome(name, check) for name, check in CHECKS.items()}
    answer: dict[str, object] = {"checks": checks, "restarts": restarts()}
    if checks["database"] == "ok":
        late = [beat.sweep.name for beat in beats() if beat.is_late]
        checks["sweeps"] = "failed" if late else "ok"
        answer["late_sweeps"] = late
        answer["change_feed"] = change_feed()
    answer = {"status": "ok" if set(checks.values()) == {"ok"} else "failed", **answer}
    return JsonResponse(answer, status=200 if answer["status"] == "ok" else 503)


class ProbeMiddleware:
    """Answers whoever runs the servers before anything is asked of the request: its host, its session, its language.

    An orchestrator asks by an address that no browser uses.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.probes: dict[str, Callable[[HttpRequest], HttpResponseBase]] = {LIVE: live, READY: ready}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.probes.get(request.path_info, self.get_response)(request)


def outcome(name: str, check: Callable[[], object]) -> str:
    """`ok`, or `failed` with the reason in the log."""
    try:
        check()
    except Exception:
        log.exception("Health check failed: %s", name)
        return "failed"
    return "ok"


def restarts() -> dict[str, int]:
    """How many times each process was started again since its supervisor started; {} where none supervises."""
    return {process.name: process.restarts for process in processes_here()}


def try_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def try_broker() -> None:
    """Open a connection of our own: a pooled one would hide a broker that has gone."""
    with app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, interval_max=0.1, timeout=2)
        if isinstance(broker.transport, transport.Transport):
            broker.transport.try_folder()


CHECKS = {"database": try_database, "broker": try_broker, "storage": storage.probe}


def change_feed() -> dict[str, float] | None:
    """How many changes wait to be handed to partners, and for how many seconds the oldest does; None without a feed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [FEED])
        if cursor.fetchone()[0] is None:
            return None
        cursor.execute(WAITING)
        waiting, seconds = cursor.fetchone()
    return {"waiting": waiting, "lag_seconds": round(float(seconds), 1)}
