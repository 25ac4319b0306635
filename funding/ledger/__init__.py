"""The only way money moves. Each verb locks its envelopes in id order, changes their balances and writes one entry per
envelope, with a trail entry and a change for the partner's feed, in one transaction.

A `share` is a pair (envelope, amount): an award over two years and two agreements has one share for each. The caller
locks the file before it calls (lock order: application, decision, then envelopes). Amounts are dollars at the cent.
"""

from funding.ledger.balances import available, held_for, reconcile
from funding.ledger.entries import Share
from funding.ledger.files import (
    accrue,
    commit,
    lock_all,
    pay,
    recover,
    release,
    release_all,
    reserve,
    reuse,
    reverse_entry,
)
from funding.ledger.refusals import InsufficientFunds
from funding.ledger.told import tell, tell_given_back
from funding.ledger.years import allocate, charge_fee, close_year, lapse, receive, reprofile, return_funds

__all__ = [
    "InsufficientFunds",
    "Share",
    "accrue",
    "allocate",
    "available",
    "charge_fee",
    "close_year",
    "commit",
    "held_for",
    "lapse",
    "lock_all",
    "pay",
    "receive",
    "reconcile",
    "recover",
    "release",
    "release_all",
    "reprofile",
    "reserve",
    "return_funds",
    "reuse",
    "reverse_entry",
    "tell",
    "tell_given_back",
]
