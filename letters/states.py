"""The states of a letter, and the kinds there are."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class LetterKind(TextChoices):
    APPROVED = "approved", _("approved")
    DECLINED = "declined", _("declined")
    INELIGIBLE = "ineligible", _("ineligible")
    WAITLISTED = "waitlisted", _("waitlisted")
    INVITED = "invited", _("invited")
    RECONSIDERED = "reconsidered", _("reconsidered")
    CANCELLED = "cancelled", _("cancelled")


class LetterState(TextChoices):
    QUEUED = "queued", _("queued")
    RENDERED = "rendered", _("rendered")
    SIGNED = "signed", _("signed")
    SENT = "sent", _("sent")
    SERVED = "served", _("served")
    FAILED = "failed", _("failed")


LEAVING = (LetterState.RENDERED, LetterState.SIGNED)  # its messages are on their way
