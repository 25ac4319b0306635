"""The worker's side of letters: what the clock decides of them."""

import logging
from datetime import timedelta

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from decisions.services import letters
from work.sweeps import sweep

log = logging.getLogger(__name__)


@shared_task
@sweep(every=timedelta(hours=1), label=_("Presume letters received"))
def presume_served() -> int:
    """Presume received the letters that nobody read five business days after sending. Gives how many were."""
    done = 0
    for letter in letters.due_to_presume().iterator(chunk_size=200):
        try:
            done += letters.presume_served(letter).state != letter.state
        except Exception:
            log.exception("Letter %s could not be presumed received", letter.public_id)
    return done


@shared_task
@sweep(every=timedelta(minutes=1), label=_("Find the letters that failed"))
def fail_letters() -> int:
    """Mark failed the letters whose PDF, or whose messages, were given up; their officers are told. Gives how many."""
    done = 0
    for letter, why in letters.given_up():
        try:
            letters.fail_letter(letter, why)
            done += 1
        except Exception:
            log.exception("Letter %s could not be marked as failed", letter.public_id)
    return done
