"""Who sits for a government partner."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rules import account_is_closed, ends_before_it_starts, last_day_of_ended, may_administer
from audit import services as trail
from audit.actors import Actor
from funding.models import Partner, PartnerSeat
from funding.roles import PartnerRole
from moves.refusals import Forbidden, WrongMoment
from work import clock


@transaction.atomic
def seat_partner(
    user: User,
    partner: Partner,
    *,
    by: Actor,
    role: str,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> PartnerSeat:
    """Seat `user` for a government partner: as its analyst, or to give its concurrence."""
    if not may_administer(partner.cluster, by):
        raise Forbidden(_("Only an administrator of the cluster gives and takes back roles."))
    seated, starts_on = PartnerRole(role), starts_on or clock.today()
    if closed := account_is_closed(user):
        raise WrongMoment(closed)
    if wrong := ends_before_it_starts(starts_on, ends_on):
        raise ValidationError({"ends_on": str(wrong.message)})
    seat, _made = PartnerSeat.objects.update_or_create(
        user=user, partner=partner, role=seated, defaults={"starts_on": starts_on, "ends_on": ends_on}
    )
    given = {"person": user.public_id, "role": seated.value, "starts_on": starts_on, "ends_on": ends_on}
    trail.record(partner, "partner.seat", by=by, given=given)
    return seat


@transaction.atomic
def end_partner_seat(seat: PartnerSeat, *, by: Actor) -> PartnerSeat:
    """Take a partner's seat back at once."""
    seat = PartnerSeat.objects.select_for_update(of=("self",)).select_related("partner", "user").get(pk=seat.pk)
    if not may_administer(seat.partner.cluster, by):
        raise Forbidden(_("Only an administrator of the cluster gives and takes back roles."))
    seat.ends_on = last_day_of_ended()
    seat.save(update_fields=["ends_on"])
    trail.record(seat.partner, "partner.end_seat", by=by, given={"person": seat.user.public_id, "role": seat.role})
    return seat
