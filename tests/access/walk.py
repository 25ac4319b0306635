"""Every address of the product, asked by every role: one letter for each answer."""

from contextlib import contextmanager
from unittest import mock

from django.core.cache import cache
from django.db import transaction
from django.template.backends.django import Template
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLResolver

from tests.access.world import arguments

ANSWERS = {401: "1", 403: "3", 404: "4", 405: "5", 409: "9", 400: "0", 422: "2"}


def addresses(resolver=None, above=()):
    """Every address of the URL configuration: (name, its parameters in order). An address without a name fails."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, (*above, pattern))
            continue
        found = dict.fromkeys(
            parameter
            for part in (*above, pattern)
            for parameter in [*part.pattern.converters, *part.pattern.regex.groupindex]
        )
        assert pattern.name, f"an address has no name, so no row of the table can speak of it: {pattern}"
        yield pattern.name, tuple(found)


def address(name, parameters, things):
    """The path of an address, filled with the objects of one cluster."""
    if name == "api-unknown":
        return "/api/v1/nothing"
    return reverse(name, kwargs=arguments(name, parameters, things))


def letter(response):
    """One answer as the table writes it.

    The letters are told at the top of the table.
    """
    if response.status_code in (301, 302, 303):
        return "L" if response["Location"].startswith(reverse("account_login")) else "r"
    if 200 <= response.status_code < 300:
        return "o"
    return ANSWERS.get(response.status_code, f"<{response.status_code}>")


class Walk:
    """Asks in the name of each role. Nothing that is done stays; a process draws a page the first time it is shown."""

    drawn: set[tuple[str, str]] = set()

    def __init__(self, world):
        self.world = world
        self.clients = {}

    def client(self, role):
        if role not in self.clients:
            self.clients[role] = Client(raise_request_exception=True)
            if person := self.world.people[role]:
                self.clients[role].force_login(person)
        return self.clients[role]

    def ask(self, role, method, name, parameters, things):
        """The letter of one answer."""
        path = address(name, parameters, things)
        with without_drawing():
            said = self._once(role, method, path)
        if said == "o" and (name, method) not in self.drawn and not name.startswith("api-"):
            self.drawn.add((name, method))
            language = "en" if len(self.drawn) % 2 else "fr"
            assert self._once(role, method, f"{path}?lang={language}") == "o"
        return said

    def _once(self, role, method, path):
        client = self.client(role)
        cookies = client.cookies.copy()
        with transaction.atomic():
            response = client.generic(method, path, **({"content_type": FORM} if method == "POST" else {}))
            if response.streaming:
                b"".join(response.streaming_content)
            transaction.set_rollback(True)
        client.cookies = cookies
        cache.clear()
        return letter(response)


FORM = "application/x-www-form-urlencoded"


@contextmanager
def without_drawing():
    """What a page asks of the database is asked; its HTML is not written. Ten times faster."""
    with mock.patch.object(Template, "render", return_value=""):
        yield
