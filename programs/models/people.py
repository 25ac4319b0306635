"""Appointments: who acts on a programme, in which role, within which limit, between which dates."""

from django.conf import settings
from django.db import models

from accounts.models import Cluster
from programs.models.programs import Program
from programs.querysets import AppointmentQuerySet
from programs.roles import ProgramRole, Seat
from work import clock


class Appointment(models.Model):
    """A role on one programme, or on all of a cluster's programmes when `program` is empty. `limit` is in dollars."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="appointments")
    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="program_appointments")
    program = models.ForeignKey(Program, on_delete=models.CASCADE, null=True, blank=True, related_name="appointments")
    role = models.CharField(max_length=20, choices=ProgramRole.choices)
    seat = models.CharField(max_length=20, choices=Seat.choices, blank=True)
    limit = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    capacity = models.PositiveIntegerField(default=20, help_text="Files of one call that a reviewer has at a time.")
    starts_on = models.DateField(default=clock.today)
    ends_on = models.DateField(null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "cluster", "program", "role"],
                name="appointment_held_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=models.Q(role__in=ProgramRole.values), name="appointment_role_known"),
            models.CheckConstraint(
                condition=~models.Q(role=ProgramRole.REVIEWER) | models.Q(seat__in=Seat.values),
                name="appointment_reviewer_has_a_seat",
            ),
            models.CheckConstraint(
                condition=~models.Q(role=ProgramRole.APPROVER) | models.Q(limit__isnull=False, limit__gte=0),
                name="appointment_approver_has_a_limit",
            ),
        ]
        indexes = [models.Index(fields=["program", "role"], name="appointment_program_role")]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"
