"""Handing mail over: what a server's refusal means, and mail as files where no server is configured.

A server speaks of itself (it is away, full, or does not know us: `Away`), of this message for now (`Later`), or of
this message for good (`Refused`, which counts as an attempt). RFC 5321, 4.2 and 4.5.4.1.
"""

import hashlib
import re
import smtplib
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import EmailMessage, SafeMIMEText

from work import clock
from work.outages import Away, Later, Refused, reason_of
from work.states import Machine

LONGEST = 50.0  # seconds of one conversation with a server: no sweep is late for it
PATIENT = timedelta(days=4)
"""How long a message that the server puts off is tried again before that is a failure: RFC 5321 says 4 to 5 days."""
SOONEST, LATEST = timedelta(minutes=1), timedelta(minutes=15)
UNCERTAIN = timedelta(hours=4)
"""How long a message that the server may have taken is tried again at no cost while it loses every answer."""
SERVICE_CLOSING = 421
TOO_LARGE = (552, 523)  # said of one message, also where the server answers to its sender
TOO_LARGE_IN_WORDS = re.compile(r"\b5\.(3\.4|2\.3)\b")  # the same, after a code that says less: RFC 3463
ADDRESS = re.compile(r"""(?:"[^"@]*"|[^\s<>()\[\]{},;:"'@]+)@(\[[^\]\s]*\]|[^\s<>()\[\]{},;:"'@]+)""")


class WatchedBackend(EmailBackend):
    """Django's backend for SMTP, which remembers whether the server had begun to take the message.

    A connection lost before is the server's fault, and nothing was sent. Lost after, nobody knows. So the last answer,
    which says that the message was taken, is waited for longer than any other (RFC 5321, 4.5.3.2.6: servers read the
    message first); and a server that says one byte at a time holds the worker no longer than LONGEST.
    """

    had_begun = False

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        backend, make = self, super().connection_class

        class Watched(make):  # type: ignore[misc,valid-type]  # a base chosen as it runs: with TLS or without
            end: threading.Timer | None = None

            def connect(self, *where: Any, **more: Any) -> Any:
                self.end = threading.Timer(LONGEST, self.hang_up)
                self.end.daemon = True
                self.end.start()
                return super().connect(*where, **more)

            def hang_up(self) -> None:
                """Whoever reads from the server then meets its end."""
                with suppress(OSError, AttributeError):
                    self.sock.shutdown(socket.SHUT_RDWR)

            def data(self, message: Any) -> Any:
                backend.had_begun = True
                self.sock.settimeout(settings.EMAIL_ANSWER_TIMEOUT)
                try:
                    return super().data(message)
                finally:
                    if self.sock:
                        self.sock.settimeout(backend.timeout)

            def close(self) -> None:
                if self.end:
                    self.end.cancel()
                super().close()

        return Watched

    def _send(self, email_message: EmailMessage) -> bool:
        self.had_begun = False
        return bool(super()._send(email_message))  # type: ignore[misc]  # Django's own, which the stubs leave out


def deliver(mail: EmailMessage, *, since: datetime) -> None:
    """Hand one message over. `since`: when it was written. Raises Away, Later or Refused."""
    connection = get_connection()
    try:
        try:
            connection.open()
        except (OSError, smtplib.SMTPException) as error:
            raise Away(Machine.MAIL, _said(error, ())) from error
        mail.connection = connection
        try:
            mail.send()
        except (OSError, smtplib.SMTPException) as error:
            had_begun = getattr(connection, "had_begun", False)
            raise meaning(error, had_begun=had_begun, since=since, to=mail.to) from error
    finally:
        close(connection)


def why_away() -> str:
    """Why the mail server cannot be used now, in one line; empty when it greets us, or where mail is files."""
    connection = get_connection()
    try:
        connection.open()
        server = getattr(connection, "connection", None)
        if server is not None:
            code, words = server.noop()
            if not 200 <= code < 300:
                raise smtplib.SMTPResponseException(code, words)
    except (OSError, smtplib.SMTPException) as error:
        return _said(error, ())
    finally:
        close(connection)
    return ""


