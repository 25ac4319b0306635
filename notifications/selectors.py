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


def told(message: Message) -> GivenUp:
    """A message that could not be sent: its subject, in quotes, without what it says of anybody, and the address it was
    for: whoever reads this must not take it for a message to themselves.

    A message about no file may be another cluster's: of its address only the domain is told.
    """
    known = defaultdict(lambda: "…", {k: v for k, v in message.context.items() if k == "reference"})
    domain = message.address.rpartition("@")[2]
    address = message.address if message.application_id else f"…@{domain}"
    return GivenUp(
        pk=message.pk,
        what=_("E-mail: “%(subject)s”") % {"subject": str(message.words.subject) % known},
        about=_("for %(address)s") % {"address": address},
        since=message.created_at,
        reason=re.sub(re.escape(message.address), address, message.last_error, flags=re.IGNORECASE),
    )
