"""Who a person can be, cluster-wide and inside an organisation. Roles on one programme are in `programs.roles`."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ClusterRole(TextChoices):
    OFFICER = "officer", _("programme officer")
    AUDITOR = "auditor", _("auditor")
    ADMINISTRATOR = "administrator", _("administrator")
    FINANCE = "finance", _("finance officer")


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
