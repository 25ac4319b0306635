"""What every app's models stand on: a public identifier, work to do, text in two languages, a state's check."""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import ClassVar

import uuid6
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language

from work import clock
from work.states import UNDER_WAY, JobKind, JobPhase, JobState, Machine


def new_public_id() -> uuid.UUID:
    """A fresh UUIDv7: it sorts by time of making, and tells nothing of how many there are."""
    return uuid.UUID(int=uuid6.uuid7().int)


class PublicModel(models.Model):
    """A row that the world may name: URLs, the API and letters use `public_id`, never the key inside."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)

    class Meta:
        abstract = True


class Versioned(models.Model):
    """A row whose texts several people may write: each save names the version that it was typed over (`work.versions`).

    `written_by` and `written_at`: its columns that say who wrote it last, and when.
    """

    written_by: ClassVar[str] = "by"
    written_at: ClassVar[str] = "at"

    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        abstract = True


class WorkItem(models.Model):
    """A row of work for a task: written with the change that asks for it, drained later (`work.services`).

    A model that takes another base as well says `class Meta(WorkItem.Meta)`, to keep the index of what waits.
    """

    due = models.DateTimeField(default=clock.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    set_aside_at = models.DateTimeField(null=True, blank=True)  # given up, and never to be done
    set_aside_by = models.ForeignKey(  # nobody: it was too late to be of use
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    set_aside_why = models.TextField(blank=True, default="", db_default="")

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["due", "id"], condition=Q(done_at__isnull=True), name="%(app_label)s_%(class)s_todo")
        ]


def bilingual(name: str) -> property:
    """A property that reads `<name>_fr` or `<name>_en` by the language that is on; the other when that is empty.

    In a model: `name = bilingual("name")` beside `name_fr` and `name_en`.
    """

    def text(self: models.Model) -> str:
        first, second = ("en", "fr") if (get_language() or "fr").startswith("en") else ("fr", "en")
        return getattr(self, f"{name}_{first}") or getattr(self, f"{name}_{second}")

    return property(text)


def state_check(field: str, states: type[models.Choices] | Iterable[str]) -> models.CheckConstraint:
    """A check, in the database, that `field` holds one of `states` (a TextChoices, or its values).

    The turnstile guards the moves; this guards the column against `.create()`, `.update()` and SQL.
    """
    values = list(states.values) if isinstance(states, type) else [str(s) for s in states]
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": values}), name=f"%(app_label)s_%(class)s_{field}_known"
    )


class Heartbeat(models.Model):
    """When each sweep last ran. One that has stopped beating is told by readiness and on the administrator's page."""

    sweep = models.CharField(max_length=60, primary_key=True)  # its name in the schedule (work.sweeps)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.sweep


class Outage(models.Model):
    """A machine of `Machine` that was away, from the first piece of work it kept waiting to the first it did again."""

    machine = models.CharField(max_length=20, choices=Machine.choices)
    since = models.DateTimeField(default=clock.now)
    tried_at = models.DateTimeField(default=clock.now)
    next_try = models.DateTimeField(default=clock.now)
    tries = models.PositiveIntegerField(default=1)
    reason = models.TextField(blank=True)
    over_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["machine"], condition=Q(over_at__isnull=True), name="work_outage_one_open"),
            state_check("machine", Machine),
        ]

    def __str__(self) -> str:
        return self.machine


class Job(PublicModel, WorkItem):
    """One long piece of work that a person asked for: done in short steps, each committed with its place (`cursor`).

    Everything that changes one is in `work.jobs`. `done_at` is set once nothing is left to do, `ended_at` whenever it
    stops for good or until somebody tries again.
    """

    subject = "job"

    kind = models.CharField(max_length=40, choices=JobKind.choices)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    phase = models.CharField(max_length=10, choices=JobPhase.choices, default=JobPhase.BEGIN)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=2)  # of whoever asked: the result is written in it
    asked = models.JSONField()  # the handler's `parameters`, packed
    digest = models.CharField(max_length=64)  # of kind and `asked`: the same question again is the same job
    cursor = models.JSONField(default=dict)  # the handler's `cursor`, packed
    total = models.PositiveIntegerField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)  # what failed included
    failed = models.PositiveIntegerField(default=0)
    worked = models.DurationField(default=timedelta)  # the time its steps took: its pace
    reason_fr = models.TextField(blank=True)
    reason_en = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    token = models.CharField(max_length=32, unique=True)  # its folder in the storage; random, tells nothing
    result_path = models.CharField(max_length=120, blank=True)
    result_name = models.CharField(max_length=120, blank=True)
    result_type = models.CharField(max_length=100, blank=True)
    result_size = models.PositiveBigIntegerField(null=True, blank=True)
    result_sha256 = models.CharField(max_length=64, blank=True)
    keep_until = models.DateTimeField(null=True, blank=True)  # when its bytes in the storage are to be removed
    removed_at = models.DateTimeField(null=True, blank=True)

    reason = bilingual("reason")

    class Meta(WorkItem.Meta):
        abstract = False
        constraints = [
            state_check("kind", JobKind),
            state_check("state", JobState),
            state_check("phase", JobPhase),
            models.UniqueConstraint(
                fields=["owner", "digest"],
                condition=Q(state__in=UNDER_WAY),
                name="work_job_asked_once",
            ),
        ]
        indexes = [
            *WorkItem.Meta.indexes,
            models.Index(fields=["owner", "-id"], name="work_job_of_owner"),
            models.Index(fields=["keep_until"], condition=Q(keep_until__isnull=False), name="work_job_to_remove"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def is_over(self) -> bool:
        """Whether it works no more, unless somebody tries again."""
        return self.state not in UNDER_WAY

    @property
    def has_result(self) -> bool:
        """Whether its file can still be handed out."""
        return bool(self.state == JobState.DONE and self.result_path and self.removed_at is None)


class JobKeys(models.Model):
    """What a job works through, in its order, as it was when the job began: keys of rows of the app that owns it."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, primary_key=True, related_name="keys")
    keys = ArrayField(models.BigIntegerField())

    def __str__(self) -> str:
        return str(self.job_id)


class JobPart(models.Model):
    """A piece of a job's result, in the storage until the pieces are put together."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="parts")
    path = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.path


class JobFailure(models.Model):
    """One thing of a job that failed, and why. The first thousand are kept; `Job.failed` counts them all."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="failures")
    label = models.CharField(max_length=250)
    reason_fr = models.TextField()
    reason_en = models.TextField()

    reason = bilingual("reason")

    def __str__(self) -> str:
        return self.label
