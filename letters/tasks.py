"""The worker's side of letters: what the clock decides of them."""

import logging
from datetime import timedelta

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from letters import selectors, services
from work.sweeps import sweep

log = logging.getLogger(__name__)


@shared_task
@sweep(every=timedelta(hours=1), label=_("Presume letters received"))
def presume_served() -> int:
    """Presume received the letters that nobody read five business days after sending. Gives how many were."""
    done = 0
    for letter in selectors.due_to_presume().iterator(chunk_size=200):
        try:
            done += services.presume_served(letter).state != letter.state
        except Exception:
            log.exception("Letter %s could not be presumed received", letter.public_id)
    return done


@shared_task
@sweep(every=timedelta(minutes=1), label=_("Find the letters that failed"))
def advance_letters() -> int:
    """Fail the letters whose PDF, or whose every message, was given up: giving up calls nobody. Gives how many moved.

    Those whose document or message was done while nobody listened go on.
    """
    done = 0
    for letter in selectors.due_to_advance().iterator(chunk_size=200):
        try:
            done += services.advance(letter).state != letter.state
        except Exception:
            log.exception("Letter %s could not go on", letter.public_id)
    return done
