"""What each kind of ledger entry does to the balances of an envelope (model.md, Ledger). One table, read by all."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
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
    (Kind.ALLOCATE, ""): {"allocated": 1},
    (Kind.FEE, ""): {"fee": 1},
    (Kind.RESERVE, ""): {"reserved": 1},
    (Kind.COMMIT, "reserved"): {"reserved": -1, "committed": 1},
    (Kind.RELEASE, "reserved"): {"reserved": -1},
    (Kind.RELEASE, "committed"): {"committed": -1},
    (Kind.ACCRUE, "committed"): {"committed": -1, "payable": 1},
    (Kind.PAY, "committed"): {"committed": -1, "paid": 1},
    (Kind.PAY, "payable"): {"payable": -1, "paid": 1},
    (Kind.RECOVER, ""): {"recovered": 1},
    (Kind.RETURN, ""): {"returned": 1},
    # Recovered money that the agreement lets be awarded again: the payment is undone, so the room comes back.
    (Kind.REUSE, ""): {"paid": -1, "recovered": -1},
    (Kind.REPROFILE_OUT, ""): {"allocated": -1},
    (Kind.REPROFILE_IN, ""): {"allocated": 1},
    (Kind.LAPSE, ""): {"lapsed": 1},
    (Kind.RECEIVE, ""): {"received": 1},
}

# Entries that belong to a file: they say which application the money is for.
OF_A_FILE = (Kind.RESERVE, Kind.COMMIT, Kind.RELEASE, Kind.ACCRUE, Kind.PAY, Kind.RECOVER, Kind.REUSE)


def deltas(kind: str, from_: str = "", *, reversal: bool = False) -> dict[str, int]:
    """Which balances an entry raises (+1) and lowers (−1). A reversal does the opposite of what it corrects."""
    sign = -1 if reversal else 1
    return {bucket: sign * way for bucket, way in FLOWS[(kind, from_)].items()}


def is_open_to(kind: str, from_: str = "") -> bool:
    """Whether a closed year still accepts this entry: only paying what was payable, recovering and returning."""
    return (kind, from_) in {(Kind.PAY, "payable"), (Kind.RECOVER, ""), (Kind.RETURN, "")}
