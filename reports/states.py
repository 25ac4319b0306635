"""What an API key may read, and what became of a key."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Scope(TextChoices):
    READ = "read", _("read everything of its agreements")
    AMOUNTS = "amounts", _("read envelopes and awards only")


class KeyState(TextChoices):
    ACTIVE = "active", _("active")
    EXPIRED = "expired", _("expired")
    REVOKED = "revoked", _("revoked")
