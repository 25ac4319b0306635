"""The approval chain."""

from django.conf import settings
from django.db import models

from applications.models import Application
from audit.states import ChangeKind
from decisions.querysets import ConcurrenceQuerySet, DecisionQuerySet, ShareQuerySet, StepQuerySet
from decisions.states import OPEN, ConcurrenceState, DecisionKind, DecisionState, ReturnTo, StepKind
from decisions.workflow import ConcurrenceLife, DecisionLife
from funding.models import Agreement, Envelope
from letters.models import Letter
from programs.money import Parts
from reviews.models import Recommendation
from work import clock
from work.models import PublicModel, Versioned, state_check


class Decision(PublicModel, Versioned, DecisionLife):
    """One decision on one file. At most one is open; an issued one is superseded, never overwritten.

    Its `version` is that of its reasons.
    """

    written_by, written_at = "reasons_by", "reasons_at"

    change_kind = ChangeKind.DECISION

    subject = "decision"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=20, choices=DecisionKind.choices)
    amount = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    recommendation = models.ForeignKey(
        Recommendation, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    letter = models.OneToOneField(
        Letter, on_delete=models.PROTECT, null=True, blank=True, related_name="decision", help_text="Once it is issued."
    )
    reasons_fr = models.TextField(blank=True)
    reasons_en = models.TextField(blank=True)
    reasons_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    reasons_at = models.DateTimeField(null=True, blank=True)
    number = models.PositiveSmallIntegerField(default=1, help_text="1 for the first decision on the file.")
    at = models.DateTimeField(default=clock.now)
    since = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    issued_at = models.DateTimeField(null=True, blank=True)
    turn: str  # the step that it waits for, "" for none: on the rows of `.with_turn()` alone

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=models.Q(state__in=[str(state) for state in OPEN]),
                name="decision_one_open",
            ),
            models.UniqueConstraint(fields=["application", "number"], name="decision_number_unique"),
            state_check("state", DecisionState),
            models.CheckConstraint(condition=models.Q(kind__in=DecisionKind.values), name="decision_kind_known"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="decision_amount_not_negative"),
        ]
        indexes = [models.Index(fields=["state", "since", "id"], name="decision_waiting")]

    def __str__(self) -> str:
        return f"{self.application} · {self.kind}"

    @property
    def parts(self) -> Parts:
        """What its amount is made of: the reimbursement and the bonus."""
        return self.application.requested.of(self.amount)


class DecisionShare(models.Model):
    """The part of the amount that one envelope pays."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="shares")
    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    objects = ShareQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "envelope"], name="decision_share_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="decision_share_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.envelope} · {self.amount}"


class Step(models.Model):
    """One act of the approval chain. Sent back, the acts before it are void and kept.

    `back_to` is of a return alone; "" too of one that the release before wrote beside this one.
    """

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=20, choices=StepKind.choices)
    back_to = models.CharField(max_length=20, choices=ReturnTo.choices, blank=True, default="", db_default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)
    at = models.DateTimeField(default=clock.now)
    voided_at = models.DateTimeField(null=True, blank=True)

    objects = StepQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.kind} · {self.by}"

    @property
    def returned_to(self) -> ReturnTo | None:
        """Where it sent the decision back to; None of any other act."""
        return ReturnTo(self.back_to) if self.back_to else None

    @property
    def title(self) -> str:
        """What was done, in words; of a return, where to."""
        return str(self.returned_to.row.title if self.returned_to else self.get_kind_display())


class Concurrence(PublicModel, ConcurrenceLife):
    """A concurrence required of one partner, because the award passes the threshold of its agreement.

    Sent back, it is void and kept: the next round asks again.
    """

    change_kind = ChangeKind.CONCURRENCE

    subject = "concurrence"

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="concurrences")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="concurrences")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="concurrences")
    asked_at = models.DateTimeField(default=clock.now)
    given_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    since = models.DateTimeField(default=clock.now)
    voided_at = models.DateTimeField(null=True, blank=True)

    objects = ConcurrenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "agreement"],
                condition=models.Q(voided_at__isnull=True),
                name="concurrence_once",
            ),
            state_check("state", ConcurrenceState),
        ]

    def __str__(self) -> str:
        return f"{self.decision} · {self.agreement}"
