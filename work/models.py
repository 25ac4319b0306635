"""What every room's models stand on: a public identifier, work to do, text in two languages, a state's check."""

import uuid
from collections.abc import Iterable

import uuid6
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language

from work import clock
from work.states import Machine


def new_public_id() -> uuid.UUID:
    """A fresh UUIDv7: it sorts by time of making, and tells nothing of how many there are."""
    return uuid.UUID(int=uuid6.uuid7().int)


class PublicModel(models.Model):
    """A row that the world may name: URLs, the API and letters use `public_id`, never the key inside."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)

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

    sweep = models.CharField(max_length=60, primary_key=True)  # its name in the schedule (config.sweeps)
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
