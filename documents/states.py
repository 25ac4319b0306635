"""The words a file's columns may hold."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RenderingKind(TextChoices):
    """The documents that we make. Start fails on one that no app takes (`documents.services.hand_over`)."""

    LETTER = "letter"
    RECEIPT = "receipt"


class Malware(TextChoices):
    """What the malware scanner said. An infected file is refused, so it has no word here."""

    NOT_SCANNED = "not_scanned", _("not scanned")
    CLEAN = "clean", _("no malware found")
