"""How the service itself stands: machines that are away, processes, sweeps, what waits and what failed for good."""

from dataclasses import dataclass

from applications.models import Application
from desk.rules import administered_clusters, jobs_administered_by
from documents.figures import press
from notifications.figures import outbox
from work.figures import WorkTable
from work.models import Job, Outage
from work.outages import open_outages
from work.processes import Process, ProcessState, processes_here
from work.states import JobState
from work.sweeps import Beat, beats

PAST = 5  # outages that are over, and still told


@dataclass(frozen=True)
class Service:
    """What an administrator reads. `ails` counts what somebody should look at."""

    processes: tuple[Process, ...]
    failed_jobs: int
    away: list[Outage]
    past: list[Outage]
    beats: list[Beat]
    tables: list[WorkTable]

    @property
    def given_up(self) -> int:
        return self.failed_jobs + sum(table.total for table in self.tables)

    @property
    def ails(self) -> int:
        late = sum(beat.is_late or bool(beat.last_error) for beat in self.beats)
        waiting = sum(process.state == ProcessState.WAITING for process in self.processes)
        return len(self.away) + late + waiting + self.given_up


def files_administered_by(user):
    """The keys of the files of the clusters that `user` administers: whose work they look after."""
    return Application.objects.filter(call__program__cluster__in=administered_clusters(user)).values("pk")


def service_of(user) -> Service:
    """How the service stands, for `user`, an administrator."""
    files = files_administered_by(user)
    return Service(
        processes=processes_here(),
        failed_jobs=Job.objects.filter(jobs_administered_by(user), state=JobState.FAILED).count(),
        away=list(open_outages()),
        past=list(Outage.objects.exclude(over_at=None).order_by("-over_at", "-pk")[:PAST]),
        beats=beats(),
        tables=[outbox(files), press(files)],
    )
