"""The page's language: what the address asks, else the person's own, else the cookie, else French."""

from django.conf import settings
from django.utils import translation


class LanguageMiddleware:
    """Activates the language and sets `request.LANGUAGE_CODE`; `?lang=en` on any page switches and is remembered."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
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
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                asked,
                max_age=365 * 24 * 3600,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
            )
        return response
