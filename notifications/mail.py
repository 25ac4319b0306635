"""Mail as files, where no server is configured: one .eml a message, that any mail program opens."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

from work import clock


class FolderBackend(BaseEmailBackend):
    """Writes each message into settings.EMAIL_FILE_PATH, named by its instant and its Message-ID."""

    def send_messages(self, email_messages: list[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for mail in email_messages:
            message = mail.message()
            name = hashlib.sha256(str(message["Message-ID"]).encode()).hexdigest()[:12]
            path = folder / f"{clock.now():%Y%m%dT%H%M%S%f}-{name}.eml"
            unfinished = path.with_suffix(".part")
            unfinished.write_bytes(message.as_bytes(linesep="\r\n"))
            unfinished.rename(path)
        return len(email_messages)
