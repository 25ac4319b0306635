"""A file that stays incomplete long after its cohort closed waits for the next one."""

from datetime import datetime

from django.db import transaction

from applications.models import Application
from applications.pages import APPLICATION_CHANGES
from applications.selectors.deadlines import next_cohort_of
from applications.selectors.people import people_of
from applications.services.clocks import keep_clock
from applications.states import ApplicationState
from audit import services as trail
from audit.actors import Actor
from notifications import messages
from notifications.services import queue_message
from work import clock


def move_incomplete_files(*, by: Actor) -> int:
    """Moves to the next cohort the files whose changes are still awaited so many days after their own closed, where the
    rules say so (`service.decide.incomplete_moves_after`). How many moved."""
    waiting = Application.objects.filter(state=ApplicationState.CHANGES_REQUESTED, cohort_closes_at__lt=clock.now())
    rows = waiting.select_related("call__rules").defer("search")
    now = clock.now()
    # Looked at without a lock first: most stay, and those that do must not keep the later ones from their turn.
    late = [file.pk for file in rows.iterator(chunk_size=500) if next_cohort_of(file, now)]
    return sum(_move(key, by=by) for key in late)


@transaction.atomic
def _move(key: int, *, by: Actor) -> bool:
    file = Application.objects.select_for_update(of=("self",), no_key=True).select_related("call__rules").get(pk=key)
    closing = next_cohort_of(file, clock.now()) if file.state == ApplicationState.CHANGES_REQUESTED else None
    if closing is None:
        return False
    before, file.cohort_closes_at = file.cohort_closes_at, closing
    file.save(update_fields=["cohort_closes_at"])
    keep_clock(file)
    given = {"from": before.isoformat() if before else None, "to": closing.isoformat()}
    trail.record(file, "application.next_cohort", by=by, given=given)
    _tell(file, before)
    return True


def _tell(file: Application, closed: datetime | None) -> None:
    """Its applicant is told, who knows that changes are asked and when cohorts close. A file that waits on the list
    competes again by the rules, and nothing of it is told: its letter said that it waits."""
    assert closed is not None  # only a file of a cohort moves to the next
    assert file.cohort_closes_at is not None
    for person in people_of(file):
        queue_message(
            messages.NextCohort(
                reference=file.number,
                title=file.title,
                closed=clock.day_of(closed),
                closing=clock.day_of(file.cohort_closes_at),
            ),
            to=person,
            link=APPLICATION_CHANGES(file.public_id),
            application_id=file.pk,
            key=f"next_cohort:{file.public_id}:{file.cohort_closes_at:%Y%m%d}:{person.pk}",
        )
