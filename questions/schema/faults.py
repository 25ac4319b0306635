"""What is wrong with an answer, and where in it."""

from __future__ import annotations

from dataclasses import dataclass

from questions.constants import Path


@dataclass(frozen=True)
class Fault:
    """A sentence in the reader's language; `at` is () for the whole answer, (part,) for a part of it, such as
    `("city",)`,
    and (row, column) in a table, rows counted from 0."""

    message: str
    at: Path = ()

    def __str__(self) -> str:
        return self.message

    def under(self, *steps: str | int) -> Fault:
        return Fault(self.message, steps + self.at)


Outcome = tuple[object, list[Fault]]  # of a check: (clean value, []), or (None, what is wrong)
