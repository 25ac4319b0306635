"""Readings of the trail and of the change feed."""

from typing import TYPE_CHECKING, NamedTuple, Self, cast

from django.db.models import Manager, Q, QuerySet

if TYPE_CHECKING:
    from audit.models import Change, Entry, Reading


class Cursor(NamedTuple):
    """A place in the change feed: the last change that was read. `START` comes before every change."""

    epoch: int
    xid: int
    id: int

    def __str__(self) -> str:
        return f"{self.epoch}.{self.xid}.{self.id}"

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """The cursor that `str` wrote. ValueError when it is not one."""
        parts = text.split(".")
        if len(parts) != 3 or not all(p.isascii() and p.isdigit() and int(p) < 2**63 for p in parts):
            raise ValueError("not a cursor of the change feed")
        return cls(*map(int, parts))


START = Cursor(0, 0, 0)


class EntryQuerySet(QuerySet["Entry"]):
    def of_file(self, application_id: int) -> Self:
        """Every entry of a file, its subjects mixed, in the order they were written."""
        return self.filter(application_id=application_id).order_by("id")

    def of(self, subject_type: str, subject_id: int) -> Self:
        """The chain of one subject, first to last."""
        return self.filter(subject_type=subject_type, subject_id=subject_id).order_by("seq")


class ChangeQuerySet(QuerySet["Change"]):
    def settled(self) -> Self:
        """Changes that no transaction still running can come before, in the order of the cursor.

        A row is handed out when its epoch is over, or when every transaction as old as its own has ended: a late
        commit is then never skipped. Transactions are numbered by the whole server: a long one in another
        database of it holds the feed back too.
        """
        found = self.extra(
            where=[
                "(audit_change.epoch < (SELECT max(number) FROM audit_epoch)"
                " OR audit_change.xid < pg_snapshot_xmin(pg_current_snapshot()))"
            ]
        )
        return cast("Self", found).order_by("epoch", "xid", "id")

    def after(self, cursor: Cursor) -> Self:
        """What comes after the cursor in the feed."""
        found = self.extra(
            where=["(audit_change.epoch, audit_change.xid, audit_change.id) > (%s, %s::xid8, %s)"],
            params=[cursor.epoch, str(cursor.xid), cursor.id],
        )
        return cast("Self", found)


class ReadingQuerySet(QuerySet["Reading"]):
    def of_file(self, application_id: int) -> Self:
        """The readings of a file: of itself, and of each list that it was in."""
        return self.filter(Q(application_id=application_id) | Q(listed__contains=[application_id]))


class ReadingManager(Manager.from_queryset(ReadingQuerySet)):  # type: ignore[misc]  # made as it runs
    def get_queryset(self) -> ReadingQuerySet:
        return super().get_queryset().defer("listed")
