"""Who reviews a file, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.translation import gettext as _

from programs.roles import Seat
from questions.schema.reading import Reader

REVIEW_DAYS = 14  # calendar days a reviewer has, where the programme says nothing


class Excluded(StrEnum):
    """Who never reviews a file."""

    SPONSOR = "sponsor"
    COMPETITOR = "competitor"
    MEMBER = "member"
    CUSTOMER = "customer"


@dataclass(frozen=True)
class PanelRules:
    """`reviewers`: how many a file has in all, of which so many for each seat. `review_days`: calendar days."""

    reviewers: int = 0
    seats: Mapping[Seat, int] = field(default_factory=dict, hash=False)
    excluded: tuple[Excluded, ...] = ()
    anonymous: bool = False
    review_days: int = REVIEW_DAYS
    quorum: int | None = None

    @property
    def by_seat(self) -> dict[str, int]:
        """How many reviewers each side gives, those that give none left out: `{"cluster": 2, "industry": 1}`."""
        return {str(seat): self.seats[seat] for seat in Seat if self.seats.get(seat)}

    @property
    def size(self) -> int:
        """How many reviewers a file needs in all: never less than its seats, at least one."""
        return max(self.reviewers, sum(self.by_seat.values()), 1)

    def to_definition(self) -> dict:
        out = {
            "reviewers": self.reviewers,
            "seats": {str(seat): number for seat, number in self.seats.items()},
            "excluded": [str(one) for one in self.excluded],
            "anonymous": self.anonymous,
            "review_days": self.review_days,
        }
        return out if self.quorum is None else out | {"quorum": self.quorum}


def read_panel(reader: Reader) -> PanelRules:
    """How many reviewers a file has, from where, and who never reviews it."""
    reviewers = reader.integer("reviewers", at_least=0, at_most=20)
    child = reader.child("seats")
    seats = _seats(child) if child else {}
    total = sum(seats.values())
    if isinstance(reviewers, int) and total > reviewers:
        reader.problem(
            _("The seats, %(seats)s, are more than the reviewers, %(count)s.") % {"seats": total, "count": reviewers},
            "seats",
        )
    excluded = reader.strings("excluded", choices=tuple(Excluded))
    anonymous = reader.boolean("anonymous")
    review_days = reader.integer("review_days", required=False, at_least=1, at_most=365)
    quorum = reader.integer("quorum", required=False, at_least=1, at_most=50)
    reader.done()
    return PanelRules(
        reviewers or 0, seats, tuple(map(Excluded, excluded)), anonymous, review_days or REVIEW_DAYS, quorum
    )


def _seats(reader: Reader) -> dict[Seat, int]:
    read = {seat: reader.integer(seat, required=False, at_least=0, at_most=20) for seat in Seat}
    reader.done()
    return {seat: number for seat, number in read.items() if number is not None}
