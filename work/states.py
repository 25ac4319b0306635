"""What every life is declared with, and the words that the ground's columns may hold."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Tag(StrEnum):
    """The colours that a state's word is shown in (`templates/components/tag.html`)."""

    QUIET = ""
    GOOD = "good"
    INFO = "info"
    WAIT = "wait"
    BAD = "bad"
    OTHER = "other"


class States(TextChoices):
    """The states of one life. Each is declared once, `NAME = value, row, word`: its row says all that follows from it.

    A row is a frozen dataclass without defaults, so the system does not start while one has no answer to a question.
    What asks for several states names the question, beside the rows, and reads its answer there.
    """

    row: object

    def __new__(cls, value: str, row: object = None) -> Self:
        if row is None:  # a default for the type checker alone: `JobState("done")` looks a state up by its value
            raise TypeError(f"The state {value!r} has no row.")
        member = str.__new__(cls, value)
        member._value_ = value
        member.row = row
        return member


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


@dataclass(frozen=True)
class JobRow:
    """What a job's state means. `is_runnable`: a worker takes it. `is_under_way`: it is not over, for it ends by itself
    or waits for the person who paused it."""

    tag: Tag
    is_runnable: bool
    is_under_way: bool


class JobState(States):
    row: JobRow

    QUEUED = "queued", JobRow(Tag.QUIET, is_runnable=True, is_under_way=True), _("waiting for its turn")
    RUNNING = "running", JobRow(Tag.INFO, is_runnable=True, is_under_way=True), _("under way")
    PAUSED = "paused", JobRow(Tag.WAIT, is_runnable=False, is_under_way=True), _("paused")
    DONE = "done", JobRow(Tag.GOOD, is_runnable=False, is_under_way=False), _("done")
    FAILED = "failed", JobRow(Tag.BAD, is_runnable=False, is_under_way=False), _("failed")
    CANCELLED = "cancelled", JobRow(Tag.QUIET, is_runnable=False, is_under_way=False), pgettext_lazy("job", "cancelled")


RUNNABLE = tuple(state for state in JobState if state.row.is_runnable)
UNDER_WAY = tuple(state for state in JobState if state.row.is_under_way)


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


class Hat(TextChoices):
    """What a person is when something waits for them, in the order of a file's life: the lines of a day name it."""

    COMPANY = "company", _("Company")
    OFFICER = "officer", _("Programme officer")
    SCREENER = "screener", _("Screening officer")
    REVIEWER = "reviewer", _("Reviewer")
    CHAIR = "chair", _("Chair")
    ENDORSER = "endorser", _("Endorser")
    APPROVER = "approver", _("Approver")
    RECONSIDERER = "reconsiderer", _("Reconsideration officer")
    PARTNER = "partner", _("Partner")
    ADMINISTRATOR = "administrator", _("Administrator")
