"""Who acts on a programme."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Cluster, User
from accounts.rules import account_is_closed, ends_before_it_starts, last_day_of_ended
from audit import services as trail
from audit.actors import Actor
from moves.refusals import Forbidden, WrongMoment
from programs.models import Appointment, Program
from programs.roles import ProgramRole, Seat
from programs.rules import may_appoint
from work import clock
from work.money import cents


@transaction.atomic
def appoint(
    user: User,
    *,
    by: Actor,
    role: str,
    program: Program | None = None,
    cluster: Cluster | None = None,
    seat: str = "",
    limit: Decimal | int | str | None = None,
    capacity: int = 20,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Appointment:
    """Give `user` a role on `program`, or on all programmes of `cluster`. Again changes the appointment held.

    `seat`: a reviewer's side; `limit`: an approver's, in dollars; `capacity`: files of one call that a
    reviewer has at a time.
    """
    cluster = program.cluster if program else cluster
    assert cluster is not None  # one of the two is given
    role = ProgramRole(role)
    if not may_appoint(cluster, program, role, by):
        raise Forbidden(_("Only an administrator appoints people; a programme officer appoints reviewers."))
    starts_on = starts_on or clock.today()
    _check(user, role=role, seat=seat, limit=limit, starts_on=starts_on, ends_on=ends_on)
    Cluster.objects.select_for_update().get(pk=cluster.pk)
    kept = {
        "seat": Seat(seat).value if role == ProgramRole.REVIEWER else "",
        "limit": cents(Decimal(limit)) if role == ProgramRole.APPROVER and limit is not None else None,
        "capacity": capacity,
        "starts_on": starts_on,
        "ends_on": ends_on,
    }
    appointment, _made = Appointment.objects.update_or_create(
        user=user, cluster=cluster, program=program, role=role, defaults=kept
    )
    trail.record(
        program or cluster, "program.appoint", by=by, given={"person": user.public_id, "role": str(role), **kept}
    )
    return appointment


@transaction.atomic
def end_appointment(appointment: Appointment, *, by: Actor) -> Appointment:
    """Take a role back at once: yesterday becomes its last day. What the person did stays."""
    appointment = (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("user", "cluster", "program")
        .get(pk=appointment.pk)
    )
    if not may_appoint(appointment.cluster, appointment.program, appointment.role, by):
        raise Forbidden(_("Only an administrator appoints people; a programme officer appoints reviewers."))
    appointment.ends_on = last_day_of_ended()
    appointment.save(update_fields=["ends_on"])
    trail.record(
        appointment.program or appointment.cluster,
        "program.end_appointment",
        by=by,
        given={"person": appointment.user.public_id, "role": appointment.role},
    )
    return appointment


def _check(
    user: User,
    *,
    role: str,
    seat: str,
    limit: Decimal | int | str | None,
    starts_on: date,
    ends_on: date | None,
) -> None:
    """ValidationError by field; WrongMoment for a closed account."""
    if closed := account_is_closed(user):
        raise WrongMoment(closed)
    errors: dict[str, str] = {}
    if role == ProgramRole.REVIEWER and seat not in Seat.values:
        errors["seat"] = _("Say on whose side the reviewer sits: cluster, industry or independent.")
    if role == ProgramRole.APPROVER and (limit is None or Decimal(limit) < 0):
        errors["limit"] = _("Give the limit in dollars that this person may approve.")
    if wrong := ends_before_it_starts(starts_on, ends_on):
        errors["ends_on"] = str(wrong.message)
    if errors:
        raise ValidationError(errors)
