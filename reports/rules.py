"""Who reads for a partner, and who manages its keys."""

from accounts.rules import in_office, is_person
from funding.roles import PartnerRole
from funding.rules import holds_partner_role


def sits_for(partner, user):
    """Whether `user` holds any seat for the partner today."""
    return is_person(user) and user.partner_seats.filter(in_office(), partner=partner).exists()


def may_manage_keys(partner, user):
    return holds_partner_role(user, PartnerRole.ANALYST, partner)
