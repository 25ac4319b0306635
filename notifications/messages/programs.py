"""What is said of a call to those who prepare an application to it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from notifications.constants import Concern, Holds, MessageKind
from notifications.messages.content import Content, Wording
from work.texts import Text


@dataclass(frozen=True, kw_only=True)
class CallExtended(Content):
    words = Wording(MessageKind.CALL_EXTENDED, Concern.HOLDERS, Holds.CLOSING, _("%(call)s: new closing"))
    call: Text
    closes_at: datetime
    has_draft: bool = True  # those that wait from before were for whoever had one
    is_sooner: bool = False  # than this applicant was told before


@dataclass(frozen=True, kw_only=True)
class CallCancelled(Content):
    words = Wording(MessageKind.CALL_CANCELLED, Concern.APPLICANT, Holds.ALWAYS, _("The call “%(call)s” is cancelled"))
    call: Text
    reason: str
