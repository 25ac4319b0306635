"""The roles that people hold today, as lines that a page can list."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Cluster, ClusterAppointment, User
from accounts.rules import in_office
from desk.roles import RoleKind
from funding.models import Partner, PartnerSeat
from programs.models import Appointment, Program
from programs.roles import ProgramRole
from work.querysets import by_name


@dataclass(frozen=True)
class RoleLine:
    """A role held: `name` names it in a form; `detail` says where, on whose side or within which limit."""

    user_id: int
    kind: RoleKind
    name: str
    label: str
    where: str
    starts_on: date
    ends_on: date | None
    held: ClusterAppointment | Appointment | PartnerSeat
    limit: Decimal | None = None
    seat: str = ""


def programs_of(cluster: Cluster) -> QuerySet[Program]:
    """Every programme on which the cluster gives a role, by its code."""
    return Program.objects.filter(cluster=cluster).order_by("code")


def partners_of(cluster: Cluster) -> QuerySet[Partner]:
    """Every government partner for whom the cluster gives a seat, by its short name."""
    return cluster.partners.order_by(*by_name("short_name"))


def cluster_roles(cluster: Cluster | None, users: Collection[User]) -> Iterator[RoleLine]:
    """Roles in the whole of `cluster` (any cluster when None)."""
    rows = ClusterAppointment.objects.filter(in_office(), user__in=users).select_related("cluster", "user")
    for held in (rows if cluster is None else rows.filter(cluster=cluster)).order_by("role"):
        yield RoleLine(
            user_id=held.user_id,
            kind=RoleKind.CLUSTER,
            name=f"cluster:{held.cluster.slug}:{held.role}",
            label=held.get_role_display(),
            where=held.cluster.name,
            starts_on=held.starts_on,
            ends_on=held.ends_on,
            held=held,
        )


def program_roles(cluster: Cluster | None, users: Collection[User]) -> Iterator[RoleLine]:
    """Roles on programmes of `cluster` (of any when None)."""
    rows = Appointment.objects.filter(in_office(), user__in=users).select_related("cluster", "program", "user")
    for held in (rows if cluster is None else rows.filter(cluster=cluster)).order_by("program__code", "role"):
        yield RoleLine(
            user_id=held.user_id,
            kind=RoleKind.PROGRAM,
            name=f"program:{held.program.code if held.program else ''}:{held.role}",
            label=held.get_role_display(),
            where=held.program.name if held.program else _("all programmes"),
            starts_on=held.starts_on,
            ends_on=held.ends_on,
            held=held,
            limit=held.limit if held.role == ProgramRole.APPROVER else None,
            seat=held.get_seat_display() if held.seat else "",
        )


def partner_seats(cluster: Cluster | None, users: Collection[User]) -> Iterator[RoleLine]:
    """Seats with partners of `cluster` (of any when None)."""
    rows = PartnerSeat.objects.filter(in_office(), user__in=users).select_related("partner", "user")
    for held in (rows if cluster is None else rows.filter(partner__cluster=cluster)).order_by("role"):
        yield RoleLine(
            user_id=held.user_id,
            kind=RoleKind.PARTNER,
            name=f"partner:{held.partner.public_id}:{held.role}",
            label=held.get_role_display(),
            where=held.partner.name,
            starts_on=held.starts_on,
            ends_on=held.ends_on,
            held=held,
        )