def close(connection: BaseEmailBackend) -> None:
    """Take leave. What the server says to that changes nothing of what it took."""
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        return


def meaning(error: Exception, *, had_begun: bool, since: datetime, to: Sequence[str] = ()) -> Exception:
    """What a refusal means: Away, Later, or Refused when the message is at fault.

    `had_begun`: the server was already taking the message. `since`: when the message was written. `to`: whom it was
    for, which the reason does not tell.
    """
    said = _said(error, to)
    match error:
        case smtplib.SMTPRecipientsRefused():
            codes = [code for code, _words in error.recipients.values()]
        case smtplib.SMTPNotSupportedError():  # an address that this server cannot write
            return Refused(said)
        case smtplib.SMTPHeloError():
            return Away(Machine.MAIL, said)
        case smtplib.SMTPSenderRefused() if not _is_of_its_size(error):
            return Away(Machine.MAIL, said)  # it refuses our own address, or everybody's
        case smtplib.SMTPResponseException():
            codes = [error.smtp_code]
        case _:
            if had_begun and clock.now() - since > UNCERTAIN:
                return Refused(said)  # each new try may reach its reader once more
            return Away(Machine.MAIL, said, uncertain=had_begun)
    if SERVICE_CLOSING in codes:
        return Away(Machine.MAIL, said)
    waited = clock.now() - since
    if all(400 <= code < 500 for code in codes) and waited < PATIENT:
        return Later(said, after=min(max(waited / 2, SOONEST), LATEST))
    return Refused(said)


def _is_of_its_size(error: smtplib.SMTPResponseException) -> bool:
    """Whether the server says that this one message is too large."""
    return error.smtp_code in TOO_LARGE or bool(TOO_LARGE_IN_WORDS.search(_words(error.smtp_error)))


def _words(given: bytes | str) -> str:
    return given.decode(errors="replace") if isinstance(given, bytes) else str(given)


def _said(error: Exception, to: Sequence[str]) -> str:
    """The refusal in one line: the server's code and its own words where it spoke, else what the connection met.

    Nobody is named: an outage is read by administrators of whom some may not know who was written to.
    """
    match error:
        case smtplib.SMTPRecipientsRefused():
            answers: list[tuple[int, bytes | str]] = list(error.recipients.values())
        case smtplib.SMTPResponseException():
            answers = [(error.smtp_code, error.smtp_error)]
        case _:
            return _unnamed(reason_of(error), to)
    said = (f"{code} {_unnamed(_words(words), to)}" for code, words in answers)
    return " ".join("; ".join(said).split())


def _unnamed(words: str, to: Sequence[str]) -> str:
    """`words` with the person's part of every address as "…", and that of `to` also where it stands alone."""
    words = ADDRESS.sub(r"…@\1", words[:2000])
    for local in {address.rpartition("@")[0] for address in to} - {""}:
        words = re.sub(rf"(?<![\w.+-]){re.escape(local)}(?![\w+-]|\.\w)", "…", words, flags=re.IGNORECASE)
    return words


class FolderBackend(BaseEmailBackend):
    """Writes each message into settings.EMAIL_FILE_PATH, named by its instant and its Message-ID."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for mail in email_messages:
            message = cast("SafeMIMEText", mail.message())  # text or multipart: both write themselves with `linesep`
            name = hashlib.sha256(str(message["Message-ID"]).encode()).hexdigest()[:12]
            path = folder / f"{clock.now():%Y%m%dT%H%M%S%f}-{name}.eml"
            unfinished = path.with_suffix(".part")
            unfinished.write_bytes(message.as_bytes(linesep="\r\n"))
            unfinished.rename(path)
        return len(email_messages)
