"""What a company writes and sends: the file, its answers, what was frozen, and what was asked back."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.functional import Promise

from accounts.models import Organisation
from accounts.roles import Language
from accounts.rules import is_member
from applications.querysets import (
    ApplicationQuerySet,
    ChangeItemQuerySet,
    ChangeRequestQuerySet,
    DocumentQuerySet,
    FindingQuerySet,
    ScreeningReturnQuerySet,
    SnapshotQuerySet,
    SponsorshipQuerySet,
)
from applications.rules import phase_for
from applications.states import ApplicationState, ChangeWhy, Place, PublicState, Told, public_state
from applications.workflow import ApplicationLife
from audit.actors import Actor
from audit.states import ChangeKind
from documents.models import Rendering, Upload
from programs.models import Call
from programs.money import Parts
from programs.states import Phase
from questions.schema.faults import Fault
from work import clock
from work.models import PublicModel, Versioned, state_check
from work.money import ZERO
from work.names import enterprise_key

SENT = ~models.Q(state=ApplicationState.DRAFT)  # drafts have no date: in such an index they would all come first


class Application(PublicModel, ApplicationLife):
    """A file. What the lists show is on this row, kept by the services that change it."""

    subject = "application"
    change_kind = ChangeKind.APPLICATION
    moves_with = ("call__program", "call__form", "call__rules", "organisation")

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="applications")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="applications")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=20, null=True, blank=True, unique=True)
    language = models.CharField(max_length=2, choices=Language.choices, default=Language.FRENCH)
    title = models.CharField(max_length=250, blank=True)
    organisation_name = models.CharField(max_length=250)
    region = models.CharField(max_length=60, blank=True)
    requested_amount = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, blank=True, help_text="In all: the bonus is in it."
    )
    requested_bonus = models.DecimalField(max_digits=14, decimal_places=2, default=0, db_default=0)
    minimum_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    eligible_costs = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    recommended_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    score = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    place = models.CharField(max_length=10, choices=Place.choices, blank=True, default=Place.NONE)
    in_grace = models.BooleanField(default=False)
    cohort_closes_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    complete_at = models.DateTimeField(null=True, blank=True, help_text="When it was found complete, which is told.")
    first_complete_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was first found complete: from then on the clock is the decision's."
    )
    outcome_at = models.DateTimeField(null=True, blank=True, help_text="When its last letter was sent.")
    last_told = models.CharField(
        max_length=20, choices=PublicState, blank=True, default="", db_default="", help_text="The outcome last told."
    )
    last_told_at = models.DateTimeField(null=True, blank=True)
    due = models.DateTimeField(null=True, blank=True, help_text="When the running service clock ends.")
    due_left = models.DurationField(null=True, blank=True, help_text="What was left when the clock was paused.")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    since = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)
    search = SearchVectorField(null=True, editable=False)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            state_check("state", ApplicationState),
            models.CheckConstraint(
                condition=models.Q(state=ApplicationState.DRAFT)
                | models.Q(reference__isnull=False, submitted_at__isnull=False),
                name="application_submitted_has_a_reference",
            ),
        ]
        indexes = [
            models.Index(fields=["call", "state", "due", "id"], name="application_due"),
            models.Index(fields=["call", "state", "-score", "id"], name="application_score"),
            models.Index(fields=["call", "-submitted_at", "-id"], name="application_recent", condition=SENT),
            models.Index(fields=["due", "id"], name="application_by_due"),
            models.Index(fields=["-submitted_at", "-id"], name="application_by_date", condition=SENT),
            models.Index(fields=["organisation", "id"], name="application_organisation"),
            models.Index(fields=["updated_at", "id"], name="application_updated"),
            GinIndex(fields=["search"], name="application_search"),
        ]

    @property
    def is_reported(self) -> bool:
        """Nothing is reported of a draft that was never sent."""
        return bool(self.reference)

    @property
    def requested(self) -> Parts:
        """What it asks: the reimbursement and the bonus."""
        return Parts((self.requested_amount or ZERO) - self.requested_bonus, self.requested_bonus)

    @property
    def recommended(self) -> Parts:
        """What is recommended for it: the reimbursement and the bonus."""
        return self.requested.of(self.recommended_amount or ZERO)

    @property
    def number(self) -> str:
        """The reference of a file that was sent, which it has from then on (the database holds it)."""
        assert self.reference is not None
        return self.reference

    def __str__(self) -> str:
        return self.reference or self.title or str(self.public_id)

    @property
    def public_state(self) -> PublicState:
        """What the applicant and the partner are told: never an outcome before its letter is sent."""
        closed = self.state == ApplicationState.DRAFT and phase_for(self.call, self.organisation_id) == Phase.CLOSED
        return public_state(self.state, self.last_told, closed=closed)

    @property
    def is_decided_untold(self) -> bool:
        """A decision was issued, and its letter has told nobody yet."""
        if ApplicationState(self.state).row.told is not Told.BY_LETTER:
            return False
        return self.last_told_at is None or self.last_told_at < self.since

    def state_label_for(self, by: Actor) -> str | Promise:
        """The state as a refusal says it: what is told, to the applicant's own people, whatever else they are."""
        return self.public_state.label if is_member(self.organisation, by) else ApplicationState(self.state).label


