"""What an administrator does with work that was given up: setting it aside, trying jobs again."""

from contextlib import suppress

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from applications.models import Application
from audit.services import record
from work import clock, jobs
from work.models import Job
from work.querysets import stopped
from work.selectors import WorkTable
from work.states import JobAct


@transaction.atomic
def set_work_aside(table: WorkTable, rows: QuerySet, pk: int, *, why: str, by: User) -> bool:
    """Set aside the row `pk` of `rows` (those of `table` that `by` looks after): it will never be done, and `why`.

    False, and nothing changes, when it is not given up (any more): somebody else, or a first click, came first.
    """
    row = stopped(rows).select_related(None).select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None:
        return False
    row.set_aside_at, row.set_aside_by, row.set_aside_why = clock.now(), by, why
    row.save(update_fields=["set_aside_at", "set_aside_by", "set_aside_why"])
    about = getattr(row, "application_id", None)
    file = Application.objects.filter(pk=about).first() if about is not None else None
    given = {"table": table.key.value, "item": row.pk, "reference": file.reference if file else ""}
    record(by, "person.set_aside_work", by=by, given=given, note=why)
    return True


def retry_jobs(rows: QuerySet[Job], *, by: User) -> int:
    """Let those of these jobs that failed go on. Gives how many; each is in the trail as its owner's own act would be.

    A job whose question is asked again by another that is under way stays as it is.
    """
    found = 0
    for job in list(stopped(rows)):
        with suppress(jobs.NotNow, jobs.NotYours):
            jobs.act_on_job(job, JobAct.RETRY, by=by)
            found += 1
    return found
