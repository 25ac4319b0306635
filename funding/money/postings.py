"""What each kind of ledger entry does to the balances of an envelope (model.md, Ledger). One table, read by all."""

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


# In the order a statement shows them. `received` is cash; all others are budget.
BUCKETS = (
    "allocated",
    "fee",
    "reserved",
    "committed",
    "payable",
    "paid",
    "recovered",
    "returned",
    "lapsed",
    "received",
)
# What has been taken out of the allocation: together never above it.
SPENT = ("fee", "reserved", "committed", "payable", "paid", "lapsed")

# (kind, from) → balance → +1 or −1.
FLOWS: dict[tuple[str, str], dict[str, int]] = {
    (EntryKind.ALLOCATE, ""): {"allocated": 1},
    (EntryKind.FEE, ""): {"fee": 1},
    (EntryKind.RESERVE, ""): {"reserved": 1},
    (EntryKind.COMMIT, "reserved"): {"reserved": -1, "committed": 1},
    (EntryKind.RELEASE, "reserved"): {"reserved": -1},
    (EntryKind.RELEASE, "committed"): {"committed": -1},
    (EntryKind.ACCRUE, "committed"): {"committed": -1, "payable": 1},
    (EntryKind.PAY, "committed"): {"committed": -1, "paid": 1},
    (EntryKind.PAY, "payable"): {"payable": -1, "paid": 1},
    (EntryKind.RECOVER, ""): {"recovered": 1},
    (EntryKind.RETURN, ""): {"returned": 1},
    # Recovered money that the agreement lets be awarded again: the payment is undone, so the room comes back.
    (EntryKind.REUSE, ""): {"paid": -1, "recovered": -1},
    (EntryKind.REPROFILE_OUT, ""): {"allocated": -1},
    (EntryKind.REPROFILE_IN, ""): {"allocated": 1},
    (EntryKind.LAPSE, ""): {"lapsed": 1},
    (EntryKind.RECEIVE, ""): {"received": 1},
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


def deltas(kind: str, from_: str = "", *, reversal: bool = False) -> dict[str, int]:
    """Which balances an entry raises (+1) and lowers (−1). A reversal does the opposite of what it corrects."""
    sign = -1 if reversal else 1
    return {bucket: sign * way for bucket, way in FLOWS[(kind, from_)].items()}


def is_open_to(kind: str, from_: str = "") -> bool:
    """Whether a closed year still accepts this entry: only paying what was payable, recovering and returning."""
    return (kind, from_) in {(EntryKind.PAY, "payable"), (EntryKind.RECOVER, ""), (EntryKind.RETURN, "")}
