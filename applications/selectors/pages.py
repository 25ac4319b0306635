"""One page of the officer's list of files, and how many there are."""

from datetime import datetime

from django.db.models import Q, QuerySet

from applications.constants import ORDERS
from applications.models import Application

PAGE = 50
COUNTED = 1000  # beyond this the list says "more than"
# Only what the list shows is read: rows are narrow, and the page is the same at any number of files.
SHOWN = (
    *("reference", "title", "organisation_name", "state", "requested_amount", "due", "submitted_at", "call_id"),
    *("last_told", "first_complete_at", "complete_at"),  # what the day it is due is of (`deadlines.standard_of`)
)


class Pages:
    """One page of a list, in the order of that name (`ORDERS`): after or before a file named by its reference. Never an
    offset.

    `known`: every file that the reader lists, whatever was chosen: the one named may have left the list since. Raises
    `Application.DoesNotExist` where it is not among them.
    """

    def __init__(
        self,
        files: QuerySet[Application],
        sort: str,
        *,
        known: QuerySet[Application],
        after: str | None = None,
        before: str | None = None,
        size: int = PAGE,
    ) -> None:
        self.files, self.order, self.size = files, ORDERS[sort], size
        mark = after or before
        self.backwards = bool(before and not after)
        row = None
        if mark:
            row = known.only("pk", *SHOWN).get(reference=mark)
        found = self._take(row)
        more = len(found) > size
        self.rows = found[:size]
        if self.backwards:
            self.rows.reverse()
        self.next = self.rows[-1].reference if self.rows and (more or self.backwards) else ""
        self.previous = self.rows[0].reference if self.rows and row and (more or not self.backwards) else ""

    def _take(self, row: Application | None) -> list[Application]:
        """A page from the row on, and one file more. Those with a value first, then those without: each part is one
        range of an index."""
        column, descending = self.order.column, self.order.latest_first != self.backwards
        parts: list[tuple[QuerySet[Application], str | None]] = [(self.files, column)]
        if self.order.may_be_empty:
            empty = f"{column}__isnull"
            parts = [(self.files.filter(**{empty: False}), column), (self.files.filter(**{empty: True}), None)]
            if self.backwards:
                parts.reverse()
            if row is not None and (getattr(row, column) is None) != self.backwards:
                parts = parts[1:]  # the mark is in the second part
        found: list[Application] = []
        for number, (part, by) in enumerate(parts):
            here = row if number == 0 else None  # the mark is in the first part that is left
            missing = self.size + 1 - len(found)
            if missing > 0:
                value = getattr(here, by) if here is not None and by else None
                found += self._after(part, by, value, here, descending=descending)[:missing]
        return found

    @staticmethod
    def _after(
        files: QuerySet[Application],
        column: str | None,
        value: datetime | None,
        row: Application | None,
        *,
        descending: bool,
    ) -> QuerySet[Application]:
        """`files` by (column, id), from the row on; by id alone without a column."""
        sign, beyond = ("-", "lt") if descending else ("", "gt")
        order = [f"{sign}{column}"] if column else []
        if row is not None and column:
            same = Q(**{column: value}) & Q(**{f"id__{beyond}": row.pk})
            files = files.filter(Q(**{f"{column}__{beyond}e": value}), Q(**{f"{column}__{beyond}": value}) | same)
        elif row is not None:
            files = files.filter(**{f"id__{beyond}": row.pk})
        return files.only("pk", *SHOWN).order_by(*order, f"{sign}id")


def counted(files: QuerySet[Application]) -> tuple[int, bool]:
    """How many there are, as far as it is quick to know: (number, whether there are more)."""
    number = files.order_by().values("pk")[: COUNTED + 1].count()
    return min(number, COUNTED), number > COUNTED
