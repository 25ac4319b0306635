"""The worker's side of the outbox."""

import logging
from datetime import timedelta

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from notifications import mail, services
from notifications.models import Message
from work.outages import asks_after
from work.querysets import unfinished
from work.services import drain
from work.states import Machine
from work.sweeps import sweep

log = logging.getLogger(__name__)


@shared_task
@sweep(every=timedelta(seconds=30), label=_("Send the messages that wait"))
def send_messages() -> int:
    """Send what waits. Gives how many were sent. A message at fault is tried three times, then stops and says why.

    A mail server that is away, or that puts a message off, costs no attempt.
    """
    drained = drain(Message.objects.all(), services.send, needs=[Machine.MAIL])
    if drained.away:
        log.error("The mail server is away: messages wait for it")
    if drained.failed or drained.stopped:
        log.error("Messages that failed: %d will be tried again, %d stopped", drained.failed, drained.stopped)
    if drained.is_full:
        services.messages_wait.now()
    return drained.done


def why_mail_is_away() -> str | None:
    """What the mail server says; None while messages wait, since sending them asks it more than a greeting does."""
    return None if unfinished(Message.objects.all()).exists() else mail.why_away()


asks_after(Machine.MAIL, why_mail_is_away)
services.messages_wait.calls(lambda: send_messages.apply_async(retry=False, ignore_result=True))
