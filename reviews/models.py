"""Interests, assignments, scores and the recommendation they lead to."""

from django.conf import settings
from django.db import models

from accounts.models import Organisation
from applications.models import Application
from applications.states import Outcome
from audit.states import ChangeKind
from funding.models import Envelope
from moves.states import Duty
from programs.models import Call
from programs.money import Parts
from programs.roles import Seat
from reviews.evidence import Evidence
from reviews.querysets import (
    AssignmentQuerySet,
    DeclarationQuerySet,
    PanelQuerySet,
    PanelSeatQuerySet,
    RecommendationQuerySet,
)
from reviews.states import LIVE, Answer, AssignmentState, InterestKind, SeatEnd, SitsAs
from reviews.workflow import AssignmentLife
from work import clock
from work.models import PublicModel, state_check
from work.texts import is_blank


class Interest(PublicModel):
    """A dated interest on record: what joins a person to an organisation, by its NEQ where it is known."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="interests")
    kind = models.CharField(max_length=20, choices=InterestKind.choices)
    organisation_name = models.CharField(max_length=250)
    neq = models.CharField(max_length=10, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    starts_on = models.DateField(default=clock.today)
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "user"], name="interest_organisation")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.organisation_name}"


class Undertaking(models.Model):
    """A confidentiality undertaking, signed once per call."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="undertakings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="undertakings")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "user"], name="undertaking_once")]

    def __str__(self) -> str:
        return f"{self.call} · {self.user}"


class Declaration(models.Model):
    """What a person declared of one file before acting on it. The latest counts; earlier ones are kept."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="declarations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="declarations")
    answer = models.CharField(max_length=10, choices=Answer.choices)
    note = models.TextField(blank=True)
    at = models.DateTimeField(default=clock.now)
    ruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ruling = models.TextField(blank=True)
    recorded = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="What the records said then, by the keys of the facts: a line each.",
    )
    by_records = models.BooleanField(
        default=False, db_default=False, help_text="A doubt of the records alone: its person said that they have none."
    )
    touches = models.TextField(
        blank=True, default="", db_default="", help_text="What its person had done on the file: a duty a line."
    )
    upheld_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    upheld_at = models.DateTimeField(null=True, blank=True)
    upheld_why = models.TextField(blank=True, default="", db_default="")
    set_aside_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    set_aside_at = models.DateTimeField(null=True, blank=True)
    set_aside_why = models.TextField(blank=True, default="", db_default="")

    objects = DeclarationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["application", "user", "-id"], name="declaration_latest"),
            models.Index(
                fields=["id"],
                name="declaration_doubt",
                condition=models.Q(answer=Answer.UNSURE, ruled_by__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.answer}"

    @property
    def acts(self) -> list[Duty]:
        """What its person had done on the file, in order."""
        return [Duty(duty) for duty in self.touches.split()]

    @property
    def acts_said(self) -> str:
        """The same in words."""
        return ", ".join(str(act.label) for act in self.acts)


class Panel(models.Model):
    """Who reviews the files of a call; or one file, its own since a reconsideration gave it to a new panel."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="panels")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, null=True, blank=True, related_name="panels")
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True, blank=True)

    objects = PanelQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["call", "application"],
                condition=models.Q(until__isnull=True),
                nulls_distinct=False,
                name="panel_one_runs",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application or self.call}"


class PanelSeat(models.Model):
    """A person who sits on a panel, as what, since when; until when, and why it ended."""

    panel = models.ForeignKey(Panel, on_delete=models.CASCADE, related_name="seats")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="panel_seats")
    sits_as = models.CharField(max_length=20, choices=SitsAs.choices)
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True, blank=True)
    why_ended = models.CharField(max_length=20, choices=SeatEnd.choices, blank=True)

    objects = PanelSeatQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["panel", "person", "sits_as"], condition=models.Q(until__isnull=True), name="seat_taken_once"
            ),
            models.CheckConstraint(condition=models.Q(sits_as__in=SitsAs.values), name="seat_sits_as_known"),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True, why_ended="")
                | models.Q(until__isnull=False, why_ended__in=SeatEnd.values),
                name="seat_ends_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.panel} · {self.person}"


