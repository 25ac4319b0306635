"""Awards: what an issued approval granted, by envelope. Opened by a reaction, never by hand."""

from django.db import models

from accounts.models import Organisation
from applications.models import Application
from audit.states import ChangeKind
from decisions.models import Decision
from funding.models import Envelope
from programs.money import Parts
from work import clock
from work.models import PublicModel


class Award(PublicModel):
    """An aid granted to an organisation by one decision."""

    change_kind = ChangeKind.AWARD

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="award")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="awards")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="awards")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(amount__gt=0), name="award_amount_positive")]
        indexes = [models.Index(fields=["updated_at", "id"], name="award_updated")]

    def __str__(self) -> str:
        return f"{self.application} · {self.amount}"

    @property
    def parts(self) -> Parts:
        """What its amount is made of: the reimbursement and the bonus."""
        return self.application.requested.of(self.amount)


class AwardShare(models.Model):
    """The part of an award that one envelope pays (a fiscal year of an agreement)."""

    award = models.ForeignKey(Award, on_delete=models.CASCADE, related_name="shares")
    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["award", "envelope"], name="award_share_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="award_share_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.envelope} · {self.amount}"
