"""The words that the ground's columns may hold."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Machine(TextChoices):
    """What the product stands on and does not contain. One that is away costs no piece of work an attempt."""

    MAIL = "mail", _("mail server")
    STORAGE = "storage", _("file storage")
    PDF = "pdf", _("document engine")
    BROKER = "broker", _("message broker")
    SCANNER = "scanner", _("malware scanner")
    DATABASE = "database", _("database")  # written once it is back
    CACHE = "cache", _("cache")  # what people meet without it is nothing: only the log tells


class Table(TextChoices):
    """The tables of work that an administrator looks after. Start fails on one that no app hands over
    (`work.selectors.look_after`)."""

    MESSAGES = "messages", _("Messages to send")
    DOCUMENTS = "documents", _("Documents to produce")
    JOBS = "jobs", _("Jobs")


class JobKind(TextChoices):
    """The kinds of long work. Start fails on one without a handler (`work.jobs.handles`)."""

    FILE_LIST = "file_list", _("List of files (CSV)")


class JobState(TextChoices):
    QUEUED = "queued", _("waiting for its turn")
    RUNNING = "running", _("under way")
    PAUSED = "paused", _("paused")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", pgettext_lazy("job", "cancelled")


RUNNABLE = (JobState.QUEUED, JobState.RUNNING)
"""A worker takes such a job."""
UNDER_WAY = (*RUNNABLE, JobState.PAUSED)
"""It is not over: it ends by itself, or waits for a person who paused it."""


class JobPhase(TextChoices):
    """What a job's next piece of work is: count what there is to do, do a part of it, or put its result together."""

    BEGIN = "begin"
    STEP = "step"
    END = "end"


class JobAct(TextChoices):
    """What happens to a job. People pause, resume, cancel and try again (the acts with words)."""

    START = "start"
    PAUSE = "pause", _("Pause")
    RESUME = "resume", _("Resume")
    CANCEL = "cancel", _("Cancel the job")
    RETRY = "retry", _("Try again")
    FINISH = "finish"
    FAIL = "fail"
