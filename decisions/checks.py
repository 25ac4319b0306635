"""Questions with a list for an answer: who must concur, what is not authorised."""

from decimal import Decimal

from decisions.models import Decision
from decisions.states import FUNDED
from funding.models import Agreement


def shares_by_agreement(decision: Decision) -> dict[Agreement, Decimal]:
    """Dollars of the decision by agreement: `{agreement: Decimal}`, in id order."""
    totals: dict[Agreement, Decimal] = {}
    for share in decision.shares.select_related("envelope__agreement__partner").order_by("envelope__agreement_id"):
        agreement = share.envelope.agreement
        totals[agreement] = totals.get(agreement, Decimal(0)) + share.amount
    return totals


def agreements_to_concur(decision: Decision) -> list[Agreement]:
    """Agreements whose partner must concur: the whole award is above the threshold the agreement states.

    75 000,00 $ is not above 75 000 $; a threshold of 0.00 asks for every award, an empty one never asks.
    """
    if decision.kind not in FUNDED:
        return []
    return [agreement for agreement in shares_by_agreement(decision) if agreement.needs_concurrence(decision.amount)]


def unauthorised_agreements(decision: Decision) -> list[str]:
    """References of federal agreements that a body mostly funded by Québec may not draw on without a decree."""
    if decision.kind not in FUNDED:
        return []
    return [agreement.reference for agreement in shares_by_agreement(decision) if not agreement.is_authorised]
