"""Files: what people upload, and what we make. Every file's bytes are in storage, outside the web root."""

from datetime import timedelta

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from documents.constants import FileKind, kind_of
from documents.states import Malware, RenderingKind
from work import clock
from work.models import PublicModel, WorkItem
from work.querysets import ATTEMPTS

USUAL = timedelta(minutes=10)
"""How long people wait for a document before they are told that it takes longer."""


class Upload(PublicModel):
    """A file a person gave us. A removed one keeps its row (name, digest, size) and loses its bytes."""

    uploader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    application_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    key = models.CharField(max_length=100, unique=True)  # where storage keeps it; random, tells nothing
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    has_text = models.BooleanField(null=True)  # of a PDF; without text a screen reader cannot read it
    malware = models.CharField(max_length=20, choices=Malware.choices, default=Malware.NOT_SCANNED)
    at = models.DateTimeField(default=clock.now)
    gone_at = models.DateTimeField(null=True, blank=True)
    gone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    erased_at = models.DateTimeField(null=True, blank=True)  # when its bytes left the storage, after it was gone

    class Meta:
        verbose_name = _("uploaded file")
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gt=0), name="upload_not_empty"),
            models.CheckConstraint(
                condition=models.Q(gone_at__isnull=True) | models.Q(gone_by__isnull=False),
                name="upload_gone_by_someone",
            ),
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True) | models.Q(gone_at__isnull=False),
                name="upload_erased_once_gone",
            ),
        ]
        indexes = [
            models.Index(
                fields=["gone_at"],
                condition=models.Q(gone_at__isnull=False, erased_at__isnull=True),
                name="upload_to_erase",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def kind(self) -> FileKind | None:
        """The kind of its content; None for one that is no longer known."""
        return kind_of(self.content_type)

    @property
    def is_gone(self) -> bool:
        return self.gone_at is not None

    @property
    def lacks_text(self) -> bool:
        """True of a PDF made of pictures: the page that shows it says so, and asks for another."""
        return self.has_text is False

    def open(self) -> File:
        """The bytes, as an open binary file. FileNotFoundError once removed."""
        if self.is_gone:
            raise FileNotFoundError(self.name)
        return default_storage.open(self.key, "rb")


class Rendering(PublicModel, WorkItem):
    """A document we make: its frozen HTML now, its PDF when the worker has rendered it (`done_at`)."""

    kind = models.CharField(max_length=40, choices=RenderingKind.choices)
    key = models.CharField(max_length=200, unique=True)  # idempotency: one document per key, for ever
    application_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    title = models.CharField(max_length=250)
    language = models.CharField(max_length=2, choices=[("fr", _("French")), ("en", _("English"))])
    brand = models.CharField(max_length=7, blank=True, default="", validators=[RegexValidator(r"^(#[0-9a-fA-F]{6})?$")])
    html = models.TextField()
    made_at = models.DateTimeField(default=clock.now)  # the PDF's own created and modified instants
    path = models.CharField(max_length=120, blank=True, default="")
    sha256 = models.CharField(max_length=64, blank=True, default="")
    size = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta(WorkItem.Meta):
        abstract = False
        verbose_name = _("document we make")

    def __str__(self) -> str:
        return self.title

    content_type = "application/pdf"

    @property
    def name(self) -> str:
        """The name it is given back under."""
        return f"{self.title}.pdf"

    @property
    def is_ready(self) -> bool:
        return bool(self.path)

    @property
    def is_gone(self) -> bool:
        return not self.is_ready

    @property
    def is_lost(self) -> bool:
        """Whether it was given up: somebody has to have it tried again (`querysets.given_up`)."""
        held = self.claimed_until is not None and self.claimed_until > clock.now()
        return not self.is_ready and self.attempts >= ATTEMPTS and not held

    @property
    def is_slow(self) -> bool:
        """Whether it is still to be made, and takes longer than people are used to."""
        return not (self.is_ready or self.is_lost) and clock.now() > self.made_at + USUAL

    def open(self) -> File:
        """The PDF, as an open binary file. FileNotFoundError while it waits for the worker."""
        if not self.is_ready:
            raise FileNotFoundError(self.name)
        return default_storage.open(self.path, "rb")
