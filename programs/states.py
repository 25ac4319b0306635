"""The states and phases of a call. A state is stored; a phase is what the clock says of a published call."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CallState(TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    CANCELLED = "cancelled", pgettext_lazy("call", "cancelled")
    ARCHIVED = "archived", _("archived")


class CallKind(TextChoices):
    FIXED = "fixed", _("fixed dates")
    CONTINUOUS = "continuous", _("continuous intake")


class Phase(TextChoices):
    UNPUBLISHED = "unpublished", _("not published")
    ANNOUNCED = "announced", _("opens soon")
    OPEN = "open", pgettext_lazy("call", "open")
    GRACE = "grace", _("closing")
    CLOSED = "closed", pgettext_lazy("call", "closed")
    CANCELLED = "cancelled", pgettext_lazy("call", "cancelled")
