"""What an API key may read, and what became of a key."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from work.states import States, Tag


class Scope(TextChoices):
    READ = "read", _("read everything of its agreements")
    AMOUNTS = "amounts", _("read envelopes and awards only")


@dataclass(frozen=True)
class KeyRow:
    tag: Tag


class KeyState(States):
    row: KeyRow

    ACTIVE = "active", KeyRow(Tag.GOOD), _("active")
    EXPIRED = "expired", KeyRow(Tag.WAIT), _("expired")
    REVOKED = "revoked", KeyRow(Tag.QUIET), _("revoked")
