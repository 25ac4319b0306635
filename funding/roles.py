"""Who a person can be for a government partner."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PartnerRole(TextChoices):
    ANALYST = "analyst", _("partner analyst")
    CONCURRENCE = "concurrence", _("concurrence officer")
