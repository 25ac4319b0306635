"""The outbox as an administrator reads it: what waits, and what could not be sent."""

import re
from collections import defaultdict

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from notifications.models import Message
from work.selectors import GivenUp


def messages_about(applications: QuerySet) -> QuerySet[Message]:
    """The messages about files of `applications` (their keys), and those that are about no file at all."""
    return Message.objects.filter(Q(application_id__in=applications) | Q(application_id=None))


def _what(message: Message) -> str:
    if message.application_id is None:
        subject = str(message.words.subject) % defaultdict(lambda: "…")
        return _("E-mail: “%(subject)s”") % {"subject": subject}
    return _("E-mail about a file")


def told(message: Message) -> GivenUp:
    """A message that could not be sent, and the address it was for: whoever reads this must not take it for one to
    themselves.

    One about a file is told by its address alone, which is what is put right: its subject would tell a step of the
    file, or that it has a letter; and so would the file's number, beside the address of who takes that step. One about
    none, by its subject, in quotes, without what it says of anybody; it may be another cluster's, so that of its
    address only the domain is told.
    """
    domain = message.address.rpartition("@")[2]
    address = message.address if message.application_id else f"…@{domain}"
    return GivenUp(
        pk=message.pk,
        what=_what(message),
        about=_("for %(address)s") % {"address": address},
        since=message.created_at,
        reason=re.sub(re.escape(message.address), address, message.last_error, flags=re.IGNORECASE),
    )
