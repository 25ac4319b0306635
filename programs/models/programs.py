"""Programmes and their calls, and the versioned definitions a call is fixed to when it is published."""

from bisect import bisect_left
from datetime import datetime, timedelta

from django.db import models

from accounts.models import Cluster, Organisation, WorkingGroup
from audit.states import ChangeKind
from funding.models import Agreement
from programs.constants import GRACE_MINUTES
from programs.querysets import CallQuerySet, ProgramQuerySet
from programs.states import CallKind, CallState, Phase
from programs.workflow import CallLife
from work import clock
from work.models import PublicModel, bilingual, state_check


class Program(PublicModel):
    """A programme of a working group, paid by one agreement or several. `code` opens its references (FE-2026-00042)."""

    change_kind = ChangeKind.PROGRAM

    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, related_name="programs")
    working_group = models.ForeignKey(WorkingGroup, on_delete=models.PROTECT, related_name="programs")
    code = models.CharField(max_length=8)
    slug = models.SlugField(max_length=60)
    name_fr = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    name = bilingual("name")
    summary_fr = models.TextField()
    summary_en = models.TextField()
    summary = bilingual("summary")
    description_fr = models.TextField(blank=True)
    description_en = models.TextField(blank=True)
    description = bilingual("description")
    themes = models.JSONField(default=list)
    contact_email = models.EmailField(blank=True)
    contact_phone = models.CharField(max_length=40, blank=True)
    agreements = models.ManyToManyField(Agreement, through="ProgramFunding", related_name="programs")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    objects = ProgramQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cluster", "code"], name="program_code_unique"),
            models.UniqueConstraint(fields=["slug"], name="program_slug_unique"),
        ]

    def __str__(self) -> str:
        return self.name_fr


class ProgramFunding(models.Model):
    """The share (percent) of each award that an agreement pays."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="funding")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="funding")
    share = models.DecimalField(max_digits=7, decimal_places=4, default=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "agreement"], name="program_funding_once"),
            models.CheckConstraint(
                condition=models.Q(share__gt=0, share__lte=100), name="program_funding_share_is_a_percentage"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.program} · {self.agreement}"


class Version(models.Model):
    """A numbered definition of one programme. Once `published_at` is stamped it never changes."""

    program: models.ForeignKey[Program, Program]  # each kind of version has its own
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    created_at = models.DateTimeField(default=clock.now, editable=False)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.program} · v{self.number}"


class FormVersion(PublicModel, Version):
    """The form an applicant fills in: sections and questions (`questions.schema` says the shape)."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="forms")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["program", "number"], name="form_version_unique")]


class Rubric(PublicModel, Version):
    """Criteria, weights, anchored scale and pass marks (`programs.rubric` says the shape)."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="rubrics")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["program", "number"], name="rubric_version_unique")]


class Rules(PublicModel, Version):
    """Everything else that decides a file: eligibility, aid, checklist, panel, ranking, service, reconsideration.

    `definition` has one key for each. An old file recalculates with the version its call was published with.
    """

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="rules")
    effective_from = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["program", "number"], name="rules_version_unique")]


class Call(PublicModel, CallLife):
    """A call for projects. Its closing is an instant; the name of the zone it was promised in stays beside it."""

    change_kind = ChangeKind.CALL

    subject = "call"

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="calls")
    key = models.SlugField(max_length=40)
    name_fr = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    name = bilingual("name")
    kind = models.CharField(max_length=20, choices=CallKind.choices, default=CallKind.FIXED)
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    zone = models.CharField(max_length=40, default="America/Toronto")
    cohorts = models.JSONField(
        default=list,
        blank=True,
        help_text="Closings of the cohorts of a continuous intake, ISO 8601, in order.",
    )
    grace_minutes = models.PositiveSmallIntegerField(default=GRACE_MINUTES)
    form = models.ForeignKey(FormVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="calls")
    rubric = models.ForeignKey(Rubric, on_delete=models.PROTECT, null=True, blank=True, related_name="calls")
    rules = models.ForeignKey(Rules, on_delete=models.PROTECT, null=True, blank=True, related_name="calls")
    since = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    objects = CallQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "key"], name="call_key_unique"),
            state_check("state", CallState),
            models.CheckConstraint(
                condition=models.Q(opens_at__isnull=True)
                | models.Q(closes_at__isnull=True)
                | models.Q(opens_at__lt=models.F("closes_at")),
                name="call_opens_before_it_closes",
            ),
        ]
        indexes = [models.Index(fields=["state", "opens_at", "closes_at"], name="call_open")]

    def __str__(self) -> str:
        return self.name_fr

    def phase(self, at: datetime | None = None, *, closes_at: datetime | None = None) -> Phase:
        """What the clock says of the call at the instant `at` (now when None): a `Phase`. With `closes_at`, for an
        applicant that has this last closing."""
        at, closes_at = at or clock.now(), closes_at or self.closes_at
        if self.state == CallState.CANCELLED:
            return Phase.CANCELLED
        if self.state == CallState.DRAFT:
            return Phase.UNPUBLISHED
        assert self.opens_at is not None  # a call without its dates is not published
        assert closes_at is not None
        if at < self.opens_at:
            return Phase.ANNOUNCED
        if at < closes_at:
            return Phase.OPEN
        if at < self.grace_ends(closes_at):
            return Phase.GRACE
        return Phase.CLOSED

    def grace_ends(self, closing: datetime) -> datetime:
        """Until when what began before this closing is still taken."""
        return closing + timedelta(minutes=self.grace_minutes)

    def cohort_at(self, at: datetime) -> datetime | None:
        """The closing of the cohort that a submission at `at` falls into; the call's own closing without cohorts."""
        closings = [datetime.fromisoformat(text) for text in self.cohorts]
        place = bisect_left(closings, at)
        return closings[place] if place < len(closings) else self.closes_at

    @property
    def closings(self) -> list[datetime]:
        """Every closing in order: the cohorts', and the call's own when it is not one of them."""
        found = {datetime.fromisoformat(text) for text in self.cohorts}
        return sorted(found | {self.closes_at} if self.closes_at else found)

    @property
    def next_closing(self) -> datetime | None:
        return self.cohort_at(clock.now())


class Accommodation(models.Model):
    """A later closing for one applicant, for a confidential reason that only the trail's erasable part holds."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="accommodations")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    closes_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "organisation"], name="accommodation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.call} · {self.organisation}"


class ReferenceCounter(models.Model):
    """The last number given in a programme and year. Locked last in the transaction, so numbers have no gaps."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["program", "year"], name="reference_counter_once")]

    def __str__(self) -> str:
        return f"{self.program.code}-{self.year}"
