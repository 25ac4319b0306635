"""A message in its reader's words: subject, plain text, and the same in simple HTML."""

import hashlib
import mimetypes
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import cast
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, engines
from django.template.backends.django import DjangoTemplates
from django.template.loader import get_template
from django.utils import translation

from notifications.models import Message
from work import clock, storage
from work.outages import TooLate
from work.schema import Json
from work.texts import one_line

TYPED: dict[str, Callable[[str], object]] = {
    "instant": datetime.fromisoformat,
    "day": date.fromisoformat,
    "money": Decimal,
}
PLAIN = "$plain"
"""Marks a dictionary that means itself, where its one key would have it taken for a packed value, or for this mark."""


def packed_context(context: Mapping[str, object]) -> dict[str, Json]:
    """The names of a message's context with their values `packed`."""
    return {name: packed(value) for name, value in context.items()}


def unpacked_context(context: Mapping[str, Json], language: str) -> dict[str, object]:
    """What `packed_context` packed: its names are names, whatever they are."""
    return {name: unpacked(value, language) for name, value in context.items()}


def packed(value: object) -> Json:
    """A value of a context in JSON that remembers its type: instants, days and amounts are written at sending."""
    if isinstance(value, datetime):
        return {"instant": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, Decimal):
        return {"money": str(value)}
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, dict):
        inner = {k: packed(v) for k, v in value.items()}
        return {PLAIN: inner} if len(inner) == 1 and set(inner) <= {PLAIN, *TYPED} else inner
    if isinstance(value, list | tuple):
        return [packed(v) for v in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    return str(value)  # a lazy text: said in the language that is on now


def unpacked(value: Json, language: str) -> object:
    """What `packed` packed. A pair {"fr": …, "en": …} becomes its text in `language`."""
    if isinstance(value, dict):
        if set(value) == {"fr", "en"}:
            return value[language] or value["fr"] or value["en"]
        if len(value) == 1 and (kind := next(iter(value))) in TYPED:
            return TYPED[kind](value[kind])
        inner = value[PLAIN] if set(value) == {PLAIN} else value
        return {k: unpacked(v, language) for k, v in inner.items()}
    if isinstance(value, list):
        return [unpacked(v, language) for v in value]
    return value


def context_of(message: Message) -> dict[str, object]:
    """What the message says, each value of its own type and in its reader's language."""
    return unpacked_context(message.context, message.language)


def write(message: Message) -> EmailMultiAlternatives:
    """The e-mail of a message, in its language. ValueError when its attachment is not the file it was queued with,
    Away when the storage that holds it is away."""
    with translation.override(message.language):
        context = context_of(message)
        subject = re.sub(r"[\t ]+", " ", one_line(str(message.known.subject) % context)).strip()
        words = {
            "subject": subject,
            "language": f"{message.language}-CA",
            "name": message.recipient.get_full_name() if message.recipient else "",
            "paragraphs": _paragraphs(message.kind, context),
            "button": message.known.button if message.url_name else "",
            "url": message.url,
            "site": settings.BASE_URL,
        }
        text = _plain("notifications/message.txt", words)
        html = get_template("notifications/message.html").render(words)
    mail = EmailMultiAlternatives(
        subject=subject,
        body=text.strip() + "\n",
        to=[message.address],
        headers={"Message-ID": message.message_id, "Content-Language": f"{message.language}-CA"},
    )
    mail.attach_alternative(html, "text/html")
    if message.attachment_path:
        mail.attach(message.attachment_name, _attachment(message), mimetypes.guess_type(message.attachment_name)[0])
    return mail


def must_be_of_use(message: Message) -> None:
    """TooLate when the message invites to what its reader can do no more (a link whose time is over)."""
    until = context_of(message).get(message.known.until)
    if isinstance(until, datetime) and until <= clock.now():
        raise TooLate(f"It was of use until {until.astimezone(UTC):%Y-%m-%d %H:%M} UTC.")


def _paragraphs(kind: str, context: dict[str, object]) -> list[str]:
    """The body of the kind, paragraph by paragraph: a blank line parts them."""
    body = _plain(f"notifications/{kind}.txt", context)
    return [text for block in body.split("\n\n") if (text := block.strip())]


def _plain(name: str, context: dict[str, object]) -> str:
    """A template of plain text: nothing in it is escaped."""
    engine = cast("DjangoTemplates", engines["django"]).engine
    return engine.get_template(name).render(Context(context, autoescape=False))


def _attachment(message: Message) -> bytes:
    content = storage.read(message.attachment_path)
    if hashlib.sha256(content).hexdigest() != message.attachment_sha256:
        raise ValueError(f"{message.attachment_path} is not the file that was queued")
    return content
