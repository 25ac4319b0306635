"""Who a person can be, cluster-wide and inside an organisation. Roles on one programme are in `programs.roles`,
for a partner in `funding.roles`."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ClusterRole(TextChoices):
    OFFICER = "officer", _("programme officer")
    AUDITOR = "auditor", _("auditor")
    ADMINISTRATOR = "administrator", _("administrator")
    FINANCE = "finance", _("finance officer")


# Roles that read how a cluster's programmes are set up, and what its envelopes hold.
CLUSTER_READERS = (ClusterRole.OFFICER, ClusterRole.AUDITOR, ClusterRole.FINANCE)


class OrganisationRole(TextChoices):
    MEMBER = "member", _("member")
    SIGNATORY = "signatory", _("authorised signatory")


class Ownership(TextChoices):
    PRIVATE = "private", _("private enterprise")
    STATE = "state", _("state-controlled enterprise")
    COOPERATIVE = "cooperative", _("cooperative or non-profit")
    ACADEMIC = "academic", _("university, college or research centre")


class Language(TextChoices):
    FRENCH = "fr", _("French")
    ENGLISH = "en", _("English")
