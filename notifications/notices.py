"""A message in its reader's words: subject, plain text, and the same in simple HTML."""

import hashlib
import mimetypes
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias, TypeVar, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives
from django.template import Context, engines
from django.template.backends.django import DjangoTemplates
from django.template.loader import get_template
from django.utils import translation

from moves.interests import acts_for, is_barred
from moves.states import Party
from notifications.constants import Concern, Holds, MessageKind, Side
from notifications.messages import KINDS, Content, OfUse
from notifications.models import Message
from work import clock, storage
from work.outages import TooLate
from work.schema import Json
from work.texts import Text, one_line

if TYPE_CHECKING:
    from accounts.models import User

Told = TypeVar("Told", bound=Content)
Value: TypeAlias = str | int | datetime | date | Decimal | Text
READ: dict[str, Callable[[str], Value]] = {
    "instant": datetime.fromisoformat,
    "day": date.fromisoformat,
    "money": Decimal,
}


def packed(content: Content) -> dict[str, Json]:
    """What a message says as its row keeps it: each value in JSON that remembers its type.

    TypeError for a value that cannot be written in a reader's language.
    """
    return {field.name: _packed(getattr(content, field.name)) for field in fields(content)}


def content_of(message: Message) -> Content:
    """What `packed` kept. A name that the kind says no more is left out; TypeError for a row that lacks one."""
    content = KINDS[MessageKind(message.kind)]
    said = {field.name for field in fields(content)}
    return content(**{name: _unpacked(value) for name, value in message.context.items() if name in said})


def said_by(message: Message, content: type[Told]) -> Told:
    """The same, of a message that says this. TypeError for another."""
    found = content_of(message)
    if not isinstance(found, content):
        raise TypeError(f"a message of kind {message.kind} says no {content.__name__}")
    return found


def in_language(content: Content, language: str) -> dict[str, Value]:
    """The names that a subject and a body read. A `Text` is read in `language`; in the other when it is empty there."""
    values = {field.name: getattr(content, field.name) for field in fields(content)}
    return {
        name: value.in_language(language) or value.fr or value.en if isinstance(value, Text) else value
        for name, value in values.items()
    }


def _packed(value: object) -> Json:
    match value:
        case datetime():
            return {"instant": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case Decimal():
            return {"money": str(value)}
        case Text():
            return value.as_dict()
        case str() | int() | None:
            return value
    raise TypeError(f"a message cannot say {value!r}")


def _unpacked(value: Json) -> object:
    match value:
        case {"fr": str(french), "en": str(english)}:
            return Text(french, english)
        case Mapping():
            ((kind, written),) = value.items()
            return READ[kind](str(written))
    return value


def write(message: Message) -> EmailMultiAlternatives:
    """The e-mail of a message, in its language. ValueError when its attachment is not the file it was queued with,
    Away when the storage that holds it is away."""
    with translation.override(message.language):
        said = in_language(content_of(message), message.language)
        subject = re.sub(r"[\t ]+", " ", one_line(str(message.words.subject) % said)).strip()
        words = {
            "subject": subject,
            "language": f"{message.language}-CA",
            "name": message.recipient.get_full_name() if message.recipient else "",
            "paragraphs": _paragraphs(message.kind, said),
            "button": message.words.button,
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
    match content_of(message):
        case OfUse(until=until) if until <= clock.now():
            raise TooLate(f"It was of use until {until.astimezone(UTC):%Y-%m-%d %H:%M} UTC.")


def must_have_a_reader(message: Message) -> None:
    """TooLate when the account that it was queued for has been closed since."""
    if message.recipient is not None and not message.recipient.is_active:
        raise TooLate("The account of its reader is closed.")


def must_be_open_to_its_reader(message: Message) -> None:
    """TooLate when the file that it is about has been closed to its reader since it was queued, unless it tells them of
    their own file. Who left the applicant has it no longer."""
    reader, file = message.recipient, message.application_id
    if reader is None or file is None or message.words.despite_conflict or not is_barred(file, reader):
        return
    if message.words.to.side is not Side.APPLICANT or not acts_for(file, reader, Party.APPLICANT):
        raise TooLate("The file that it is about is closed to its reader.")


IN_OFFICE: "dict[Concern, Callable[[int, User], bool]]" = {}
"""Of each concern by an office, whether a person still holds it on a file (its key)."""


def ask_again(concerns: Iterable[Concern], holds_it: "Callable[[int, User], bool]") -> None:
    """The app that knows an office says how it is asked as a message leaves. ImproperlyConfigured when another did."""
    for concern in concerns:
        if IN_OFFICE.setdefault(concern, holds_it) is not holds_it:
            raise ImproperlyConfigured(f"two apps say who holds the office of {concern.name}")


def must_concern_its_reader(message: Message) -> None:
    """TooLate when the office by which it concerned its reader has ended since it was queued."""
    reader, file, concern = message.recipient, message.application_id, message.words.to
    if reader is None or file is None or concern.side is not Side.OFFICE:
        return
    if not IN_OFFICE[concern](file, reader):
        raise TooLate("Its reader no longer holds the office by which it concerned them.")


HOLDING: dict[Holds, Callable[[Message], bool]] = {}
"""Of each thing that a message may ask or promise, whether it still holds of one."""


def tell_whether(holds: Holds, holds_still: Callable[[Message], bool]) -> None:
    """The app that owns a fact says how it is asked as a message that stands on it leaves. ImproperlyConfigured when
    another did."""
    if HOLDING.setdefault(holds, holds_still) is not holds_still:
        raise ImproperlyConfigured(f"two apps say whether this holds: {holds.value}")


def must_still_hold(message: Message) -> None:
    """TooLate when what it asks or promises is over: answered, put off, taken back, or done by somebody else."""
    holds = message.words.holds
    if holds is not Holds.ALWAYS and not HOLDING[holds](message):
        raise TooLate(f"It is over. It leaves as long as this holds: {holds.value}")


def _paragraphs(kind: str, said: dict[str, Value]) -> list[str]:
    """The body of the kind, paragraph by paragraph: a blank line parts them."""
    body = _plain(f"notifications/{kind}.txt", said)
    return [text for block in body.split("\n\n") if (text := block.strip())]


def _plain(name: str, context: Mapping[str, object]) -> str:
    """A template of plain text: nothing in it is escaped."""
    engine = cast("DjangoTemplates", engines["django"]).engine
    return engine.get_template(name).render(Context(context, autoescape=False))


def _attachment(message: Message) -> bytes:
    content = storage.read(message.attachment_path)
    if hashlib.sha256(content).hexdigest() != message.attachment_sha256:
        raise ValueError(f"{message.attachment_path} is not the file that was queued")
    return content
