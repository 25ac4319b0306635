"""The states of a letter."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class LetterState(TextChoices):
    QUEUED = "queued", _("queued")
    RENDERED = "rendered", _("rendered")
    SIGNED = "signed", _("signed")
    SENT = "sent", _("sent")
    SERVED = "served", _("served")
    FAILED = "failed", _("failed")


LEAVING = (LetterState.RENDERED, LetterState.SIGNED)  # its messages are on their way
