"""Who a person can be on a programme, and what a role of its whole cluster is there."""

from collections.abc import Iterable

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.roles import ClusterRole


class ProgramRole(TextChoices):
    OFFICER = "officer", _("programme officer")
    SCREENER = "screener", _("screening officer")
    CONFIRMER = "confirmer", _("confirming officer")
    REVIEWER = "reviewer", _("reviewer")
    CHAIR = "chair", _("committee chair")
    ENDORSER = "endorser", _("endorser")
    APPROVER = "approver", _("approver")
    RECONSIDERER = "reconsiderer", _("reconsideration officer")


# Roles that read how a programme is set up. Reviewers and everybody else read the public catalogue.
READERS = (
    ProgramRole.OFFICER,
    ProgramRole.SCREENER,
    ProgramRole.CONFIRMER,
    ProgramRole.CHAIR,
    ProgramRole.ENDORSER,
    ProgramRole.APPROVER,
    ProgramRole.RECONSIDERER,
)
# Roles that handle a programme's money, and so read its envelopes: who spends, who recommends, who approves.
MONEY_HANDLERS = (ProgramRole.OFFICER, ProgramRole.CHAIR, ProgramRole.ENDORSER, ProgramRole.APPROVER)

# Which role of a cluster is a role on each of its programmes, without an appointment to any. Never one of
# `BY_APPOINTMENT`.
OF_CLUSTER = {ProgramRole.OFFICER: ClusterRole.OFFICER}

# Roles of which the appointment itself says something: the side and the capacity of a reviewer, the limit of an
# approver. Who is asked for those is asked for the appointment, and they come with no role of the cluster.
BY_APPOINTMENT = (ProgramRole.REVIEWER, ProgramRole.APPROVER)


def cluster_roles(roles: Iterable[str]) -> set[ClusterRole]:
    """The roles of a cluster by which a person has one of `roles` on each of its programmes."""
    return {OF_CLUSTER[ProgramRole(role)] for role in roles if role in OF_CLUSTER}


class Seat(TextChoices):
    """On whose side of the shared governance a reviewer sits."""

    CLUSTER = "cluster", _("cluster")
    INDUSTRY = "industry", _("industry")
    INDEPENDENT = "independent", _("independent")
