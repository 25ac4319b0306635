"""What the worker sweeps in this app."""

from datetime import timedelta

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from applications.services.changes import chase_requests as chase
from audit.actors import CLOCK
from work.sweeps import sweep


@shared_task
@sweep(every=timedelta(hours=1), label=_("Send reminders of changes due soon, and report late ones"))
def chase_requests() -> int:
    """Remind applicants of changes due soon, and tell officers of those that are late. How many were told."""
    return chase(by=CLOCK)
