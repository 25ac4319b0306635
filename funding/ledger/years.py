"""The year's money: what the partner allocates, the fee, cash, carry-overs, what lapses, and the closing."""

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_noop as _

from audit.actors import Actor
from audit.services import record
from funding.ledger.entries import Options, lock, post_one
from funding.ledger.refusals import CLOSED, refused
from funding.models import Envelope, LedgerEntry
from funding.money import EntryKind
from work import clock
from work.money import share as percent_of
from work.texts import is_blank


def allocate(envelope: Envelope, *, amount: Decimal, by: Actor, note: str = "") -> LedgerEntry:
    """Puts the partner's money for the year into its envelope."""
    return post_one(EntryKind.ALLOCATE, envelope, amount, by=by, note=note)


@transaction.atomic
def charge_fee(envelope: Envelope, *, by: Actor, amount: Decimal | None = None, note: str = "") -> LedgerEntry | None:
    """Takes the cluster's administration fee: the agreement's percentage of what is allocated, less what is already
    charged, unless an amount is given. None when nothing is left to charge."""
    (locked,) = lock([envelope])
    if amount is None:
        amount = percent_of(locked.allocated, locked.agreement.fee_percent) - locked.fee
        if amount <= 0:
            return None
    return post_one(EntryKind.FEE, envelope, amount, by=by, note=note)


def receive(envelope: Envelope, *, amount: Decimal, by: Actor, note: str = "") -> LedgerEntry:
    """Cash that came in from the partner. It changes no budget."""
    return post_one(EntryKind.RECEIVE, envelope, amount, by=by, note=note)


@transaction.atomic
def reprofile(
    source: Envelope, target: Envelope, *, amount: Decimal, consent: str, by: Actor, note: str = ""
) -> list[LedgerEntry]:
    """Carries money over to another year of the same agreement, with the partner's recorded `consent`
    (its letter's reference and date). Returns the two entries, the one out first."""
    if is_blank(consent):
        raise refused(_("Enter the partner's written consent to this carry-over: reference and date."), "consent")
    if source.agreement_id != target.agreement_id or source.pk == target.pk:
        raise refused(_("Money is carried over between two years of the same agreement."), "agreement")
    lock([source, target])
    common: Options = {"note": note, "consent": consent.strip()}
    out = post_one(EntryKind.REPROFILE_OUT, source, amount, by=by, counterpart=target, **common)
    return [out, post_one(EntryKind.REPROFILE_IN, target, amount, by=by, counterpart=source, **common)]


def lapse(envelope: Envelope, *, by: Actor, amount: Decimal | None = None, note: str = "") -> LedgerEntry | None:
    """Lets money that nobody used lapse: all that is free, unless an amount is given. None when nothing is free."""
    with transaction.atomic():
        (locked,) = lock([envelope])
        amount = locked.free if amount is None else amount
        return post_one(EntryKind.LAPSE, envelope, amount, by=by, note=note) if amount else None


@transaction.atomic
def close_year(envelope: Envelope, *, by: Actor, note: str = "") -> Envelope:
    """Closes a fiscal year for ever: nothing may be reserved or committed any more, and what is free lapses."""
    (locked,) = lock([envelope])
    if locked.is_closed:
        raise refused(CLOSED, "closed", envelope=str(locked))
    if clock.today() <= locked.ends_on:
        raise refused(_("Envelope %(envelope)s: this fiscal year is not over."), "open", envelope=str(locked))
    if locked.reserved or locked.committed:
        open_figures = {"envelope": str(locked), "reserved": locked.reserved, "committed": locked.committed}
        sentence = _(
            "Envelope %(envelope)s still has %(reserved)s reserved and %(committed)s committed. "
            "Make them payable or release them first."
        )
        raise refused(sentence, "open_balances", **open_figures)
    lapse(envelope, by=by, note=note)
    today, now = clock.today(), clock.now()
    Envelope.objects.filter(pk=envelope.pk).update(closed_on=today, updated_at=now, told_at=now)
    envelope.refresh_from_db()
    record(
        envelope,
        "ledger.close_year",
        by=by,
        given={"closed_on": today.isoformat()},
        note=note,
    )
    return envelope


def return_funds(envelope: Envelope, *, amount: Decimal, by: Actor, note: str = "") -> LedgerEntry:
    """Gives recovered money back to the partner."""
    return post_one(EntryKind.RETURN, envelope, amount, by=by, note=note)
