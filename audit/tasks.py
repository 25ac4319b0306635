"""The trail's housekeeping."""

from celery import shared_task

from audit import services


@shared_task
def make_reading_partitions() -> list[str]:
    """Make the monthly partitions of the readings for the months ahead. Gives the names of the new ones."""
    return services.make_reading_partitions()
