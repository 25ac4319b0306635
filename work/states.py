"""The words that the ground's columns may hold."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Machine(TextChoices):
    """What the product stands on and does not contain. One that is away costs no piece of work an attempt."""

    MAIL = "mail", _("mail server")
    STORAGE = "storage", _("file storage")
    PDF = "pdf", _("document engine")
    BROKER = "broker", _("message broker")
    SCANNER = "scanner", _("malware scanner")
    DATABASE = "database", _("database")  # written once it is back
    CACHE = "cache", _("cache")
