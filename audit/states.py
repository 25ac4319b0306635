"""The closed lists of the trail: kinds of actor."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ActorKind(TextChoices):
    """Who acts: a person signed in, an API key of a partner, the clock, or the holder of a link sent by e-mail."""

    PERSON = "person", _("A person")
    KEY = "key", _("An API key")
    CLOCK = "clock", _("The clock")
    GUEST = "guest", _("The holder of a link sent by e-mail")
