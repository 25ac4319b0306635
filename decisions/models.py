"""The approval chain and the letters it ends in."""

from django.conf import settings
from django.db import models

from applications.models import Application
from decisions.querysets import ConcurrenceQuerySet, DecisionQuerySet, LetterQuerySet
from decisions.states import OPEN, DecisionKind, DecisionState, LetterState, StepKind
from decisions.workflow import ConcurrenceLife, DecisionLife, LetterLife
from documents.models import Rendering
from funding.models import Agreement, Envelope
from programs.models import LetterTemplate
from programs.states import LetterKind
from reviews.models import Recommendation
from work import clock
from work.models import PublicModel, WorkItem, state_check

MONEY = {"max_digits": 14, "decimal_places": 2}


class Decision(PublicModel, DecisionLife):
    """One decision on one file. At most one is open; an issued one is superseded, never overwritten."""

    subject = "decision"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=20, choices=DecisionKind.choices)
    amount = models.DecimalField(**MONEY, default=0)
    recommendation = models.ForeignKey(
        Recommendation, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    reasons_fr = models.TextField(blank=True)
    reasons_en = models.TextField(blank=True)
    number = models.PositiveSmallIntegerField(default=1, help_text="1 for the first decision on the file.")
    at = models.DateTimeField(default=clock.now)
    since = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    issued_at = models.DateTimeField(null=True, blank=True)

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

    def __str__(self):
        return f"{self.application} · {self.kind}"


class DecisionShare(models.Model):
    """The part of the amount that one envelope pays."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="shares")
    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(**MONEY)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "envelope"], name="decision_share_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="decision_share_positive"),
        ]

    def __str__(self):
        return f"{self.envelope} · {self.amount}"


class Step(models.Model):
    """One act of the approval chain. Sent back, the acts before it are void and kept."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=20, choices=StepKind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)
    at = models.DateTimeField(default=clock.now)
    voided_at = models.DateTimeField(null=True, blank=True)

    def __str__(self):
        return f"{self.kind} · {self.by}"


class Concurrence(PublicModel, ConcurrenceLife):
    """A concurrence required of one partner, because the award passes the threshold of its agreement.

    Sent back, it is void and kept: the next round asks again.
    """

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
            state_check("state", ["asked", "given"]),
        ]

    def __str__(self):
        return f"{self.decision} · {self.agreement}"


class Letter(PublicModel, LetterLife, WorkItem):
    """The letter of one decision. `code` verifies it on the public page. Its HTML is frozen when it is queued."""

    subject = "letter"

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="letter")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="letters")
    template = models.ForeignKey(LetterTemplate, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=20, choices=LetterKind.choices)
    code = models.CharField(max_length=16, unique=True)
    language = models.CharField(max_length=2, help_text="Of the title and of the text that prevails.")
    regime = models.CharField(max_length=20)
    subject_line = models.CharField(max_length=250)
    html = models.TextField()
    rendering = models.OneToOneField(Rendering, on_delete=models.PROTECT, null=True, blank=True, related_name="letter")
    at = models.DateTimeField(default=clock.now)
    since = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    served_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        constraints = [state_check("state", LetterState)]
        indexes = [models.Index(fields=["state", "due"], name="letter_waiting")]

    def __str__(self):
        return self.code
