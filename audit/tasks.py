"""The trail's housekeeping."""

from datetime import timedelta

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from audit import services
from work.sweeps import sweep


@shared_task
@sweep(every=timedelta(days=1), label=_("Make room for the next months of readings"))
def make_reading_partitions() -> list[str]:
    """Make the monthly partitions of the readings for the months ahead. Gives the names of the new ones."""
    return services.make_reading_partitions()
