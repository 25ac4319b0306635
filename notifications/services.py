"""The outbox: a message is a row first, written with the change it tells of, and mail only later."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import QuerySet

from audit.services import record
from notifications import mail, notices
from notifications.constants import KINDS, MessageKind
from notifications.models import Message
from work import clock
from work import services as work
from work.nudges import Nudge

if TYPE_CHECKING:
    from accounts.models import User

messages_wait = Nudge("messages")


def queue_message(
    kind: MessageKind,
    *,
    to: "User | str",
    language: str | None = None,
    context: Mapping[str, object],
    url_name: str = "",
    url_args: Sequence[object] = (),
    application_id: int | None = None,
    key: str,
    attachment: tuple[str, str, str] | None = None,
) -> Message:
    """Queue a message of the catalogue, in this transaction, and return its row. Tasks send it.

    `to` is a user, or an e-mail address; `language` is "fr" or "en", by default the user's own (French for an
    address). `context` gives what the kind needs (ValueError for what is missing); dates, instants and amounts go
    in as they are and are written in the reader's language; a text in both is `{"fr": …, "en": …}`. `key` names
    the occasion: the same key again changes nothing and returns the first row. `attachment` is (path in the
    storage, name of the file, SHA-256 of its content).
    """
    if missing := [name for name in KINDS[kind].needs if name not in context]:
        raise ValueError(f"a message of kind {kind} needs {', '.join(missing)}")
    user, address = (None, to) if isinstance(to, str) else (to, to.email)
    path, name, sha256 = attachment or ("", "", "")
    message, _created = Message.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "recipient": user,
            "address": address,
            "language": language or getattr(user, "language", "") or "fr",
            "context": notices.packed_context(context),
            "url_name": url_name,
            "url_args": [str(a) for a in url_args],
            "application_id": application_id,
            "attachment_path": path,
            "attachment_name": name,
            "attachment_sha256": sha256,
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
    if not KINDS[kind].followed or _TAKERS.setdefault(kind, to) is not to:
        raise ImproperlyConfigured(f"messages of kind {kind} are followed by nothing, or by something else")


def check_takers() -> None:
    """Called once every app above is ready: ImproperlyConfigured when nobody takes the messages of a followed kind."""
    if lacking := [kind.value for kind, words in KINDS.items() if words.followed and kind not in _TAKERS]:
        raise ImproperlyConfigured(f"no app goes on after the messages of kind {', '.join(lacking)}")


def send(message: Message) -> None:
    """Hand one message to the mail server; repeating it repeats the Message-ID.

    A message to a user leaves for the address that they have today, and the row keeps it. Raises Away when the server
    or the storage of its attachment is away, Later when the server puts it off, TooLate when the message is of no use
    any more, else what is wrong with it.
    """
    if message.sent_at is None:
        notices.must_be_of_use(message)
        _address_anew(message)
        mail.deliver(notices.write(message), since=message.created_at)
        message.sent_at = clock.now()
        if message.known.secret:
            message.url_args = []
        work.insist(lambda: message.save(update_fields=["sent_at", "url_args"]))
    with transaction.atomic():
        if take := _TAKERS.get(MessageKind(message.kind)):
            take(message)


def _address_anew(message: Message) -> None:
    """A user's address may have been put right since the message was queued; a bare address is what was meant."""
    if message.recipient is None or message.known.of_address:
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
