"""Who may do what for a government partner."""

from typing import TYPE_CHECKING

from accounts.rules import is_person
from funding.roles import PartnerRole

if TYPE_CHECKING:
    from funding.models import Partner


def holds_partner_role(user: object, role: PartnerRole, partner: "Partner") -> bool:
    """Whether `user` sits for the government `partner` as `role` today."""
    return is_person(user) and user.partner_seats.held_today().filter(role=role, partner=partner).exists()
