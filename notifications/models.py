"""The outbox."""

import hashlib
from urllib.parse import urlsplit

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.urls import reverse

from notifications.constants import MessageKind
from notifications.messages import KINDS, Wording
from work import clock
from work.models import WorkItem


class Message(WorkItem):
    """One e-mail to one person, written with the change that causes it, sent later by a task.

    `key` names the occasion: the same occasion is never told twice, and every attempt to send it carries the same
    Message-ID. An attachment is read, and its SHA-256 checked, at the moment of sending.
    """

    kind = models.CharField(max_length=40, choices=MessageKind.choices)
    key = models.CharField(max_length=200, unique=True)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="messages"
    )
    address = models.EmailField()
    language = models.CharField(max_length=2)
    context = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    url_name = models.CharField(max_length=100, blank=True)
    url_args = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    application_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    attachment_path = models.CharField(max_length=300, blank=True)
    attachment_name = models.CharField(max_length=200, blank=True)
    attachment_sha256 = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta(WorkItem.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(language__in=["fr", "en"]), name="notifications_message_language_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.address}"

    @property
    def message_id(self) -> str:
        """The Message-ID: the same for every attempt at the same occasion."""
        name = hashlib.sha256(self.key.encode()).hexdigest()[:40]
        return f"<{name}@{urlsplit(settings.BASE_URL).hostname}>"

    @property
    def url(self) -> str:
        """The absolute address the message leads to; empty when it leads nowhere."""
        return settings.BASE_URL.rstrip("/") + reverse(self.url_name, args=self.url_args) if self.url_name else ""

    @property
    def file_id(self) -> int:
        """The key of the file that it is about; 0, which no file has, where it is about none."""
        return self.application_id or 0

    @property
    def leads_to(self) -> str:
        """What its link names first: a token, a file, a row; "" where it leads nowhere, or has forgotten it."""
        return str(self.url_args[0]) if self.url_args else ""

    @property
    def words(self) -> Wording:
        """The words of this kind."""
        return KINDS[MessageKind(self.kind)].words
