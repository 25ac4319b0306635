"""Who reads for a partner, and who manages its keys."""

from typing import TYPE_CHECKING

from audit.actors import Actor
from funding.roles import PartnerRole
from funding.rules import holds_partner_role

if TYPE_CHECKING:
    from funding.models import Partner


def may_manage_keys(partner: "Partner", user: Actor) -> bool:
    return holds_partner_role(user, PartnerRole.ANALYST, partner)
