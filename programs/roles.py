"""Who a person can be on a programme."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ProgramRole(TextChoices):
    OFFICER = "officer", _("programme officer")
    SCREENER = "screener", _("screening officer")
    CONFIRMER = "confirmer", _("confirming officer")
    REVIEWER = "reviewer", _("reviewer")
    CHAIR = "chair", _("committee chair")
    ENDORSER = "endorser", _("endorser")
    APPROVER = "approver", _("approver")
    RECONSIDERER = "reconsiderer", _("reconsideration officer")


class Seat(TextChoices):
    """On whose side of the shared governance a reviewer sits."""

    CLUSTER = "cluster", _("cluster")
    INDUSTRY = "industry", _("industry")
    INDEPENDENT = "independent", _("independent")
