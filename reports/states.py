"""What an API key may read."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Scope(TextChoices):
    READ = "read", _("read everything of its agreements")
    AMOUNTS = "amounts", _("read envelopes and awards only")
