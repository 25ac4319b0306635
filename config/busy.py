"""What who waits is told at once when the queue is long: one light page, from memory, in both languages."""

import base64
import hashlib
import json
import math
import random
import re
from functools import cache
from http import HTTPStatus
from pathlib import Path
from string import Template

from config.arrivals import Arrival

# No template of Django's: it is filled without it, and carries its style, under a policy of its own.
PAGE = Path(__file__).resolve().with_name("busy.html")
SHORTEST, LONGEST = 20, 120  # seconds before a page asks again: long enough to be read


def busy_answer(arrival: Arrival, *, before: int, seconds: float) -> bytes:
    """The whole HTTP answer: 503, with `before` requests ahead and about `seconds` to wait. The API's is RFC 9457."""
    again = min(LONGEST, max(SHORTEST, math.ceil(seconds))) + random.randint(0, 5)  # noqa: S311 - not all at once
    if arrival.is_of_the_api:
        kind, policy, body = "application/problem+json", "default-src 'none'", problem(arrival.path)
    else:
        page, policy = read_page()
        kind = "text/html; charset=utf-8"
        number = f"{max(before, 1):,}"
        told = {"before_fr": number.replace(",", "\u00a0"), "before_en": number, "wait": spoken(seconds)}
        body = page.substitute(told, again=again).encode()
    status = HTTPStatus.SERVICE_UNAVAILABLE
    lines = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        f"Retry-After: {again}",
        f"Content-Security-Policy: {policy}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        "Referrer-Policy: same-origin",
        "Connection: close",
    ]
    head = "\r\n".join(lines).encode() + b"\r\n\r\n"
    return head if arrival.method == "HEAD" else head + body


def spoken(seconds: float) -> str:
    """A wait in seconds, or in minutes where a person no longer counts in seconds. The same in both languages."""
    return f"{math.ceil(max(seconds, 1))}\u00a0s" if seconds <= 90 else f"{math.ceil(seconds / 60)}\u00a0min"


@cache
def read_page() -> tuple[Template, str]:
    """The page, and the policy that allows it its own style and nothing else."""
    text = PAGE.read_text(encoding="utf-8")
    styles = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    allowed = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in styles)
    policy = f"default-src 'none'; style-src {allowed}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return Template(text), policy


def problem(path: str) -> bytes:
    """RFC 9457, in both languages: nothing of Django answers here."""
    body = {
        "type": "about:blank",
        "title": "Le service est très sollicité / The service is very busy",
        "status": 503,
        "detail": "Votre requête n’est pas en cause\u00a0: refaites-la après le nombre de secondes indiqué par "
        "Retry-After. / Your request is not at fault: send it again after the number of seconds in Retry-After.",
        "instance": path,
    }
    return json.dumps(body, ensure_ascii=False).encode()
