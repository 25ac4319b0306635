"""What the worker sweeps in this app."""

from datetime import timedelta

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from applications.services.changes import chase_requests as chase
from applications.services.cohorts import move_incomplete_files as move_incomplete
from audit.actors import CLOCK
from work.sweeps import sweep


@shared_task
@sweep(every=timedelta(hours=1), label=_("Send reminders of changes due soon, and report late ones"))
def chase_requests() -> int:
    """Remind applicants of changes due soon, and tell officers of those that are late. How many were told."""
    return chase(by=CLOCK)


@shared_task
@sweep(every=timedelta(hours=1), label=_("Move files that stay incomplete to the next cohort"))
def move_incomplete_files() -> int:
    """Move files that stay incomplete to the next cohort, where their programme says so. How many moved."""
    return move_incomplete(by=CLOCK)