class Answer(Versioned):
    """One answer. A save is one UPDATE with `WHERE version = …`: nought rows means a colleague was faster."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="answers")
    question = models.CharField(max_length=80)
    value = models.JSONField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    faults: Sequence[Fault] = ()  # of the save that returned it: what is wrong in what was kept as typed

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "question"], name="answer_once")]

    def __str__(self) -> str:
        return self.question


class Document(PublicModel):
    """A file joined to one question of an application."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="documents")
    question = models.CharField(max_length=80)
    upload = models.OneToOneField(Upload, on_delete=models.PROTECT, related_name="document")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["application", "question"], name="document_question")]

    def __str__(self) -> str:
        return str(self.upload)


class Snapshot(PublicModel):
    """What was submitted, as one canonical JSON text, never rebuilt from rows. `digest` is its SHA-256. Beside it, what
    its parties were known by then (`selectors.parties`): conflicts of interest are read from it too."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="snapshots")
    number = models.PositiveSmallIntegerField()
    canonical = models.TextField()
    digest = models.CharField(max_length=64)
    form_version = models.PositiveIntegerField()
    signed_name = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    receipt = models.OneToOneField(Rendering, on_delete=models.PROTECT, null=True, blank=True, related_name="snapshot")
    superseded_at = models.DateTimeField(null=True, blank=True)
    applicant_name = models.CharField(max_length=250, blank=True, default="", db_default="")
    applicant_neq = models.CharField(max_length=10, blank=True, default="", db_default="")
    applicant_website = models.URLField(blank=True, default="", db_default="")
    applicant_mail = models.TextField(
        blank=True, default="", db_default="", help_text="Domains of the addresses of who acted for it: a line each."
    )
    sponsor_neqs = models.TextField(
        blank=True, default="", db_default="", help_text="NEQs registered under the name of its sponsor: a line each."
    )

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "number"], name="snapshot_once")]

    def __str__(self) -> str:
        return f"{self.application} · {self.number}"


class Sponsorship(PublicModel):
    """A customer's support of its supplier. It sees the applicant's name, the title and the released summary."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="sponsorships")
    email = models.EmailField()
    organisation_name = models.CharField(max_length=250)
    name_key = models.TextField(db_default="", default="", editable=False)  # as the organisations that bear it have it
    language = models.CharField(max_length=2, choices=Language.choices, default=Language.FRENCH)
    token_digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    summary = models.TextField(blank=True, help_text="The summary as released to the sponsor when it confirmed.")
    improvement = models.TextField(blank=True, help_text="The improvement the sponsor expects.")
    confirmed_name = models.CharField(max_length=200, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = SponsorshipQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["name_key"], name="sponsorship_name")]

    def __str__(self) -> str:
        return self.organisation_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = enterprise_key(self.organisation_name)
        if kwargs.get("update_fields") is not None and "organisation_name" in kwargs["update_fields"]:
            kwargs["update_fields"] = {*kwargs["update_fields"], "name_key"}
        super().save(*args, **kwargs)


class Finding(Versioned):
    """One item of a file's screening checklist: what the system found, what the officer marked."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="findings")
    item = models.CharField(max_length=80)
    own_fr = models.CharField(max_length=250, blank=True, help_text="The officer's own item, when not of the rules.")
    own_en = models.CharField(max_length=250, blank=True)
    automatic = models.BooleanField(null=True, help_text="What the system found; empty when it cannot tell.")
    evidence = models.JSONField(default=dict)
    passed = models.BooleanField(null=True)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(null=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "item"], name="finding_once")]

    def __str__(self) -> str:
        return self.item


class ScreeningReturn(models.Model):
    """A finding was undone: its file came back to be screened again. Whoever screens reads why, and by whom."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="screening_returns")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=clock.now)
    why = models.TextField(blank=True)

    objects = ScreeningReturnQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.application_id} {self.at:%Y-%m-%d}"


class ChangeRequest(PublicModel):
    """What an officer asked an applicant to change, until when; `extended_at`: when that day was last put off. Open
    while neither answered nor cancelled."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="change_requests")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    due = models.DateTimeField()
    extended_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=models.Q(answered_at__isnull=True, cancelled_at__isnull=True),
                name="change_request_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.application} · {self.at:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        """The applicant has still to answer it (`.waiting()`)."""
        return self.answered_at is None and self.cancelled_at is None

    @property
    def is_late(self) -> bool:
        """The same, past its day (`.overdue()`)."""
        return self.is_open and self.due <= clock.now()


class ChangeItem(models.Model):
    """One answer to change: why, what it was, and what it becomes as it is changed (`after`). That is the applicant's
    own until its request is answered, and for good where it never is: anybody else reads `sent`."""

    request = models.ForeignKey(ChangeRequest, on_delete=models.CASCADE, related_name="items")
    question = models.CharField(max_length=80)
    why = models.CharField(max_length=20, choices=ChangeWhy.choices)
    message = models.TextField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = ChangeItemQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "question"], name="change_item_once")]

    def __str__(self) -> str:
        return self.question

    @property
    def sent(self) -> object:
        """What the answer became, as it was sent; None of a request that was not answered, whatever was begun."""
        return None if self.request.answered_at is None else self.after
