"""Long work: one typed thing with its progress, that can be paused, resumed and cancelled, and says what failed.

`kinds` is what an app writes to have a kind of job of its own; `acts` is what people do to a job; `runs` is what the
worker does. docs/jobs.md says how to add a kind.
"""

from work.jobs.acts import (
    NotNow,
    NotYours,
    act_on_job,
    acts_for,
    jobs_wait,
    shown_also_to,
    start_job,
    visible_to,
    when_acted,
)
from work.jobs.kinds import (
    JOB_PAGE,
    Beginning,
    Ending,
    Failure,
    JobHandler,
    Kept,
    Refused,
    Step,
    check_handlers,
    handler_of,
    handles,
    keys_of,
)
from work.jobs.results import ResultGone, open_result, remove_results
from work.jobs.runs import give_up_dead, run_waiting

__all__ = [
    "JOB_PAGE",
    "Beginning",
    "Ending",
    "Failure",
    "JobHandler",
    "Kept",
    "NotNow",
    "NotYours",
    "Refused",
    "ResultGone",
    "Step",
    "act_on_job",
    "acts_for",
    "check_handlers",
    "give_up_dead",
    "handler_of",
    "handles",
    "jobs_wait",
    "keys_of",
    "open_result",
    "remove_results",
    "run_waiting",
    "shown_also_to",
    "start_job",
    "visible_to",
    "when_acted",
]
