"""The list of files as a file of its own (CSV): at once while it is short, else as a job. All of it, in its order.

The list is what it was when it was asked for: which files, and in which order, is frozen then. What a line says of its
file is read when the line is written, some minutes later in a long list. Its reader is asked for their roles again at
each step, and again when the file is handed out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import IO
from uuid import UUID

from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from accounts.models import User
from applications.constants import DUE, ORDERS
from applications.models import Application
from applications.selectors import Chosen, calls_of, chosen_files, in_order
from applications.states import ApplicationState
from audit.services import record_list_reading
from audit.states import Read
from moves.interests import barred_from
from moves.refusals import Forbidden, Refusal, WrongMoment
from programs.models import Call
from work import clock, jobs
from work.models import Job, JobKeys
from work.names import folded
from work.spreadsheets import MARK, lines_of
from work.states import JobKind
from work.templatetags.formats import number

SHORT = 2000
"""How many files a list may have to be given at once."""
CHUNK = 2000
"""How many files a step writes."""
CALL, SEARCH, NAME = 80, 40, 80
"""How many characters of a call's name, and of a search, a list's title says; and of both, the name of its file."""
TYPE = "text/csv; charset=utf-8"
WHAT = Read.LIST_CSV
ENDED = gettext_lazy("Your role on some of these files has ended. Ask for the list again.")

BARRED = gettext_lazy(
    "Since then, a conflict of interest, or a doubt, has closed one of these files to you. Ask for the list again."
)


@dataclass(frozen=True)
class ShortList:
    """A list that is given at once: its bytes, and the name it is saved under."""

    content: bytes
    name: str


@dataclass(frozen=True)
class ListFile:
    """The result of a job, open, as `documents.downloads.file_response` hands it out."""

    name: str
    content_type: str
    file: IO[bytes]

    def open(self) -> IO[bytes]:
        return self.file


def short_list(chosen: Chosen, *, by: User) -> ShortList | None:
    """The list, its reading recorded; None when it is too long to be given at once (`start_list`)."""
    calls = calls_of(by)
    files = in_order(chosen_files(by, calls, chosen, now=clock.now()), chosen.sort)
    keys = list(files.values_list("pk", flat=True)[: SHORT + 1])
    if len(keys) > SHORT:
        return None
    lines = _lines(keys, calls, by=by)
    content = _head() + lines.content
    record_list_reading(
        by,
        subject="application",
        what=WHAT,
        question=chosen.packed(),
        count=lines.count,
        digest=sha256(content).hexdigest(),
        listed=keys,
    )
    return ShortList(content, _name(chosen))


def start_list(chosen: Chosen, *, by: User) -> Job:
    """Ask for the list as a job. The same list asked twice is one job. `jobs.NotNow` with its sentence."""
    return jobs.start_job(JobKind.FILE_LIST, chosen, by=by)


def hand_out(public_id: UUID, *, by: User) -> ListFile:
    """The file of a list that is done, for whoever asked for it; its reading is recorded.

    Job.DoesNotExist for anybody else; Forbidden when they may no longer read one of its files; WrongMoment while it is
    not done, and once its seven days are over.
    """
    job = Job.objects.get(kind=JobKind.FILE_LIST, owner=by, public_id=public_id)
    keys = RawSQL("SELECT unnest(keys) FROM work_jobkeys WHERE job_id = %s", [job.pk])
    calls = [call.pk for call in calls_of(by)]
    if Application.objects.filter(pk__in=keys).exclude(call_id__in=calls).exists():
        raise Forbidden(ENDED)
    if barred_from(by).filter(application_id__in=keys).exists():
        raise Forbidden(BARRED)
    try:
        file = jobs.open_result(job)
    except jobs.ResultGone:
        gone = Refusal(_("This list is not ready, or no longer kept. Ask for it again."), code="gone")
        raise WrongMoment(gone) from None
    record_list_reading(
        by,
        subject="application",
        what=WHAT,
        question=job.asked,
        count=Cursor.read(job.cursor).lines,
        digest=job.result_sha256,
        listed=JobKeys.objects.get(job=job).keys,
    )
    return ListFile(job.result_name, job.result_type, file)


# ------------------------------------------------------------------ the job


@dataclass(frozen=True)
class Cursor(jobs.Kept):
    """Where the next step starts in the frozen order, and how many lines are written."""

    start: int = 0
    lines: int = 0


@jobs.handles(JobKind.FILE_LIST)
class FileList(jobs.JobHandler[Chosen, Cursor]):
    """The list of files, two thousand lines a step."""

    parameters, cursor = Chosen, Cursor

    def labels(self, asked: Sequence[Chosen]) -> list[str]:
        calls = _names_of(asked)
        return [_title(one, calls.get(one.call, "")) for one in asked]

    def details(self, asked: Chosen) -> list[tuple[str, str]]:
        call = Call.objects.filter(public_id=asked.call).select_related("program").first() if asked.call else None
        said = [
            (_("Search"), asked.q),
            (_("Call"), call.name if call else ""),
            (_("State"), str(ApplicationState(asked.state).label) if asked.state else ""),
            (_("Time limit"), str(DUE[asked.due]) if asked.due else ""),
            (_("Order"), str(ORDERS[asked.sort].words)),
        ]
        return [(name, value) for name, value in said if value]

    def begin(self, job: Job, asked: Chosen) -> jobs.Beginning:
        calls = _calls(job)
        files = in_order(chosen_files(job.owner, calls, asked, now=job.created_at), asked.sort)
        keys = list(files.values_list("pk", flat=True))
        return jobs.Beginning(total=len(keys), cursor=Cursor(), keys=keys, content=_head())

    def step(self, job: Job, asked: Chosen, cursor: Cursor) -> jobs.Step:
        keys = jobs.keys_of(job, start=cursor.start, size=CHUNK)
        lines = _lines(keys, _calls(job), by=job.owner)
        reached = Cursor(cursor.start + len(keys), cursor.lines + lines.count)
        return jobs.Step(
            done=len(keys), cursor=reached, finished=reached.start >= (job.total or 0), content=lines.content
        )

    def end(self, job: Job, asked: Chosen, cursor: Cursor) -> jobs.Ending:
        return jobs.Ending(_name(asked), TYPE)

    def summary(self, job: Job, asked: Chosen, cursor: Cursor) -> str:
        said = ngettext("The list has %(number)s file.", "The list has %(number)s files.", cursor.lines)
        return said % {"number": number(cursor.lines)}

    def result_url(self, job: Job) -> str:
        return reverse("file-list-result", args=[job.public_id])


def _calls(job: Job) -> list[Call]:
    """The calls that whoever asked may list now. Refused once there are none."""
    if calls := calls_of(job.owner):
        return calls
    raise jobs.Refused(ENDED)


# ------------------------------------------------------------------ the lines


@dataclass(frozen=True)
class _Lines:
    content: bytes
    count: int


SHOWN = (
    "reference",
    "call_id",
    "organisation_name",
    "title",
    "state",
    "requested_amount",
    "submitted_at",
    "due",
)


def _lines(keys: Sequence[int], calls: list[Call], *, by: User) -> _Lines:
    """The lines of these files, in this order. `jobs.Refused` when `by` lists the call of one of them no more.

    A file that bars its reader since the order was frozen is left out.
    """
    names = {call.pk: call.name for call in calls}
    states = {state.value: str(state.label) for state in ApplicationState}
    files = Application.objects.listed(by, list(names)).filter(pk__in=keys).values_list("pk", *SHOWN)
    found = {pk: shown for pk, *shown in files}
    missing = [key for key in keys if key not in found]
    if missing and Application.objects.filter(pk__in=missing).exclude(call_id__in=names).exists():
        raise jobs.Refused(ENDED)

    def line(key: int) -> Sequence[str | Decimal]:
        reference, call, organisation, title, state, requested, submitted, due = found[key]
        texts = reference, names[call], organisation, title, states[state]
        return [
            *texts,
            "" if requested is None else requested,
            clock.sortable(submitted),
            clock.day_of(due).isoformat() if due else "",
        ]

    content = lines_of((line(key) for key in keys if key in found), language=_language())
    return _Lines(content, len(found))


def _head() -> bytes:
    """The first line, after the mark by which a spreadsheet reads UTF-8."""
    names = [
        _("File number"),
        _("Call"),
        _("Organisation"),
        _("Title"),
        _("State"),
        _("Aid requested ($)"),
        _("Submitted on (Québec time)"),
        _("Due date"),
    ]
    return MARK.encode() + lines_of([names], language=_language())


def _language() -> str:
    return get_language() or "fr"


# ------------------------------------------------------------------ its names


def _filters(asked: Chosen, call: str) -> list[str]:
    """What the filters say, in the reader's language; a long search is cut."""
    search = _("“%(text)s”") % {"text": Truncator(asked.q).chars(SEARCH)} if asked.q else ""
    state = str(ApplicationState(asked.state).label) if asked.state else ""
    due = str(DUE[asked.due]).lower() if asked.due else ""
    return [said for said in (call, state, due, search) if said]


def _title(asked: Chosen, call: str) -> str:
    """What the list is, told apart from the same person's others by its filters."""
    if filters := _filters(asked, call):
        return _("List of files: %(filters)s (CSV)") % {"filters": ", ".join(filters)}
    return _("List of files (CSV)")


def _name(asked: Chosen) -> str:
    """The name of the file: its filters in unaccented letters, then the day."""
    call = _names_of([asked]).get(asked.call, "")
    filters = re.sub("[^a-z0-9]+", "-", folded(" ".join(_filters(asked, call))))[:NAME].strip("-")
    which = "-".join(part for part in (filters, clock.today().isoformat()) if part)
    return _("files-%(which)s.csv") % {"which": which}


def _names_of(asked: Sequence[Chosen]) -> dict[str, str]:
    """The names of the calls that these lists are of, by public id; one query, and none without a call."""
    if not (calls := {one.call for one in asked if one.call}):
        return {}
    return {str(call.public_id): Truncator(call.name).chars(CALL) for call in Call.objects.filter(public_id__in=calls)}
