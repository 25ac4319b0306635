"""The rows that only grow: trail, readings, changes.

Files are a plain `application_id`: this app is below theirs. Triggers (migration 0003) refuse UPDATE, DELETE
and TRUNCATE, whatever the program does.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func
from django.db.models.fields.json import KeyTransform

from audit import querysets, states
from audit.states import Read, ReadOne
from work import clock


class Xid8Field(models.Field):
    """PostgreSQL's `xid8`: a transaction's number, which never comes back. An int in Python."""

    description = "transaction number"

    def db_type(self, connection: Any) -> str:
        return "xid8"

    def from_db_value(self, value: str | int | None, expression: object, connection: object) -> int | None:
        return None if value is None else int(value)

    def to_python(self, value: Any) -> int | None:
        return None if value is None else int(value)

    def get_prep_value(self, value: Any) -> Any:
        return value if hasattr(value, "resolve_expression") or value is None else str(int(value))

    def get_placeholder(self, value: object, compiler: object, connection: object) -> str:
        return "%s" if hasattr(value, "resolve_expression") else "%s::xid8"


class CurrentTransaction(Func):
    """`pg_current_xact_id()`: the number of the transaction that writes."""

    function = "pg_current_xact_id"
    arity = 0
    output_field = Xid8Field()


class Head(models.Model):
    """The end of one subject's chain: how many entries, and the digest of the last. Locked by who appends."""

    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    application_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    count = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject_type", "subject_id"], name="audit_head_subject_once")]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id}"


class Entry(models.Model):
    """One act on one subject. It holds no personal text: `personal` maps each text's name to a salted digest.

    `digest` is the SHA-256 of the entry's canonical JSON, the previous digest included (`audit.seal`).
    """

    head = models.ForeignKey(Head, on_delete=models.PROTECT, related_name="entries")
    seq = models.PositiveIntegerField()
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    application_id = models.BigIntegerField(null=True, blank=True)
    verb = models.CharField(max_length=80)
    duty = models.CharField(max_length=30, blank=True)
    before = models.CharField(max_length=50, blank=True)
    after = models.CharField(max_length=50, blank=True)
    actor_kind = models.CharField(max_length=10, choices=states.ActorKind.choices)
    actor_id = models.BigIntegerField(null=True, blank=True)
    on_behalf_of = models.CharField(max_length=100, blank=True)
    fired_by = models.CharField(max_length=80, blank=True)
    given = models.JSONField(default=dict)
    personal = models.JSONField(default=dict)
    at = models.DateTimeField()
    request_id = models.CharField(max_length=64, blank=True)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    objects = querysets.EntryQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "entries"
        constraints = [models.UniqueConstraint(fields=["head", "seq"], name="audit_entry_seq_once")]
        indexes = [
            models.Index(fields=["application_id", "id"], name="audit_entry_of_file"),
            models.Index(fields=["actor_kind", "actor_id", "id"], name="audit_entry_of_actor"),
            models.Index(fields=["verb", "id"], name="audit_entry_of_verb"),
            # Entries of other subjects that name a file: money posted to an envelope for it.
            models.Index(
                KeyTransform("application", "given"),
                name="audit_entry_names_file",
                condition=models.Q(subject_type="envelope"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_type} {self.subject_id} #{self.seq}"

    @property
    def note(self) -> str:
        """The reason written with the act; empty when there was none or it was erased."""
        return next((e.value for e in self.erasables.all() if e.field == "note"), "")


class Erasable(models.Model):
    """A personal text of an entry and the salt of its digest, outside the chain: the retention schedule blanks it."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="erasables")
    field = models.CharField(max_length=200)
    salt = models.CharField(max_length=64, blank=True)
    value = models.TextField(blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "field"], name="audit_erasable_once")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.field}"


class Reading(models.Model):
    """That someone read a confidential thing. The table is partitioned by month of `at` (migration 0002).

    A list is one reading: its question, how many lines, a digest of what was given, and the files that were in it
    (`listed`, ascending; large, so read only when asked for by name).
    """

    at = models.DateTimeField(default=clock.now)
    actor_kind = models.CharField(max_length=10, choices=states.ActorKind.choices)
    actor_id = models.BigIntegerField(null=True, blank=True)
    on_behalf_of = models.CharField(max_length=100, blank=True)
    application_id = models.BigIntegerField(null=True, blank=True)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField(null=True, blank=True)
    what = models.CharField(max_length=200)
    which = models.CharField(max_length=100, blank=True, db_default="")
    request_id = models.CharField(max_length=64, blank=True)
    question = models.JSONField(null=True, blank=True)
    count = models.PositiveIntegerField(null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True, db_default="")
    listed = ArrayField(models.BigIntegerField(), null=True, blank=True)

    objects = querysets.ReadingManager()

    class Meta:
        indexes = [
            models.Index(fields=["application_id", "at"], name="audit_reading_of_file"),
            models.Index(fields=["actor_kind", "actor_id", "at"], name="audit_reading_of_actor"),
            # The lists that a file was in.
            GinIndex(fields=["listed"], name="audit_reading_listed", condition=models.Q(listed__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.at:%Y-%m-%d %H:%M}"

    @property
    def read(self) -> Read | ReadOne | None:
        """What was read; None for the words of a row that no page writes any more."""
        return states.read_of(self.what, self.which, self.subject_type)


class Epoch(models.Model):
    """The age of the change feed. A restore from a backup opens the next one, for transactions start over there."""

    number = models.PositiveIntegerField(primary_key=True)
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return str(self.number)


class Change(models.Model):
    """That something changed, for partners, webhooks and search. Read through `audit.services.changes_after`."""

    epoch = models.PositiveIntegerField()
    xid = Xid8Field(db_default=CurrentTransaction(), editable=False)
    kind = models.CharField(max_length=60, choices=states.ChangeKind.choices)
    public_id = models.UUIDField()
    application_id = models.BigIntegerField(null=True, blank=True)
    at = models.DateTimeField(default=clock.now)
    gone = models.BooleanField(default=False)

    objects = querysets.ChangeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(F("epoch"), F("xid"), F("id"), name="audit_change_cursor")]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"
