"""Pages that a higher app has and a lower one leads to: the lower app declares the place, the higher one fills it.

A page asked of every app that has a part of the same thing (a file, a programme) is a tab of its `Tabs`; a single page
is a `Slot`. Both are filled when apps are ready, and the system does not start with a slot that nobody filled.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils.functional import Promise

T = TypeVar("T")


class Slot:
    """A page known by what it is for. `url_name` is the name of its address, once its app has said it."""

    declared: "list[Slot]" = []

    def __init__(self, what: str) -> None:
        self.what, self.url_name = what, ""
        self.declared.append(self)

    def fill(self, url_name: str) -> None:
        """The app whose page it is says its name, once, when it is ready."""
        if self.url_name not in ("", url_name):
            raise ImproperlyConfigured(f"{self.what} has two pages: {self.url_name} and {url_name}")
        self.url_name = url_name

    def url(self, *args: object) -> str:
        return reverse(self.url_name, args=args)


def check_slots() -> None:
    """ImproperlyConfigured when a page is declared that no app has."""
    if empty := [slot.what for slot in Slot.declared if not slot.url_name]:
        raise ImproperlyConfigured(f"no app has these pages: {', '.join(empty)}")


@dataclass(frozen=True)
class Tab(Generic[T]):
    """One page of a thing: the name of its address, its words, its place from the left, and who is shown it."""

    url_name: str
    label: str | Promise
    place: int
    shown_to: Callable[[Any, T], bool] = lambda user, thing: True


@dataclass(frozen=True)
class TabLink:
    """A tab as the component draws it; `current`: the page that is open."""

    label: str
    url: str
    current: bool


class Tabs(Generic[T]):
    """The pages of one kind of thing, from every app that has one."""

    def __init__(self, *tabs: Tab[T]) -> None:
        self._tabs: dict[str, Tab[T]] = {}
        self.offer(*tabs)

    def offer(self, *tabs: Tab[T]) -> None:
        """An app says its pages, when it is ready. The same name again replaces."""
        self._tabs |= {tab.url_name: tab for tab in tabs}

    def of(self, thing: T, user: object, current: str, *args: object) -> list[TabLink]:
        """The tabs as the component draws them, for `user`. `current` is the name of the page that is open, which
        is always shown; `args` are those of every address.
        """
        return [
            TabLink(str(tab.label), reverse(tab.url_name, args=args), tab.url_name == current)
            for tab in sorted(self._tabs.values(), key=lambda tab: tab.place)
            if tab.url_name == current or tab.shown_to(user, thing)
        ]
