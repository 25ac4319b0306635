"""Service standards: what the programme promises to do within how many days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from programs.constants import DayKind
from questions.schema.reading import Reader
from work.calendars import Calendar


class Standard(StrEnum):
    """What a promise is about."""

    ACKNOWLEDGE = "acknowledge"
    COMPLETE = "complete"
    DECIDE = "decide"
    CLAIM = "claim"
    RECONSIDER = "reconsider"


class Start(StrEnum):
    """What the days of a promise are counted from."""

    SUBMISSION = "submission"
    CLOSING = "closing"
    COMPLETE = "complete"
    CLOSING_OR_COMPLETE = "closing_or_complete"
    CLAIM = "claim"
    REQUEST = "request"


REQUIRED = (Standard.ACKNOWLEDGE, Standard.DECIDE)


@dataclass(frozen=True)
class Promise:
    """So many days of a kind from `start`. A file incomplete after `incomplete_moves_after` days waits a cohort."""

    days: int
    kind: DayKind
    start: Start
    incomplete_moves_after: int | None = None

    @property
    def calendar(self) -> Calendar:
        """Which days it counts."""
        return Calendar(business=self.kind == DayKind.BUSINESS)

    def to_definition(self) -> dict:
        out = {"days": self.days, "kind": str(self.kind), "from": str(self.start)}
        moves_after = self.incomplete_moves_after
        return out if moves_after is None else out | {"incomplete_moves_after": moves_after}


@dataclass(frozen=True)
class ServiceStandards:
    """The promises, by what they are about, in the order of the definition."""

    promises: Mapping[Standard, Promise] = field(default_factory=dict, hash=False)

    def promise(self, standard: Standard) -> Promise | None:
        """What is promised for this; None when nothing is."""
        return self.promises.get(standard)

    def to_definition(self) -> dict:
        return {str(standard): promise.to_definition() for standard, promise in self.promises.items()}


def read_service(reader: Reader) -> ServiceStandards:
    read: dict[str, Promise] = {}
    for standard in Standard:
        child = reader.child(standard, required=standard in REQUIRED)
        if child and (promise := _promise(child)):
            read[standard] = promise
    reader.done()
    return ServiceStandards({Standard(name): read[name] for name in reader.node if name in read})


def _promise(reader: Reader) -> Promise | None:
    """None when a part of it is missing or wrong: half a promise is none."""
    days, kind = reader.integer("days", at_least=1, at_most=1000), reader.choice("kind", DayKind)
    start = reader.choice("from", Start)
    moves_after = reader.integer("incomplete_moves_after", required=False, at_least=1, at_most=1000)
    reader.done()
    return Promise(days, DayKind(kind), Start(start), moves_after) if days and kind and start else None
