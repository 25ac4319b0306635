"""What the worker sweeps in this room."""

from celery import shared_task

from applications.services.changes import chase_requests as chase
from audit.rules import CLOCK


@shared_task
def chase_requests():
    """Remind applicants of changes due soon, and tell officers of those that are late. How many were told."""
    return chase(by=CLOCK)
