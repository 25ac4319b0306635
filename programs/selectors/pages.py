"""What the pages of programmes show, in this app and in `builder`."""

from accounts.models import User
from accounts.roles import ClusterRole
from accounts.rules import in_office
from programs.models import Program


def may_import(user: User) -> bool:
    """Whether a bundle may be brought in at all: an officer of a programme, or of the cluster."""
    return (
        Program.objects.managed_by(user).exists()
        or user.cluster_appointments.filter(in_office(), role=ClusterRole.OFFICER).exists()
    )