class Assignment(PublicModel, AssignmentLife):
    """A file given to a reviewer, in a seat of the panel; and, once submitted, the review."""

    change_kind = ChangeKind.ASSIGNMENT

    subject = "assignment"

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="assignments")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments")
    seat = models.CharField(max_length=20, choices=Seat.choices)
    due = models.DateTimeField()
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    since = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    opened_at = models.DateTimeField(null=True, blank=True)
    skipped_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    set_aside_at = models.DateTimeField(
        null=True, blank=True, help_text="When a reconsideration gave the file to a new panel: kept, no longer counted."
    )
    total = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    feedback = models.TextField(blank=True, help_text="For the applicant; shown without the reviewer's name.")
    feedback_version = models.PositiveIntegerField(default=0)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "reviewer"],
                condition=models.Q(state__in=[str(state) for state in LIVE]),
                name="assignment_live_once",
            ),
            state_check("state", AssignmentState),
        ]
        indexes = [
            models.Index(fields=["reviewer", "state", "due", "id"], name="assignment_queue"),
            models.Index(fields=["application", "state"], name="assignment_file"),
            models.Index(
                fields=["reviewer", "-submitted_at", "-id"],
                name="assignment_done",
                condition=models.Q(state=AssignmentState.SUBMITTED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} · {self.reviewer}"

    @property
    def is_held(self) -> bool:
        """Whether the reviewer has the file by it, as they know it: as in `AssignmentQuerySet.held`."""
        return self.state in LIVE

    @property
    def is_live(self) -> bool:
        """Whether the reviewer has the file by it, as in `AssignmentQuerySet.live`."""
        return self.state in LIVE and self.set_aside_at is None

    @property
    def is_submitted(self) -> bool:
        """Whether the review is in, for the panel that has the file: it counts, unless a doubt leaves it out."""
        return self.state == AssignmentState.SUBMITTED and self.set_aside_at is None


class Score(models.Model):
    """One criterion of one review: the point of the scale, and why. Saved with its version, like an answer."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="scores")
    criterion = models.CharField(max_length=60)
    point = models.CharField(max_length=10, blank=True)
    comment = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "criterion"], name="score_once")]

    def __str__(self) -> str:
        return self.criterion

    @property
    def has_comment(self) -> bool:
        """Whether the point is explained: blanks explain nothing."""
        return not is_blank(self.comment)

    @property
    def is_done(self) -> bool:
        """Whether the criterion has both its point and its comment."""
        return bool(self.point) and self.has_comment


class Recommendation(PublicModel):
    """What the chair recommended for a file, with the ranking it was read from. One stands; the others are void."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="recommendations")
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    amount = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    reasons_fr = models.TextField(blank=True)
    reasons_en = models.TextField(blank=True)
    discussion = models.TextField(blank=True)
    inputs = models.JSONField(default=dict, help_text="The ranking as it stood: files, totals, envelope, line.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    voided_at = models.DateTimeField(null=True, blank=True)
    sent_back_why = models.TextField(blank=True, default="", db_default="", help_text="Its decision was.")
    sent_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    objects = RecommendationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=models.Q(voided_at__isnull=True),
                name="recommendation_one_stands",
            ),
            models.CheckConstraint(condition=models.Q(outcome__in=Outcome.values), name="recommendation_outcome_known"),
        ]

    def __str__(self) -> str:
        return f"{self.application} · {self.outcome}"

    @property
    def parts(self) -> Parts:
        """What its amount is made of: the reimbursement and the bonus."""
        return self.application.requested.of(self.amount)

    @property
    def evidence(self) -> Evidence | None:
        """The ranking that it was read from; None where none was kept."""
        return Evidence.read(self.inputs) if self.inputs else None


class RecommendationShare(models.Model):
    """The part of a recommended amount that one envelope (fiscal year and agreement) is asked to pay."""

    recommendation = models.ForeignKey(Recommendation, on_delete=models.CASCADE, related_name="shares")
    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recommendation", "envelope"], name="recommendation_share_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="recommendation_share_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.envelope} · {self.amount}"
