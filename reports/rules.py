"""Who reads for a partner, and who manages its keys."""

from typing import TYPE_CHECKING

from accounts.rules import in_office, is_person
from audit.actors import Actor
from funding.roles import PartnerRole
from funding.rules import holds_partner_role

if TYPE_CHECKING:
    from funding.models import Partner


def sits_for(partner: "Partner", user: Actor) -> bool:
    """Whether `user` holds any seat for the partner today."""
    return is_person(user) and user.partner_seats.filter(in_office(), partner=partner).exists()


def may_manage_keys(partner: "Partner", user: Actor) -> bool:
    return holds_partner_role(user, PartnerRole.ANALYST, partner)
