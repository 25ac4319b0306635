"""The reserve of threads for signed-in staff: a cookie that gives a place in the queue, and nothing else.

It holds the instant it ends and a signature over that and the session it was given with: with another session, or after
its end, it is worth nothing. It says nothing of who the person is, and opens no page. (`config.places` gives it.)
The main loop asks no database whether that session still lives: so a place is good for an hour, and renewed meanwhile.
"""

from django.conf import settings
from django.http import parse_cookie
from django.utils.crypto import constant_time_compare, salted_hmac

from work import clock

COOKIE = "place"
LIFE = 3600  # seconds
KEPT = 8 * 3600  # seconds that a browser keeps it: a day's work, so that it is renewed after an hour away
SALT = "config.reserve"


def place_for(session_key: str) -> str:
    """The cookie's value for a session, good for LIFE seconds."""
    ends = str(int(clock.now().timestamp()) + LIFE)
    return f"{ends}.{signature(ends, session_key, settings.SECRET_KEY)}"


def signature(ends: str, session_key: str, secret: str) -> str:
    return salted_hmac(SALT, f"{ends}:{session_key}", secret=secret, algorithm="sha256").hexdigest()


def seconds_left(value: str, session_key: str) -> float:
    """How long the cookie is still good for with this session; 0 when it is forged, ended or another session's."""
    ends, _dot, given = value.partition(".")
    if not session_key or not (ends.isascii() and ends.isdigit() and len(ends) < 12):
        return 0
    left = int(ends) - clock.now().timestamp()
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if left <= 0 or not any(constant_time_compare(given, signature(ends, session_key, secret)) for secret in secrets):
        return 0
    return left


LONGEST = 4096  # characters of a Cookie header that the main loop reads: it must never be held up


def has_place(cookies: str) -> bool:
    """Whether a Cookie header holds a good place, given with the session that is in it too."""
    if f"{COOKIE}=" not in cookies or len(cookies) > LONGEST:
        return False
    given = parse_cookie(cookies)
    return seconds_left(given.get(COOKIE, ""), given.get(settings.SESSION_COOKIE_NAME, "")) > 0
