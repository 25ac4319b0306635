"""What an amount of aid is made of: what reimburses costs, and the bonus, which has its condition."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from work.money import ZERO

BONUS_CONDITION = _("The bonus is paid only once the final assessment shows the levels gained.")


@dataclass(frozen=True)
class Parts:
    """An amount of aid in its two parts, in dollars: both are shown wherever there is a bonus."""

    reimbursement: Decimal
    bonus: Decimal = ZERO
    condition = BONUS_CONDITION

    @property
    def total(self) -> Decimal:
        return self.reimbursement + self.bonus

    def of(self, amount: Decimal) -> "Parts":
        """What `amount` is made of when it is granted for these parts. Less is granted than asked: it reimburses costs
        first, and the bonus is what is left."""
        reimbursement = min(amount, self.reimbursement)
        return Parts(reimbursement, amount - reimbursement)
