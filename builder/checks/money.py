"""Whether there is money to award: agreements whose shares make a whole, and envelopes that hold one award at least."""

from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from audit.actors import Actor
from builder.checks.findings import Finding, Lacks
from funding.access import entries_open_to
from funding.figures import as_read
from funding.ledger import available
from funding.models import Agreement, Envelope, LedgerEntry
from programs.models import Call
from programs.selectors import funding_of, policy_of
from work import clock
from work.money import format_money
from work.numbers import write_number


def money_lacking(call: Call, reader: Actor) -> list[Finding]:
    """Shares that do not sum to 100; an agreement without what lets it pay, or whose envelopes cannot hold its share of
    the largest award (of one cent, where there is no maximum). What they hold is what `reader` may compute from: the
    true figure, less theirs, would be the money of a file that is closed to them."""
    if call.rules is None:
        return []  # the move asks for them
    rows = list(funding_of(call.program).select_related("agreement__cluster"))
    total = sum((row.share for row in rows), Decimal(0))
    found = []
    if total != 100:
        said = _("The shares of the agreements add up to %(total)s; they must add up to 100.")
        found.append(Finding(Lacks.FILE, "programme.funding", said % {"total": write_number(total.normalize())}))
    policy, language, entries = policy_of(call), get_language() or "fr", entries_open_to(reader)
    for row in rows:
        agreement = row.agreement
        if not agreement.is_authorised:
            said = _(
                "Federal funds cannot be awarded until the authorisation, or the reason none is needed, is on record."
            )
            found.append(Finding(Lacks.FILE, agreement.reference, said))
        least = max(Decimal("0.01"), (policy.aid.max_aid or Decimal(0)) * row.share / 100)
        free = money_to_award(agreement, entries, held_percent=policy.reconsideration.held_percent)
        if free < least:
            values = {"free": format_money(free, language), "least": format_money(least, language)}
            said = _("Its envelopes have %(free)s to award; the largest award takes %(least)s of it.")
            found.append(Finding(Lacks.MONEY, agreement.reference, said % values))
    return found


def money_to_award(agreement: Agreement, entries: QuerySet[LedgerEntry], *, held_percent: Decimal) -> Decimal:
    """What new awards may take of an agreement: of its envelopes that are not closed and whose year is not over, each
    with the balances that these entries leave."""
    running = list(Envelope.objects.awarding(clock.today()).filter(agreement=agreement))
    left = [available(one, held_percent=held_percent) for one in as_read(running, entries)]
    return sum((max(Decimal(0), one) for one in left), Decimal(0))
