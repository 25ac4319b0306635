"""One page of the officer's list of files, and how many there are."""

from datetime import datetime

from django.db.models import Q, QuerySet

from applications.models import Application

PAGE = 50
COUNTED = 1000  # beyond this the list says "more than"
# Only what the list shows is read: rows are narrow, and the page is the same at any number of files.
SHOWN = ("reference", "title", "organisation_name", "state", "requested_amount", "due", "submitted_at", "call_id")


class Pages:
    """One page of a list in keyset order: after or before a file named by its reference. Never an offset.

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
        self.files, self.sort, self.size = files, sort, size
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
        if self.sort == "recent":
            order, way = "submitted_at", not self.backwards
            return list(
                self._after(self.files, order, row.submitted_at if row else None, row, descending=way)[: self.size + 1]
            )
        return self._by_due(row)

    def _by_due(self, row: Application | None) -> list[Application]:
        """Files with a clock first, the nearest end first; then those without one. Each part is one index range."""
        timed, untimed = self.files.filter(due__isnull=False), self.files.filter(due__isnull=True)
        parts = [(timed, "due"), (untimed, None)]
        if self.backwards:
            parts.reverse()
        if row is not None and (row.due is None) != self.backwards:
            parts = parts[1:]  # the mark is in the second part
        found: list[Application] = []
        for number, (part, column) in enumerate(parts):
            here = row if number == 0 else None  # the mark is in the first part that is left
            missing = self.size + 1 - len(found)
            if missing > 0:
                value = here.due if here is not None and column else None
                found += self._after(part, column, value, here, descending=self.backwards)[:missing]
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
