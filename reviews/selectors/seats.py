"""Who sits, or sat, on the panels that had a file."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Case, Exists, F, When

from accounts.models import User
from applications.models import Application
from audit.actors import Actor
from moves.interests import barred_among, barred_from
from reviews.models import Panel
from reviews.querysets import vacancy
from reviews.states import SeatEnd, SitsAs

COLUMNS = {
    "who": "seats__person_id",
    "given": "seats__person__given_name",
    "family": "seats__person__family_name",
    "sits_as": "seats__sits_as",
    "began": "seats__since",
    "ended": "seats__until",
    "why": "seats__why_ended",
}


@dataclass(frozen=True, slots=True)
class SeatShown:
    """One seat. `until` and `why` of one that ended; `is_vacant`: its person holds no more the role by which they sit,
    and nobody took their place yet; `is_barred`: they sit, and this file is closed to them by a conflict."""

    person: str
    sits_as: str
    since: datetime
    until: datetime | None
    why: str
    is_vacant: bool
    is_barred: bool


@dataclass(frozen=True, slots=True)
class PanelShown:
    """A panel that has the file (`is_present`), or had it. `is_own`: a reconsideration gave it to the file alone.
    `is_withheld`: it is the call's, of which a file is closed to the reader, so that its seats are not shown: who came
    to sit, and since when, may be what was done on that file."""

    is_own: bool
    is_present: bool
    is_withheld: bool
    seats: tuple[SeatShown, ...]

    @property
    def taken(self) -> list[SeatShown]:
        return [seat for seat in self.seats if seat.until is None]

    @property
    def ended(self) -> list[SeatShown]:
        return [seat for seat in self.seats if seat.until is not None]


def panels_of(application: Application, reader: Actor) -> list[PanelShown]:
    """The panel that has the file, then those that had it, the latest first, as `reader` may know them; in each, those
    who sit, then those who left, in the order they came. Empty before anybody sits; but the call's is withheld by what
    is closed to its reader alone, whether anybody sits or not. Two statements, however many sit."""
    own_first, sitting_first = F("application_id").asc(nulls_last=True), F("seats__until").asc(nulls_first=True)
    rows = Panel.objects.of_file(application).order_by(own_first, "-pk", sitting_first, "seats__since", "seats__pk")
    columns: dict[str, Any] = {name: F(column) for name, column in COLUMNS.items()}
    closed = Application.objects.filter(call=application.call_id, pk__in=barred_from(reader))
    withheld = Case(When(Exists(closed), application=None, then=True), default=False)
    each = rows.values("pk", "application_id", **columns, is_vacant=vacancy(), is_withheld=withheld)
    panels: list[list[Any]] = [list(one) for _pk, one in groupby(each, key=lambda row: row["pk"])]
    if not any(one[0]["application_id"] is None for one in panels) and closed.exists():
        panels.append([{"application_id": None, "is_withheld": True, "sits_as": None, "who": None}])
    # A panel without seats has one row, of nobody.
    seated = {row["who"] for row in panels[0]} - {None} if panels else set()
    barred = barred_among(application.pk, seated) if seated else frozenset[int]()
    return [_shown(one, is_present=n == 0, barred=barred) for n, one in enumerate(panels)]


def _shown(rows: list[Any], *, is_present: bool, barred: Collection[int]) -> PanelShown:
    """One panel, of a row for each of its seats, or one without a seat."""
    withheld = rows[0]["is_withheld"]
    told = [row for row in rows if row["sits_as"] and not withheld]
    seats = tuple(_seat(row, is_present=is_present, barred=barred) for row in told)
    return PanelShown(rows[0]["application_id"] is not None, is_present, withheld, seats)


def _seat(row: Mapping[str, Any], *, is_present: bool, barred: Collection[int]) -> SeatShown:
    why = str(SeatEnd(row["why"]).label) if row["why"] else ""
    name = User(given_name=row["given"], family_name=row["family"]).full_name
    sits_as = str(SitsAs(row["sits_as"]).label)
    sits = is_present and row["ended"] is None
    vacant, closed = sits and row["is_vacant"], sits and row["who"] in barred
    return SeatShown(name, sits_as, row["began"], row["ended"], why, vacant, closed)
