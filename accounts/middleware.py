"""What a request says of its person: how they were recognised, and the language of their pages."""

from collections.abc import Callable
from datetime import UTC, datetime

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from accounts.models import User
from audit.actors import Assurance, Method

SECOND_FACTORS = frozenset({"mfa"})  # what the sign-in library calls one


def assurance_of(request: HttpRequest, user: User) -> Assurance:
    """How `user` signed in to the session of the request, and when they last gave a second factor there."""
    records = get_authentication_records(request, user)
    methods = [record.get("method") for record in records]
    seconds = [record["at"] for record in records if record.get("method") in SECOND_FACTORS]
    return Assurance(
        method=next((Method(m) for m in reversed(methods) if m in (Method.PASSWORD, Method.DEMO)), Method.NONE),
        second_factor_at=datetime.fromtimestamp(max(seconds), tz=UTC) if seconds else None,
    )


class AssuranceMiddleware:
    """`request.user` carries how it was recognised: the turnstile can ask."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            request.user.assurance = assurance_of(request, request.user)
        return self.get_response(request)


def keep_language(response: HttpResponse, language: str) -> None:
    """The pages that this browser asks for are in that language from now on, for a year."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
    )


class LanguageMiddleware:
    """The page's language: what the address asks, else the person's own, else the cookie, else French.

    Activates the language and sets `request.LANGUAGE_CODE`; `?lang=en` on any page switches and is remembered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("lang")
        known = dict(settings.LANGUAGES)
        language = asked if asked in known else None
        if language is None and request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) in known:
            language = request.COOKIES[settings.LANGUAGE_COOKIE_NAME]
        if language is None and request.user.is_authenticated:
            language = request.user.language
        language = language or settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", f"{language}-CA")
        if asked in known:
            keep_language(response, language)
        return response
