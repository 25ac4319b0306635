"""Programmes and calls, in English: `.published().open()`, `.visible_to(user)`."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.roles import CLUSTER_READERS, ClusterRole
from accounts.rules import in_office, is_person
from programs.roles import ProgramRole
from programs.states import SHOWN, CallState
from work import clock

if TYPE_CHECKING:
    from decimal import Decimal

    from accounts.models import User
    from programs.models import Call, Program


def managed_by(user: "User", prefix: str = "") -> Q:
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


def held_on(user: "User", *roles: str, program: str, limit: str = "") -> Q:
    """The condition that `user` holds one of `roles` today on the programme reached by the path `program`; with
    `limit`, by an appointment that delegates them as many dollars as the field of that name says."""
    seats = user.appointments.filter(in_office(), role__in=roles)
    if limit:
        seats = seats.filter(limit__gte=OuterRef(limit))
    held = Q(**{f"{program}__in": seats.exclude(program=None).values("program_id")}) | Q(
        **{f"{program}__cluster__in": seats.filter(program=None).values("cluster_id")}
    )
    if ProgramRole.OFFICER in roles:
        clusters = user.cluster_appointments.filter(in_office(), role=ClusterRole.OFFICER).values("cluster_id")
        held |= Q(**{f"{program}__cluster__in": clusters})
    return held


# Roles that read how a programme is set up. Reviewers and everybody else read the public catalogue.
READERS = (
    ProgramRole.OFFICER,
    ProgramRole.SCREENER,
    ProgramRole.CONFIRMER,
    ProgramRole.CHAIR,
    ProgramRole.ENDORSER,
    ProgramRole.APPROVER,
    ProgramRole.RECONSIDERER,
)
# Roles that handle a programme's money, and so read its envelopes: who spends, who recommends, who approves.
MONEY_HANDLERS = (ProgramRole.OFFICER, ProgramRole.CHAIR, ProgramRole.ENDORSER, ProgramRole.APPROVER)


def read_by(user: "User", prefix: str = "", *, roles: Collection[str] = READERS) -> Q:
    """The condition that a programme (reached through `prefix`) is one whose set-up `user` may read as staff."""
    seats = user.appointments.filter(in_office(), role__in=roles)
    clusters = user.cluster_appointments.filter(in_office(), role__in=CLUSTER_READERS).values("cluster_id")
    own = prefix.rstrip("_") if prefix else "pk"
    return (
        Q(**{f"{own}__in": seats.exclude(program=None).values("program_id")})
        | Q(**{f"{prefix}cluster__in": seats.filter(program=None).values("cluster_id")})
        | Q(**{f"{prefix}cluster__in": clusters})
    )


def is_staff(user: object) -> bool:
    """Whether `user` holds a role today that reads the set-up of at least one programme."""
    if not is_person(user):
        return False
    return (
        user.appointments.filter(in_office(), role__in=READERS).exists()
        or user.cluster_appointments.filter(in_office(), role__in=CLUSTER_READERS).exists()
    )


def works_here(user: object) -> bool:
    """Whether `user` is of the staff today, or holds any role of a cluster: an administrator reads no programme."""
    return is_staff(user) or (is_person(user) and user.cluster_appointments.filter(in_office()).exists())


def handles_money(user: "User") -> bool:
    """Whether `user` holds a role today that handles the money of a programme."""
    return user.appointments.filter(in_office(), role__in=MONEY_HANDLERS).exists()


class ProgramQuerySet(models.QuerySet["Program"]):
    def of_staff(self, user: object) -> Self:
        """Programmes whose set-up `user` may read by a role of the cluster or of the programme."""
        return self.filter(read_by(user)) if is_person(user) else self.none()

    def managed_by(self, user: object) -> Self:
        """Programmes whose officer `user` is today."""
        return self.filter(managed_by(user)) if is_person(user) else self.none()

    def with_money_of(self, user: "User") -> Self:
        """Programmes whose money `user` handles, or whose cluster's books they read."""
        return self.filter(read_by(user, roles=MONEY_HANDLERS))

    def published(self) -> Self:
        """Programmes with at least one call that the public may see."""
        calls = apps.get_model("programs", "Call")._default_manager
        return self.filter(Exists(calls.filter(program=OuterRef("pk"), state=CallState.PUBLISHED)))


class CallQuerySet(models.QuerySet["Call"]):
    def of_staff(self, user: object) -> Self:
        """Calls of the programmes whose set-up `user` may read."""
        return self.filter(read_by(user, "program__")) if is_person(user) else self.none()

    def published(self) -> Self:
        return self.filter(state=CallState.PUBLISHED)

    def shown(self) -> Self:
        """Calls on the public page of their programme. One that was cancelled while a draft was never public: it may
        lack its dates, or its rules were never published."""
        was_public = Q(opens_at__isnull=False, closes_at__isnull=False, rules__published_at__isnull=False)
        return self.filter(Q(was_public) | Q(state=CallState.PUBLISHED), state__in=SHOWN)

    def open(self) -> Self:
        """Published calls that the clock says are open now."""
        now = clock.now()
        return self.published().filter(opens_at__lte=now, closes_at__gt=now)

    def managed_by(self, user: object) -> Self:
        """Calls of the programmes whose officer `user` is today."""
        return self.filter(managed_by(user, "program__")) if is_person(user) else self.none()


def in_office_holders(
    program: "Program", role: ProgramRole, *, limit: "Decimal | None" = None
) -> "models.QuerySet[User]":
    """The people with an account that is open who hold `role` by appointment to `program`, or to all those of its
    cluster, today; with `limit`, those who may approve that many dollars.
    """
    seats = program.appointments.model.objects.filter(in_office(), role=role)
    if limit is not None:
        seats = seats.filter(limit__gte=limit)
    held = seats.filter(Q(program=program) | Q(program=None, cluster=program.cluster_id))
    return get_user_model().objects.filter(is_active=True, pk__in=held.values("user_id")).order_by("pk")


def in_office_officers(program: "Program") -> "models.QuerySet[User]":
    """The people who are officers of `program` today, by appointment to it, to its cluster, or in the whole cluster."""
    appointed = in_office_holders(program, ProgramRole.OFFICER).values("pk")
    everywhere = program.cluster.appointments.filter(in_office(), role=ClusterRole.OFFICER).values("user_id")
    people = get_user_model().objects.filter(is_active=True)
    return people.filter(Q(pk__in=appointed) | Q(pk__in=everywhere)).order_by("pk")
