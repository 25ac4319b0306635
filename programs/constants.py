"""The closed lists a programme is written with: how money is allocated and files ordered, and days.
Those of its form are in `questions.constants`.

Pure: no Django beyond translation and TextChoices.
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Allocation(TextChoices):
    RANKED = "ranked", _("Ranked, funded down the list")
    FIRST_COME = "first_come", _("First come, first served")


class Order(TextChoices):
    """What orders the files that pass (scoring.md 1); published before the call opens."""

    SUBMISSION = "submission", _("Order of submission")
    RAW = "raw", _("Raw mean")
    MODERATED = "moderated", _("Moderated total")
    ADJUSTED = "adjusted", _("Severity-adjusted score")


class LineStrategy(TextChoices):
    """What happens to the first file that does not fit the envelope (scoring.md 7)."""

    STRICT = "strict", _("Stop at the first that does not fit")
    FILL = "fill", _("Skip it and go on")
    PARTIAL = "partial", _("Offer what is left")


class DayKind(TextChoices):
    BUSINESS = "business", _("business days")
    CALENDAR = "calendar", _("calendar days")
