"""The outbox: a message is a row first, written with the change it tells of, and mail only later."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import QuerySet

from audit.services import record
from notifications import mail, notices
from notifications.constants import Concern, Holds, MessageKind, Side
from notifications.messages import KINDS, Content
from notifications.models import Message
from work import clock
from work import services as work
from work.nudges import Nudge
from work.pages import Link

if TYPE_CHECKING:
    from accounts.models import User

messages_wait = Nudge("messages")


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a message: where it is in the storage, its name, and the SHA-256 of its content."""

    path: str
    name: str
    sha256: str


NO_FILE = Attachment("", "", "")


def queue_message(
    content: Content,
    *,
    to: "User | str",
    language: str | None = None,
    link: Link | None = None,
    application_id: int | None = None,
    key: str,
    attachment: Attachment = NO_FILE,
) -> Message:
    """Queue a message, in this transaction, and return its row. Tasks send it.

    `to` is a user, or an e-mail address; `language` is "fr" or "en", by default the user's own (French for an
    address). `link`: the page that it leads to. `key` names the occasion: the same key again changes nothing and
    returns the first row. TypeError for one told by an office, without the file (its key) that it is held on: nobody
    could ask again whether it is.
    """
    if content.words.to.side is Side.OFFICE and application_id is None:
        raise TypeError(f"a message of kind {content.words.kind} says of which file it is")
    user, address = (None, to) if isinstance(to, str) else (to, to.email)
    message, _created = Message.objects.get_or_create(
        key=key,
        defaults={
            "kind": content.words.kind,
            "recipient": user,
            "address": address,
            "language": language or getattr(user, "language", "") or "fr",
            "context": notices.packed(content),
            "url_name": link.url_name if link else "",
            "url_args": [str(part) for part in link.args] if link else [],
            "application_id": application_id,
            "attachment_path": attachment.path,
            "attachment_name": attachment.name,
            "attachment_sha256": attachment.sha256,
            "due": clock.now(),
            "created_at": clock.now(),
        },
    )
    messages_wait.after_commit()
    return message


_TAKERS: dict[MessageKind, Callable[[Message], None]] = {}


def hand_over(kind: MessageKind, to: Callable[[Message], None]) -> None:
    """Each message of `kind` is given to `to`, in one transaction, once the mail server took it.

    What `to` raises is tried again with the message's next attempt, without sending it twice: it must bear repeating.
    ImproperlyConfigured when another one takes them already, or when the catalogue says that nothing follows.
    """
    if not KINDS[kind].words.followed or _TAKERS.setdefault(kind, to) is not to:
        raise ImproperlyConfigured(f"messages of kind {kind} are followed by nothing, or by something else")


def check_kinds() -> None:
    """Called once every app above is ready: ImproperlyConfigured when nothing says what a kind of message says, when
    nobody takes the messages of a followed kind, or when nobody knows who still holds an office, or whether what a
    message says still holds."""
    if lacking := [kind.value for kind in MessageKind if kind not in KINDS]:
        raise ImproperlyConfigured(f"nothing says what messages of kind {', '.join(lacking)} say")
    if lacking := [kind.value for kind, content in KINDS.items() if content.words.followed and kind not in _TAKERS]:
        raise ImproperlyConfigured(f"no app goes on after the messages of kind {', '.join(lacking)}")
    if unasked := [one.name for one in Concern if one.side is Side.OFFICE and one not in notices.IN_OFFICE]:
        raise ImproperlyConfigured(f"no app says who still holds the office of {', '.join(unasked)}")
    if unasked := [holds.name for holds in Holds if holds is not Holds.ALWAYS and holds not in notices.HOLDING]:
        raise ImproperlyConfigured(f"no app says whether this still holds of a message: {', '.join(unasked)}")


def send(message: Message) -> None:
    """Hand one message to the mail server; repeating it repeats the Message-ID.

    A message to a user leaves for the address that they have today, and the row keeps it. Raises Away when the server
    or the storage of its attachment is away, Later when the server puts it off, TooLate when the message is of no use
    any more, else what is wrong with it.
    """
    if message.sent_at is None:
        notices.must_be_of_use(message)
        notices.must_have_a_reader(message)
        notices.must_be_open_to_its_reader(message)
        notices.must_concern_its_reader(message)
        notices.must_still_hold(message)
        _address_anew(message)
        mail.deliver(notices.write(message), since=message.created_at)
        message.sent_at = clock.now()
        if message.words.secret:
            message.url_args = []
        work.insist(lambda: message.save(update_fields=["sent_at", "url_args"]))
    with transaction.atomic():
        if take := _TAKERS.get(MessageKind(message.kind)):
            take(message)


def _address_anew(message: Message) -> None:
    """A user's address may have been put right since the message was queued; a bare address is what was meant."""
    if message.recipient is None or message.words.of_address:
        return
    if message.address != message.recipient.email:
        message.address = message.recipient.email
        message.save(update_fields=["address"])


@transaction.atomic
def retry_given_up(messages: QuerySet[Message], *, by: "User") -> int:
    """Let those of `messages` that were given up be sent after all, now. Gives how many."""
    found = work.retry_all(messages)
    if found:
        record(by, "person.retry_messages", by=by, given={"count": found})
        messages_wait.after_commit()
    return found
