"""The worker's side of long work: drain the `Job` rows, a turn each."""

import logging

from celery import shared_task

from work import jobs
from work.jobs.results import StorageAway

log = logging.getLogger(__name__)


@shared_task
def run_jobs() -> int:
    """Let the jobs that wait take turns for some seconds, and ask again when some are left. Gives how many turns.

    Each run first fails the jobs whose workers died, and removes the files whose time is over.
    """
    if dead := jobs.give_up_dead():
        log.error("Jobs whose worker died three times in a row: %d", dead)
    try:
        jobs.remove_results()
    except StorageAway as away:
        log.warning("Results of jobs could not be removed (%s); the sweep will remove them", away)
    return jobs.run_waiting()


def nudge(**_signal: object) -> None:
    """Ask the worker to run now. When the broker is down, only say so: the sweep will find the jobs."""
    try:
        run_jobs.apply_async(retry=False, ignore_result=True)
    except Exception as problem:
        log.warning("The worker could not be told of new jobs (%s); the sweep will run them", problem)
