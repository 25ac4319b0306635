"""Who is given a place of the reserve (`config.reserve`), and when it is taken back."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest
from django.http.response import HttpResponse

from config.reserve import COOKIE, KEPT, LIFE, place_for, seconds_left
from programs.rules import works_here


class PlacedRequest(HttpRequest):
    """A request as `PlaceMiddleware` hands it on."""

    place_asked: bool | None  # True at sign-in, False at sign-out: the signals below say so


class PlaceMiddleware:
    """Gives staff their place when they sign in, renews it past half of its life, and takes it back at the end.

    Only a request that carries a place, or signs in, costs a question about roles: nobody else's does.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: PlacedRequest) -> HttpResponse:
        request.place_asked = None
        held = request.COOKIES.get(COOKIE)
        response = self.get_response(request)
        shared = "public" in response.headers.get("Cache-Control", "")  # a cache on the way may keep the answer
        if request.place_asked is None and held is not None and not shared:
            left = seconds_left(held, request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""))
            if left < LIFE / 2:
                request.place_asked = request.user.is_authenticated
        if request.place_asked and request.session.session_key and works_here(request.user):
            response.set_cookie(
                COOKIE,
                place_for(request.session.session_key),
                max_age=KEPT,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        elif request.place_asked is not None and held is not None:
            response.delete_cookie(COOKIE, samesite="Lax")
        return response


def signed_in(sender: object, request: PlacedRequest, **kwargs: object) -> None:
    request.place_asked = True


def signed_out(sender: object, request: PlacedRequest, **kwargs: object) -> None:
    request.place_asked = False


user_logged_in.connect(signed_in, dispatch_uid="config.places")
user_logged_out.connect(signed_out, dispatch_uid="config.places")
