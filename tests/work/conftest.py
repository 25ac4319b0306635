"""A kind of job for the tests: it counts to a number, some numbers a step, and writes each on a line."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.utils.translation import gettext_lazy

from accounts.models import User
from work.jobs import Beginning, Ending, Failure, JobHandler, Kept, Step, kinds, start_job
from work.models import Job
from work.states import JobKind


@dataclass(frozen=True)
class Count(Kept):
    total: int = 6
    size: int = 2
    odd_fail: bool = False


@dataclass(frozen=True)
class At(Kept):
    number: int = 0


class Counting(JobHandler[Count, At]):
    """`meanwhile(job, cursor)` is called in each step, before it ends."""

    parameters, cursor = Count, At

    def __init__(self) -> None:
        self.meanwhile: Callable[[Job, At], object] = lambda job, cursor: None
        self.at_the_end: Callable[[Job], object] = lambda job: None

    def labels(self, asked):
        return ["Count" for _one in asked]

    def begin(self, job, asked):
        return Beginning(total=asked.total, cursor=At(), content=b"head\n")

    def step(self, job, asked, cursor):
        numbers = range(cursor.number, min(cursor.number + asked.size, asked.total))
        self.meanwhile(job, cursor)
        odd = [Failure(f"number {n}", gettext_lazy("Yes")) for n in numbers if n % 2 and asked.odd_fail]
        return Step(
            done=len(numbers),
            cursor=At(numbers.stop),
            finished=numbers.stop == asked.total,
            failures=odd,
            content="".join(f"{n}\n" for n in numbers).encode(),
        )

    def end(self, job, asked, cursor):
        self.at_the_end(job)
        return Ending("count.txt", "text/plain")


@pytest.fixture
def counting(monkeypatch):
    """The handler of every job in the test."""
    handler = Counting()
    monkeypatch.setitem(kinds._HANDLERS, JobKind.FILE_LIST, handler)
    return handler


@pytest.fixture
def camille(store):
    return User.objects.create_user("camille@usinage.example", given_name="Camille", family_name="Roy", language="fr")


@pytest.fixture
def sam(store):
    return User.objects.create_user("sam@prime.example", given_name="Sam", family_name="Lee", language="en")


@pytest.fixture
def start(counting, camille):
    """`start(total=6, size=2)`: a job that Camille asked for."""
    return lambda **asked: start_job(JobKind.FILE_LIST, Count(**asked), by=camille)
