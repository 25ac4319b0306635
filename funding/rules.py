"""Who may do what for a government partner."""

from accounts.rules import in_office, is_person


def holds_partner_role(user, role, partner):
    """Whether `user` sits for the government `partner` as `role` today."""
    return is_person(user) and user.partner_seats.filter(in_office(), role=role, partner=partner).exists()
