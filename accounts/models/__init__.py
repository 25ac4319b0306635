from accounts.models.clusters import Cluster, WorkingGroup
from accounts.models.organisations import Invitation, Membership, Organisation
from accounts.models.people import ClusterAppointment, User

__all__ = [
    "Cluster",
    "ClusterAppointment",
    "Invitation",
    "Membership",
    "Organisation",
    "User",
    "WorkingGroup",
]
