"""What a message is made of: its words, its content, and the parts that several kinds share."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.constants import Concern, Holds, MessageKind
from work.texts import Text

OPEN = _("Open in Passerelle")
NO_ACT = Text()
UNREAD = {"is_read": False}
"""Of a field that no reader reads: by it the app that owns the fact knows of what the message is, as it leaves."""


@dataclass(frozen=True)
class Wording:
    """The words of one kind of message, and what becomes of it.

    `to`: whom it concerns, which its sender asks at that moment. `holds`: as long as what it says holds, which is asked
    as it leaves. `subject` may hold fields of the content as %(name)s; `button` labels the link when the message has
    one.
    `of_address`: it speaks of the very address it was queued for, and leaves for no other that its user may have since.
    `secret`: whoever has the link can act by it, so the outbox forgets it once the message is sent.
    `followed`: an app above goes on once it is sent (`services.hand_over`).
    `despite_conflict`: it tells the reader of the very conflict that closes the file to them, and nothing of the file.
    """

    kind: MessageKind
    to: Concern
    holds: Holds
    subject: str | Promise
    button: str | Promise = OPEN
    secret: bool = False
    of_address: bool = False
    followed: bool = False
    despite_conflict: bool = False


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a message says of the moment: a subclass a kind, each field a name that its subject and its body read.

    Dates, instants and amounts are written, and a `Text` is read, in the reader's language when it is sent. Rows that
    wait are read by the next release: a field that is new to a kind has a default, until none is left without it.
    """

    words: ClassVar[Wording]

    def __init_subclass__(cls) -> None:
        """TypeError for a second content of one kind."""
        words = vars(cls).get("words")  # a class that several kinds share has none
        if words and KINDS.setdefault(words.kind, cls) is not cls:
            raise TypeError(f"{KINDS[words.kind].__name__} and {cls.__name__} are both of kind {words.kind}")


KINDS: dict[MessageKind, type[Content]] = {}


@dataclass(frozen=True, kw_only=True)
class OfFile(Content):
    """About a file: its number, and the title of its project."""

    reference: str
    title: str


@dataclass(frozen=True, kw_only=True)
class OfRequest(OfFile):
    """About changes that are asked until then."""

    until: datetime


@dataclass(frozen=True, kw_only=True)
class OfStay(OfRequest):
    """The same, told to whom they are asked of: until when they may come for the file to stay in its cohort, and when
    the next one closes; None where it is left there, or no longer is."""

    stays_until: datetime | None = None
    next_closing: date | None = None


@dataclass(frozen=True, kw_only=True)
class OfUse(Content):
    """It invites to what can be done before `until`: a message that has not left by then is given up."""

    until: datetime
