"""What is wrong with an answer, and where in it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A sentence in the reader's language; `at` is () for the whole answer, (part,) for a part of it, such as
    `("city",)`,
    and (row, column) in a table, rows counted from 0."""

    message: str
    at: tuple = ()

    def __str__(self):
        return self.message

    def under(self, *steps) -> Fault:
        return Fault(self.message, steps + self.at)
