"""Programmes and calls, in English: `.published().open()`, `.visible_to(user)`."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.roles import ClusterRole
from accounts.rules import in_office, is_person
from programs.roles import ProgramRole
from programs.states import CallState
from work import clock


def managed_by(user, prefix=""):
    """The condition that a programme (reached through `prefix`) is run by `user` as an officer today."""
    by_appointment = user.appointments.filter(in_office(), role=ProgramRole.OFFICER)
    clusters = user.cluster_appointments.filter(in_office(), role=ClusterRole.OFFICER).values("cluster_id")
    return (
        Q(
            **{
                f"{prefix}pk__in" if not prefix else f"{prefix.rstrip('_')}__in": by_appointment.exclude(
                    program=None
                ).values("program_id")
            }
        )
        | Q(**{f"{prefix}cluster__in": by_appointment.filter(program=None).values("cluster_id")})
        | Q(**{f"{prefix}cluster__in": clusters})
    )


class ProgramQuerySet(models.QuerySet):
    def managed_by(self, user):
        """Programmes whose officer `user` is today."""
        return self.filter(managed_by(user)) if is_person(user) else self.none()

    def published(self):
        """Programmes with at least one call that the public may see."""
        calls = self.model._meta.get_field("calls").related_model.objects
        return self.filter(Exists(calls.filter(program=OuterRef("pk"), state=CallState.PUBLISHED)))


class CallQuerySet(models.QuerySet):
    def published(self):
        return self.filter(state=CallState.PUBLISHED)

    def open(self):
        """Published calls that the clock says are open now."""
        now = clock.now()
        return self.published().filter(opens_at__lte=now, closes_at__gt=now)

    def managed_by(self, user):
        """Calls of the programmes whose officer `user` is today."""
        return self.filter(managed_by(user, "program__")) if is_person(user) else self.none()
