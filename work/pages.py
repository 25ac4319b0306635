"""Pages that are led to from elsewhere: a message leads to a page of its own app, a lower app to a higher one's.

What a message or a line of a person's day leads to is a `Page`, declared by its app. A page that a higher app has and
a lower one leads to is declared as a place by the lower app and filled by the higher: asked of every app that has a
part of the same thing (a file, a programme), it is a tab of its `Tabs`; a single page is a `Slot`. Both are filled when
apps are ready, and the system does not start with a slot that nobody filled.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar, TypeVarTuple, overload
from uuid import UUID

from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.urls import get_resolver, reverse
from django.urls.converters import IntConverter, UUIDConverter
from django.utils.functional import Promise

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")
Parts = TypeVarTuple("Parts")
TYPES = {UUIDConverter: UUID, IntConverter: int}  # what fills a part of an address; any other is text


@dataclass(frozen=True)
class Link:
    """A page with what fills its address, in order."""

    url_name: str
    args: tuple[object, ...]

    @property
    def url(self) -> str:
        return reverse(self.url_name, args=self.args)


class Page(Generic[*Parts]):
    """A page by the name of its address and the types of what fills it: `Page("review-rule", str, UUID)`.

    Called with that, it is the link to one: `RULE(application.number, person.public_id)`.
    """

    declared: ClassVar[list["Page[*tuple[Any, ...]]"]] = []

    @overload
    def __init__(self: "Page[()]", url_name: str) -> None: ...

    @overload
    def __init__(self: "Page[A]", url_name: str, one: type[A], /) -> None: ...

    @overload
    def __init__(self: "Page[A, B]", url_name: str, one: type[A], two: type[B], /) -> None: ...

    def __init__(self, url_name: str, *parts: type) -> None:
        self.url_name, self.parts = url_name, parts
        self.declared.append(self)

    def __call__(self, *parts: *Parts) -> Link:
        return Link(self.url_name, parts)


def check_pages(**_asked: object) -> list[CheckMessage]:
    """A system check, which commands make: each declared page is an address that is filled with what the page says.

    It is no part of the start, which reads no addresses.
    """
    known = get_resolver().reverse_dict  # every view is imported, and with it every page
    faults: list[CheckMessage] = []
    for page in Page.declared:
        filled_with = [
            tuple(TYPES.get(type(converters.get(part)), str) for part in parts)
            for possible, _pattern, _defaults, converters in known.getlist(page.url_name)
            for _path, parts in possible
        ]
        if page.parts not in filled_with:
            faults.append(Error(f"No address of the name {page.url_name} is filled with {page.parts}.", id="work.E001"))
    return faults


class Slot(Generic[*Parts]):
    """A page known by what it is for and what fills its address, until its app has given it: `Slot[str]("the file")`.

    Called with that, it is the link to one, as a page is.
    """

    declared: ClassVar[list["Slot[*tuple[Any, ...]]"]] = []

    def __init__(self, what: str) -> None:
        self.what = what
        self.page: Page[*Parts] | None = None
        self.declared.append(self)

    def fill(self, page: Page[*Parts]) -> None:
        """The app whose page it is gives it, once, when it is ready."""
        if self.page not in (None, page):
            raise ImproperlyConfigured(f"{self.what} has two pages: {self.page.url_name} and {page.url_name}")
        self.page = page

    def __call__(self, *parts: *Parts) -> Link:
        assert self.page is not None  # the system does not start without
        return self.page(*parts)


def check_slots() -> None:
    """ImproperlyConfigured when a page is declared that no app has."""
    if empty := [slot.what for slot in Slot.declared if slot.page is None]:
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
