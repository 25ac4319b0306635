"""A kind of job: what the app that owns it writes, and where it says so (`handles`)."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from typing import Any, ClassVar, Generic, Self, TypeAlias, TypeVar, get_type_hints
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.utils.functional import Promise

from work.models import Job, JobKeys
from work.pages import Slot
from work.states import JobKind

JOB_PAGE = Slot[UUID]("the page of a job")
Value: TypeAlias = str | int | bool | None


@dataclass(frozen=True)
class Kept:
    """A frozen dataclass that a job's row keeps as JSON: fields of `str`, `int`, `bool`, or one of them `| None`.

    TypeError for a value that is not of its field's type, made or read back.
    """

    def __post_init__(self) -> None:
        hints = get_type_hints(type(self))
        for field in fields(self):
            value, hint = getattr(self, field.name), hints[field.name]
            if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
                raise TypeError(f"{type(self).__name__}.{field.name} is no {hint}: {value!r}")

    def packed(self) -> dict[str, Value]:
        """The JSON that the row keeps."""
        return asdict(self)

    @classmethod
    def read(cls, data: Mapping[str, Value]) -> Self:
        """The value that `packed` wrote. TypeError for a name or a type that this class does not know."""
        return cls(**data)


class Refused(Exception):
    """Raised by a handler that may not go on (a role that ended): the job fails at once, with this sentence.

    `sentence` is lazy text, kept in both languages.
    """

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Failure:
    """One thing that failed: its name (a reference, a line) and why, in lazy text, kept in both languages."""

    label: str
    reason: str | Promise


@dataclass(frozen=True)
class Beginning:
    """What a job found to do: how much, where it starts, the keys it freezes if any, and how its result begins."""

    total: int
    cursor: Kept
    keys: Sequence[int] | None = None
    content: bytes = b""


@dataclass(frozen=True)
class Step:
    """A part of the work: how many things were passed (what failed included), and where the next step starts."""

    done: int
    cursor: Kept
    finished: bool
    failures: Sequence[Failure] = ()
    content: bytes = b""


@dataclass(frozen=True)
class Ending:
    """Under which name the result is handed out; no name: the job has none."""

    name: str = ""
    content_type: str = "application/octet-stream"


P = TypeVar("P", bound=Kept)
C = TypeVar("C", bound=Kept)


class JobHandler(ABC, Generic[P, C]):
    """How one kind of job works. Each method runs in one transaction, in the language of whoever asked.

    A step lasts under two seconds; what it writes in the database is committed with its progress or not at all, and
    what it does elsewhere may be done twice. It asks its own permission question again, and raises `Refused`.
    """

    parameters: ClassVar[type[Kept]]
    cursor: ClassVar[type[Kept]]

    @abstractmethod
    def labels(self, asked: Sequence[P]) -> list[str]:
        """What each of these jobs is, in the reader's language, told apart from the same person's others.

        The number of queries does not grow with the jobs.
        """

    def details(self, asked: P) -> list[tuple[str, str]]:
        """What was asked, as names and values in the reader's language."""
        return []

    @abstractmethod
    def begin(self, job: Job, asked: P) -> Beginning:
        """Count what there is to do."""

    @abstractmethod
    def step(self, job: Job, asked: P, cursor: C) -> Step:
        """Do the part that starts at `cursor`."""

    def end(self, job: Job, asked: P, cursor: C) -> Ending:
        """What follows the last step. By default nothing, and there is no result to hand out."""
        return Ending()

    def summary(self, job: Job, asked: P, cursor: C) -> str:
        """What a job that is done did, in the reader's language."""
        return ""

    def result_url(self, job: Job) -> str:
        """The address where the app hands out the result, after its own permission question."""
        return ""


AnyHandler: TypeAlias = JobHandler[Any, Any]  # a kind is read from a row: what it asks and its cursor are its handler's
H = TypeVar("H", bound=AnyHandler)
_HANDLERS: dict[str, AnyHandler] = {}


def handles(kind: JobKind) -> Callable[[type[H]], type[H]]:
    """Decorator: this class handles the jobs of `kind`. ImproperlyConfigured when another one does."""

    def register(handler: type[H]) -> type[H]:
        known = _HANDLERS.setdefault(kind, handler())
        if type(known) is not handler:
            raise ImproperlyConfigured(f"jobs of kind {kind} have two handlers: {type(known)} and {handler}")
        return handler

    return register


def handler_of(kind: str) -> AnyHandler:
    """The handler of a kind."""
    return _HANDLERS[kind]


def check_handlers() -> None:
    """Called once every app is ready: ImproperlyConfigured when a member of `JobKind` has no handler."""
    if lacking := [kind.value for kind in JobKind if kind not in _HANDLERS]:
        raise ImproperlyConfigured(f"no app handles the jobs of kind {', '.join(lacking)} (see docs/jobs.md)")


def digest_of(kind: str, asked: Kept) -> str:
    """The same for the same question of the same kind (SHA-256, hexadecimal)."""
    return sha256(json.dumps([kind, asked.packed()], sort_keys=True).encode()).hexdigest()


def keys_of(job: Job, *, start: int, size: int) -> list[int]:
    """Up to `size` of the keys that the job froze when it began, from the place `start` (0 is the first)."""
    table = connection.ops.quote_name(JobKeys._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT keys[%s:%s] FROM {table} WHERE job_id = %s",  # noqa: S608
            [start + 1, start + size, job.pk],
        )
        row = cursor.fetchone()
    return row[0] if row else []
