"""What each kind of ledger entry does to the balances of an envelope (model.md, Ledger). One table, read by all."""

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class EntryKind(TextChoices):
    """The kinds of entry. Amounts are always positive: the kind says which way the money goes."""

    ALLOCATE = "allocate", _("Allocated")
    FEE = "fee", _("Administration fee")
    RESERVE = "reserve", _("Reserved")
    COMMIT = "commit", _("Committed")
    RELEASE = "release", _("Released")
    ACCRUE = "accrue", _("Payable at year-end")
    PAY = "pay", _("Paid")
    RECOVER = "recover", _("Recovered")
    RETURN = "return", _("Returned to the partner")
    REUSE = "reuse", _("Recovered money made available again")
    REPROFILE_OUT = "reprofile_out", _("Carried over to another year")
    REPROFILE_IN = "reprofile_in", _("Carried over from another year")
    LAPSE = "lapse", _("Lapsed")
    RECEIVE = "receive", _("Cash received from the partner")


class Cause(StrEnum):
    """The acts for which a file's money moves, as its entries and their trail name them: moves, but for the last."""

    RECOMMEND = "application.recommend"
    ISSUE = "decision.issue"
    SUPERSEDE = "decision.supersede"
    WITHDRAW = "application.withdraw"
    CANCEL = "application.cancel"
    VOID_RECOMMENDATION = "recommendation.void"


class Bucket(TextChoices):
    """The balances of an envelope, each a column of it, in the order a statement shows them. `received` is cash; all
    others are budget."""

    ALLOCATED = "allocated", _("Allocated")
    FEE = "fee", _("Administration fee")
    RESERVED = "reserved", _("Reserved")
    COMMITTED = "committed", _("Committed")
    PAYABLE = "payable", _("Payable at year-end")
    PAID = "paid", _("Paid")
    RECOVERED = "recovered", _("Recovered")
    RETURNED = "returned", _("Returned to the partner")
    LAPSED = "lapsed", _("Lapsed")
    RECEIVED = "received", _("Cash received from the partner")


BUCKETS = tuple(Bucket)
# What has been taken out of the allocation: together never above it.
SPENT = (Bucket.FEE, Bucket.RESERVED, Bucket.COMMITTED, Bucket.PAYABLE, Bucket.PAID, Bucket.LAPSED)

# (kind, from) → balance → +1 or −1.
FLOWS: dict[tuple[str, str], dict[Bucket, int]] = {
    (EntryKind.ALLOCATE, ""): {Bucket.ALLOCATED: 1},
    (EntryKind.FEE, ""): {Bucket.FEE: 1},
    (EntryKind.RESERVE, ""): {Bucket.RESERVED: 1},
    (EntryKind.COMMIT, Bucket.RESERVED): {Bucket.RESERVED: -1, Bucket.COMMITTED: 1},
    (EntryKind.RELEASE, Bucket.RESERVED): {Bucket.RESERVED: -1},
    (EntryKind.RELEASE, Bucket.COMMITTED): {Bucket.COMMITTED: -1},
    (EntryKind.ACCRUE, Bucket.COMMITTED): {Bucket.COMMITTED: -1, Bucket.PAYABLE: 1},
    (EntryKind.PAY, Bucket.COMMITTED): {Bucket.COMMITTED: -1, Bucket.PAID: 1},
    (EntryKind.PAY, Bucket.PAYABLE): {Bucket.PAYABLE: -1, Bucket.PAID: 1},
    (EntryKind.RECOVER, ""): {Bucket.RECOVERED: 1},
    (EntryKind.RETURN, ""): {Bucket.RETURNED: 1},
    # Recovered money that the agreement lets be awarded again: the payment is undone, so the room comes back.
    (EntryKind.REUSE, ""): {Bucket.PAID: -1, Bucket.RECOVERED: -1},
    (EntryKind.REPROFILE_OUT, ""): {Bucket.ALLOCATED: -1},
    (EntryKind.REPROFILE_IN, ""): {Bucket.ALLOCATED: 1},
    (EntryKind.LAPSE, ""): {Bucket.LAPSED: 1},
    (EntryKind.RECEIVE, ""): {Bucket.RECEIVED: 1},
}

# Entries that belong to a file: they say which application the money is for.
OF_A_FILE = (
    EntryKind.RESERVE,
    EntryKind.COMMIT,
    EntryKind.RELEASE,
    EntryKind.ACCRUE,
    EntryKind.PAY,
    EntryKind.RECOVER,
    EntryKind.REUSE,
)


# Entries made after an award: there is nothing left to hide of what they take, once it was told.
AFTER_AWARD = (EntryKind.ACCRUE, EntryKind.PAY, EntryKind.RECOVER, EntryKind.REUSE)
# Entries of the envelope itself whose amount is what its files left of it: told while one is not, they would betray it.
LEFT_OVER = (EntryKind.LAPSE, EntryKind.RETURN)


def deltas(kind: str, from_: str = "", *, reversal: bool = False) -> dict[Bucket, int]:
    """Which balances an entry raises (+1) and lowers (−1). A reversal does the opposite of what it corrects."""
    sign = -1 if reversal else 1
    return {bucket: sign * way for bucket, way in FLOWS[(kind, from_)].items()}


def is_open_to(kind: str, from_: str = "") -> bool:
    """Whether a closed year still accepts this entry: only paying what was payable, recovering and returning."""
    return (kind, from_) in {(EntryKind.PAY, Bucket.PAYABLE), (EntryKind.RECOVER, ""), (EntryKind.RETURN, "")}
