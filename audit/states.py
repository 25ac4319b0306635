"""The closed lists of the trail: kinds of actor, and of what the change feed tells."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ActorKind(TextChoices):
    """Who acts: a person signed in, a partner's API key, the clock, the installation, or the holder of a link."""

    PERSON = "person", _("A person")
    KEY = "key", _("An API key")
    CLOCK = "clock", _("The clock")
    SETUP = "setup", _("The installation")
    GUEST = "guest", _("The holder of a link sent by e-mail")


class ChangeKind(TextChoices):
    """What partners, webhooks and search are told of: a model's `change_kind`."""

    PROGRAM = "program", "program"
    CALL = "call", "call"
    AGREEMENT = "agreement", "agreement"
    ENVELOPE = "envelope", "envelope"
    LEDGER_ENTRY = "ledger_entry", "ledger entry"
    ORGANISATION = "organisation", "organisation"
    APPLICATION = "application", "application"
    ASSIGNMENT = "assignment", "assignment"
    DECISION = "decision", "decision"
    CONCURRENCE = "concurrence", "concurrence"
    LETTER = "letter", "letter"
    AWARD = "award", "award"
