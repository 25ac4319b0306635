"""Addresses that only take a form, and the page that holds it."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar, cast

from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def posted_from(url_name: str, *parts: str) -> Callable[[View], View]:
    """A view that only takes a form, held by the page `url_name`: its address has these `parts` of the view's own.

    Whoever comes to the address otherwise is led to that page: back from signing in, by the link of the other
    language, by a page that is opened again.
    """

    def made(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if request.method in ("GET", "HEAD"):
                return redirect(reverse(url_name, kwargs={part: kwargs[part] for part in parts}))
            if request.method == "POST":
                return view(request, *args, **kwargs)
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])

        return cast("View", answer)

    return made
