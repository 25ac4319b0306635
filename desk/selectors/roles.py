"""Who a person is here today, in one query."""

from typing import Any

from django.db.models import CharField, QuerySet, Value

from accounts.models import ClusterAppointment, Membership
from accounts.rules import is_person
from desk.roles import RoleKind
from funding.models import PartnerSeat
from programs.models import Appointment

KEPT = "_roles_today"  # what remembers them on the user


def roles_of(user: object) -> frozenset[tuple[str, str]]:
    """The roles that `user` holds today, as a set of (kind, role): ("program", "reviewer"), ("company", "signatory")…

    Kinds: those of `RoleKind`. One query, remembered on the user for the rest of the request.
    """
    if not is_person(user):
        return frozenset()
    if not hasattr(user, KEPT):
        held = [
            _named(RoleKind.CLUSTER, ClusterAppointment.objects.held_by(user)),
            _named(RoleKind.PROGRAM, Appointment.objects.held_by(user)),
            _named(RoleKind.PARTNER, PartnerSeat.objects.held_by(user)),
            _named(RoleKind.COMPANY, Membership.objects.current().filter(user=user)),
        ]
        setattr(user, KEPT, frozenset(held[0].union(*held[1:])))
    return getattr(user, KEPT)


def _named(kind: RoleKind, rows: QuerySet[Any]) -> QuerySet[Any, tuple[str, str]]:
    return rows.annotate(kind=Value(kind.value, output_field=CharField())).order_by().values_list("kind", "role")
