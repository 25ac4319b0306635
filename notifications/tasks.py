"""The worker's side of the outbox."""

import logging

from celery import shared_task

from notifications import services
from notifications.models import Message
from work.services import drain

log = logging.getLogger(__name__)


@shared_task
def send_messages() -> int:
    """Send what waits. Gives how many were sent. A message that fails is tried three times, then stops and says why."""
    drained = drain(Message.objects.all(), services.send)
    if drained.failed or drained.stopped:
        log.error("Messages that failed: %d will be tried again, %d stopped", drained.failed, drained.stopped)
    return drained.done


def nudge(**_signal: object) -> None:
    """Ask the worker to send now. When the broker is down, only say so: the sweep will find the messages."""
    try:
        send_messages.apply_async(retry=False, ignore_result=True)
    except Exception as problem:
        log.warning("The worker could not be told of new messages (%s); the sweep will send them", problem)
