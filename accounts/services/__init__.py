"""Every write about people, clusters and organisations."""

from accounts.services.clusters import appoint_to_cluster, end_cluster_appointment, found_cluster
from accounts.services.invitations import (
    accept_invitation,
    cancel_invitation,
    find_invitation,
    invite_member,
    invite_staff,
)
from accounts.services.organisations import (
    change_member_role,
    register_organisation,
    remove_member,
    update_organisation,
)
from accounts.services.people import change_password, create_person, open_account, update_person

__all__ = [
    "accept_invitation",
    "appoint_to_cluster",
    "cancel_invitation",
    "change_member_role",
    "change_password",
    "create_person",
    "end_cluster_appointment",
    "find_invitation",
    "found_cluster",
    "invite_member",
    "invite_staff",
    "open_account",
    "register_organisation",
    "remove_member",
    "update_organisation",
    "update_person",
]
