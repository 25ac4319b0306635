"""The worker's side of long work: drain the `Job` rows, a turn each."""

import logging
from datetime import timedelta

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from work import jobs, outages, storage
from work.outages import Away
from work.states import Machine
from work.sweeps import sweep

log = logging.getLogger(__name__)


def _give_up_dead() -> None:
    if dead := jobs.give_up_dead():
        log.error("Jobs whose worker died three times in a row: %d", dead)


@shared_task
@sweep(every=timedelta(seconds=15), label=_("Continue the jobs that are waiting"))
def run_jobs() -> int:
    """Let the jobs that wait take turns for some seconds, and ask again when some are left. Gives how many turns.

    Each run first fails the jobs whose workers died, and removes the files whose time is over. Nothing that goes wrong
    there keeps the jobs from running.
    """
    for clean_up in (_give_up_dead, jobs.remove_results):
        try:
            clean_up()
        except Away as away:
            log.warning("Results of jobs could not be removed (%s); the sweep will remove them", away)
        except Exception:
            log.exception("The clean-up before the jobs went wrong")
    return jobs.run_waiting()


@shared_task
@sweep(every=timedelta(seconds=30), label=_("Check whether what was unavailable is back"))
def ask_after_machines() -> int:
    """Ask each machine that is away whether it is back. Gives how many are."""
    return outages.ask_after_machines()


outages.asks_after(Machine.STORAGE, storage.why_away)
jobs.jobs_wait.calls(lambda: run_jobs.apply_async(retry=False, ignore_result=True))
