"""What the app below does that the trail keeps: what people do to long work, and how it ends."""

from audit.actors import CLOCK, Actor
from audit.services import record
from work.jobs import when_acted
from work.models import Job
from work.states import JobAct


@when_acted
def record_act(job: Job, act: JobAct, by: Actor | None) -> None:
    """An entry in the chain of the job; its start with what was asked, its end with what came of it."""
    given: dict[str, object] = {"kind": job.kind}
    match act:
        case JobAct.START:
            given |= {"asked": job.asked}
        case JobAct.FINISH | JobAct.FAIL:
            given |= {"done": job.done, "failed": job.failed, "sha256": job.result_sha256}
    record(job, f"job.{act.value}", by=by or CLOCK, after=job.state, given=given)
