"""The words a file's columns may hold."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Malware(TextChoices):
    """What the malware scanner said. An infected file is refused, so it has no word here."""

    NOT_SCANNED = "not_scanned", _("not scanned")
    CLEAN = "clean", _("no malware found")
