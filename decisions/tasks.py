"""The worker's side of letters: what the clock decides of them."""

import logging

from celery import shared_task

from decisions.services import letters

log = logging.getLogger(__name__)


@shared_task
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
