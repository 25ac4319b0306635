"""What the worker sweeps in this app."""

from datetime import timedelta

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from decisions.services import messages
from work.sweeps import sweep


@shared_task
@sweep(every=timedelta(hours=1), label=_("Find the files that nobody can take further"))
def tell_stuck() -> int:
    """Tell the officers of the files whose step there is nobody to take any more. Gives how many there are."""
    return messages.tell_stuck()
