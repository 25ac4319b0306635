"""Who did what, and where people stand, on each file. These rows only grow: triggers refuse anything else.

Files are a plain `application_id`: this app is below theirs. The tables were made in `audit` and keep their names,
so that the program before and the program after read the same rows.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from moves import states
from moves.querysets import DutyDoneQuerySet, StanceQuerySet
from work import clock


class DutyDone(models.Model):
    """That a person did a duty on a file, first at `at`. What they may no longer do follows (`moves.duties`)."""

    application_id = models.BigIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    duty = models.CharField(max_length=30, choices=states.Duty.choices)
    at = models.DateTimeField(default=clock.now)

    objects = DutyDoneQuerySet.as_manager()

    class Meta:
        db_table = "audit_dutydone"
        verbose_name_plural = "duties done"
        constraints = [
            models.UniqueConstraint(fields=["application_id", "user", "duty"], name="audit_duty_once"),
            models.CheckConstraint(condition=models.Q(duty__in=states.Duty.values), name="audit_duty_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.duty} {self.application_id}"


class Standing(models.Model):
    """Where a person declared to stand towards a file. Declarations are kept; the latest counts."""

    application_id = models.BigIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    standing = models.CharField(max_length=10, choices=states.StandingState.choices, verbose_name=_("declaration"))
    at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "audit_standing"
        indexes = [
            models.Index(fields=["application_id", "user", "-id"], name="audit_standing_latest"),
            # What every list leaves out for its reader: a few rows of theirs, among the many that say "none".
            models.Index(
                fields=["user", "application_id", "id"],
                name="audit_standing_barring",
                condition=models.Q(standing__in=list(states.BARRING)),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(standing__in=states.StandingState.values), name="audit_standing_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.standing} {self.application_id}"


class Stance(models.Model):
    """Where a person stands towards a file: what they declared last, and each party of it that they act for, or did.

    A view: nothing is written here. The view of this app tells the declarations; `applications`, which has the files
    and their parties, tells of these too (its migrations). `kind` is a `StandingState` or a `Party`; whether it `bars`
    follows from it, and from when the person stopped acting for the `organisation`, where they did.
    """

    pk = models.CompositePrimaryKey("application_id", "user_id", "kind", "organisation")
    application_id = models.BigIntegerField()
    user_id = models.BigIntegerField()
    kind = models.CharField(max_length=10)
    bars = models.BooleanField()
    organisation = models.CharField(max_length=250)
    ended_at = models.DateTimeField(null=True)

    objects = StanceQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "moves_stance"

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.application_id}"
