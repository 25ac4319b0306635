"""The closed lists a programme is written with: how money is allocated and files ordered, and days.
Those of its form are in `questions.constants`.

Pure: no Django beyond translation and TextChoices.
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

SME_UNDER = 250  # employees, from which an enterprise is no longer small or medium
GRACE_MINUTES = 15  # after a closing, where the call says nothing


class Recipient(TextChoices):
    """Whom an aid rate tells apart."""

    ENTERPRISE = "enterprise", _("enterprise")
    SME = "sme", _("small or medium enterprise (under 250 employees)")
    RESEARCH = "research", _("university or research centre")


class Allocation(TextChoices):
    RANKED = "ranked", _("Ranked, funded down the list")


class Order(TextChoices):
    """What orders the files that pass (scoring.md 1); published before the call opens."""

    SUBMISSION = "submission", _("Order of submission")
    RAW = "raw", _("Overall mean")


class LineStrategy(TextChoices):
    """What happens to the first file that does not fit the envelope (scoring.md 7)."""

    STRICT = "strict", _("Stop at the first that does not fit")
    FILL = "fill", _("Skip it and go on")
    PARTIAL = "partial", _("Offer what is left")


class DayKind(TextChoices):
    BUSINESS = "business", _("business days")
    FEDERAL = "federal_business", _("business days (federal holidays)")
    CALENDAR = "calendar", _("calendar days")
