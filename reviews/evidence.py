"""What a recommendation was read from: the ranking as it stood, kept with it as JSON (`Recommendation.evidence`).

It is read back whole or not at all: what a row lacks is an error, never a file that was not there. Rows of an earlier
release lack the rules, and which reviews counted: these alone are None in them.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NotRequired, Self, TypedDict
from uuid import UUID

LAST_DECIMAL = Decimal("0.0001")  # of a score, as it is kept


class FileRow(TypedDict):
    """A file of the ranking, as the JSON has it: numbers as text."""

    reference: str
    rank: int | None
    asked: str
    offer: str
    totals: list[str]
    mean: str | None
    missed: list[str]
    reviews: NotRequired[list[str]]
    spread: NotRequired[str]
    complete: NotRequired[bool]


class EvidenceRow(TypedDict):
    """The JSON of a recommendation's row."""

    files: list[FileRow]
    rules: NotRequired[dict[str, object] | None]
    line: str
    available: str
    envelopes: list[str]


@dataclass(frozen=True, slots=True)
class KeptReviews:
    """What the reviews of a file that counted said together (`reviews.selectors.PanelReviews`)."""

    reviews: tuple[UUID, ...] | None
    totals: tuple[Decimal, ...]
    mean: Decimal | None
    spread: Decimal | None
    missed: tuple[str, ...]
    complete: bool | None

    @classmethod
    def read(cls, row: FileRow) -> Self:
        """Those of a file's row. KeyError for what it lacks."""
        whole = "reviews" in row
        return cls(
            reviews=tuple(UUID(one) for one in row["reviews"]) if whole else None,
            totals=tuple(Decimal(total) for total in row["totals"]),
            mean=None if row["mean"] is None else Decimal(row["mean"]),
            spread=Decimal(row["spread"]) if whole else None,
            missed=tuple(row["missed"]),
            complete=row["complete"] if whole else None,
        )

    def is_that_of(self, now: Self) -> bool:
        """Whether the same reviews count `now`, and say the same. A row of an earlier release is asked its figures,
        whose last decimal says nothing: they were computed from totals that were rounded."""
        now = replace(now, mean=_as_kept(self.mean, now.mean), spread=_as_kept(self.spread, now.spread))
        if self.reviews is None:
            return self == replace(now, reviews=None, spread=None, complete=None)
        return self == now


def _as_kept(kept: Decimal | None, now: Decimal | None) -> Decimal | None:
    """`kept`, where `now` is the same but for its last decimal; else `now`."""
    return kept if kept is not None and now is not None and abs(kept - now) <= LAST_DECIMAL else now


@dataclass(frozen=True, slots=True)
class KeptFile:
    """One file of the ranking. `rank`: None where it did not pass. `asked`, and the `offer` of the line: in dollars."""

    reference: str
    rank: int | None
    asked: Decimal
    offer: Decimal
    said: KeptReviews

    @classmethod
    def read(cls, row: FileRow) -> Self:
        """That of its row. KeyError for what it lacks."""
        return cls(
            reference=row["reference"],
            rank=row["rank"],
            asked=Decimal(row["asked"]),
            offer=Decimal(row["offer"]),
            said=KeptReviews.read(row),
        )

    def packed(self) -> FileRow:
        """The row that `read` reads."""
        said = self.said
        row: FileRow = {
            "reference": self.reference,
            "rank": self.rank,
            "asked": str(self.asked),
            "offer": str(self.offer),
            "totals": [str(total) for total in said.totals],
            "mean": None if said.mean is None else str(said.mean),
            "missed": list(said.missed),
        }
        if said.reviews is not None:
            row["reviews"] = [str(one) for one in said.reviews]
            row["spread"], row["complete"] = str(said.spread), bool(said.complete)
        return row


@dataclass(frozen=True, slots=True)
class Evidence:
    """A ranking as it stood. `rules`: the programme's, as it wrote them; `available`: in dollars."""

    files: tuple[KeptFile, ...]
    rules: dict[str, object] | None
    line: str
    available: Decimal
    envelopes: tuple[UUID, ...]

    @classmethod
    def read(cls, row: EvidenceRow) -> Self:
        """What `packed` wrote, in this release or an earlier one. KeyError for what it lacks."""
        return cls(
            files=tuple(KeptFile.read(one) for one in row["files"]),
            rules=row.get("rules"),
            line=row["line"],
            available=Decimal(row["available"]),
            envelopes=tuple(UUID(one) for one in row["envelopes"]),
        )

    def packed(self) -> EvidenceRow:
        """The JSON that the recommendation's row keeps."""
        return {
            "rules": self.rules,
            "line": self.line,
            "available": str(self.available),
            "envelopes": [str(one) for one in self.envelopes],
            "files": [one.packed() for one in self.files],
        }

    def of(self, reference: str) -> KeptFile | None:
        """The file of that number; None when it was not in the ranking."""
        return next((one for one in self.files if one.reference == reference), None)

    @property
    def ranked(self) -> int:
        """How many files passed, and so had a rank."""
        return sum(one.rank is not None for one in self.files)
