"""Over capacity: what the last minute of a call does to everybody, beside the same with gunicorn's own `gthread`.

`python -m benchmarks capacity [--posts 500] [--seconds 5] [--files 200] [--rounds 2]`: one process of four threads on
loopback, on a database filled for it. Forms come at an even pace, faster than they can be served; meanwhile staff open
their list, strangers open a page, and a probe asks whether the process lives. The goal: the probe's p95 is under half a
second, no form is turned away, and staff wait less than with `gthread`.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse

from benchmarks._data import filled
from config.reserve import COOKIE, place_for
from demo import people
from programs.models import Call
from programs.states import CallState
from tests import servers

SECRET = "of-one-measure-only-" * 3
TOKEN = "t" * 32
PATIENCE = 180  # seconds for an answer


@dataclass
class Visitor:
    """Somebody who asks the same thing again and again: name, the request's bytes, how many, how often."""

    name: str
    request: bytes
    times: int
    every: float
    took: list[float] = field(default_factory=list)
    statuses: Counter = field(default_factory=Counter)

    async def visit(self, port: int) -> None:
        async def once(delay):
            await asyncio.sleep(delay)
            start = time.perf_counter()
            self.statuses[await answered(port, self.request)] += 1
            self.took.append(time.perf_counter() - start)

        await asyncio.gather(*[once(n * self.every) for n in range(self.times)])

    def quantile(self, percent: int) -> float:
        """Seconds within which `percent` of the answers came."""
        return statistics.quantiles(self.took, n=100)[percent - 1]


async def answered(port: int, request: bytes) -> int:
    """The status of the answer, read to its end; 0 when there is none."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        data = await asyncio.wait_for(reader.read(), PATIENCE)
        writer.close()
        return int(data.split(None, 2)[1])
    except (OSError, TimeoutError, IndexError):
        return 0


def run(argv) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks capacity")
    parser.add_argument("--posts", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args(argv)
    with filled(options.files, keep=options.keep) as database, override_settings(SECRET_KEY=SECRET):
        plain, ours = everybody(options), everybody(options)
        for _n in range(options.rounds):  # by turns: whatever else the machine does meets both
            measure(database, "gthread", plain)
            measure(database, "config.serving.Worker", ours)
    print(f"  {'':<22}{'gthread p50':>12}{'p95':>8}{'ours p50':>12}{'p95':>8}   answers")
    for before, after in zip(plain, ours, strict=True):
        numbers = f"{before.quantile(50):>12.2f}{before.quantile(95):>8.2f}{after.quantile(50):>12.2f}"
        told = f"{dict(before.statuses)} → {dict(after.statuses)}"
        print(f"  {after.name:<22}{numbers}{after.quantile(95):>8.2f}   {told}")
    forms, staff, _strangers, probe = ours
    kept = set(forms.statuses) <= {200, 422} and probe.quantile(95) < 0.5 and staff.quantile(95) < plain[1].quantile(95)
    return 0 if kept else 1


def measure(database: str, worker: str, visitors: list[Visitor]) -> None:
    """Serve the site with a kind of worker, and let everybody come at once."""
    with (
        tempfile.TemporaryDirectory() as files,
        told(GUNICORN_CMD_ARGS=f"-k {worker}", SECRET_KEY=SECRET),
        servers.serve(Path(files), database) as site,
    ):
        port = urlsplit(site.url).port
        asyncio.run(come(visitors, port, warm_up=True))
        asyncio.run(come(visitors, port))


async def come(visitors: list[Visitor], port: int, *, warm_up: bool = False) -> None:
    if warm_up:
        await asyncio.gather(*[answered(port, visitor.request) for visitor in visitors for _n in range(8)])
    else:
        await asyncio.gather(*[visitor.visit(port) for visitor in visitors])


def everybody(options) -> list[Visitor]:
    """Forms; then staff, strangers and the probe, who come until all the forms should have."""
    call = Call.objects.filter(state=CallState.PUBLISHED).order_by("pk").first()
    form = f"csrfmiddlewaretoken={TOKEN}&staff=12"
    officer = Client()
    officer.force_login(people.the_people()["officer"], backend=settings.AUTHENTICATION_BACKENDS[0])
    session = officer.cookies[settings.SESSION_COOKIE_NAME].value
    staff = f"{settings.SESSION_COOKIE_NAME}={session}; {COOKIE}={place_for(session)}"
    send = asked("POST", reverse("call-eligibility", args=[call.public_id]), f"csrftoken={TOKEN}", form)
    pace, span = options.seconds / options.posts, options.seconds * 2
    return [
        Visitor("a form", send, options.posts, pace),
        Visitor("staff: the list", asked("GET", reverse("file-list"), staff), int(span / 0.5), 0.5),
        Visitor("a stranger: a page", asked("GET", reverse("catalogue")), int(span / 0.25), 0.25),
        Visitor("the probe", asked("GET", "/health/live"), int(span / 0.1), 0.1),
    ]


def asked(method: str, path: str, cookies: str = "", body: str = "") -> bytes:
    """The bytes of a request on a connection of its own."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", f"Cookie: {cookies or 'a=b'}"]
    if body:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", body]).encode()


@contextmanager
def told(**values: str):
    """Inside, the environment of what is started says so too."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
