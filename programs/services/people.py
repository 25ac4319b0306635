"""Who acts on a programme."""

from datetime import timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Cluster
from audit import services as trail
from moves.refusals import Forbidden, Refusal, WrongMoment
from programs.models import Appointment
from programs.roles import ProgramRole, Seat
from programs.rules import may_appoint
from work import clock
from work.money import cents


@transaction.atomic
def appoint(
    user, *, by, role, program=None, cluster=None, seat="", limit=None, capacity=20, starts_on=None, ends_on=None
) -> Appointment:
    """Give `user` a role on `program`, or on all programmes of `cluster`. Again changes the appointment held.

    `seat`: a reviewer's side; `limit`: an approver's, in dollars; `capacity`: files a reviewer takes in one call.
    """
    cluster = program.cluster if program else cluster
    role = ProgramRole(role)
    if not may_appoint(cluster, program, role, by):
        raise Forbidden(_("Only an administrator appoints people; a programme officer appoints reviewers."))
    starts_on = starts_on or clock.today()
    _check(user, role=role, seat=seat, limit=limit, starts_on=starts_on, ends_on=ends_on)
    Cluster.objects.select_for_update().get(pk=cluster.pk)
    kept = {
        "seat": Seat(seat).value if role == ProgramRole.REVIEWER else "",
        "limit": cents(Decimal(limit)) if role == ProgramRole.APPROVER else None,
        "capacity": capacity,
        "starts_on": starts_on,
        "ends_on": ends_on,
    }
    appointment, _made = Appointment.objects.update_or_create(
        user=user, cluster=cluster, program=program, role=role, defaults=kept
    )
    trail.record(
        program or cluster, "program.appoint", by=by, given={"person": user.public_id, "role": role.value} | kept
    )
    return appointment


@transaction.atomic
def end_appointment(appointment, *, by) -> Appointment:
    """Take a role back at once: yesterday becomes its last day. What the person did stays."""
    appointment = (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("user", "cluster", "program")
        .get(pk=appointment.pk)
    )
    if not may_appoint(appointment.cluster, appointment.program, appointment.role, by):
        raise Forbidden(_("Only an administrator appoints people; a programme officer appoints reviewers."))
    appointment.ends_on = clock.today() - timedelta(days=1)
    appointment.save(update_fields=["ends_on"])
    trail.record(
        appointment.program or appointment.cluster,
        "program.end_appointment",
        by=by,
        given={"person": appointment.user.public_id, "role": appointment.role},
    )
    return appointment


def _check(user, *, role, seat, limit, starts_on, ends_on):
    """ValidationError by field; WrongMoment for a closed account."""
    if not user.is_active:
        raise WrongMoment(Refusal(_("This account is closed."), code="closed"))
    errors = {}
    if role == ProgramRole.REVIEWER and seat not in Seat.values:
        errors["seat"] = _("Say on whose side the reviewer sits: cluster, industry or independent.")
    if role == ProgramRole.APPROVER and (limit is None or Decimal(limit) < 0):
        errors["limit"] = _("Give the limit in dollars that this person may approve.")
    if ends_on and ends_on < starts_on:
        errors["ends_on"] = _("The appointment ends before it starts.")
    if errors:
        raise ValidationError(errors)
