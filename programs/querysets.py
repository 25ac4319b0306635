"""Programmes, calls and appointments, in English: `.published().open()`, `.of_staff(user)`; who holds which role."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import ClusterAppointment
from accounts.querysets import TermQuerySet
from accounts.roles import CLUSTER_READERS, ClusterRole
from accounts.rules import is_person
from programs.roles import MONEY_HANDLERS, READERS, ProgramRole, cluster_roles
from programs.states import SHOWN, CallState
from work import clock
from work.querysets import by_name

if TYPE_CHECKING:
    from accounts.models import User
    from programs.models import Appointment, Call, Program


def held_on(
    user: "User", *roles: ProgramRole, program: str = "", also: Iterable[ClusterRole] = (), limit: str = ""
) -> Q:
    """The condition that `user` holds one of `roles` today on the programme reached by the path `program` (the row
    itself when empty): by an appointment to it or to all programmes of its cluster, or by a role of the cluster that
    is one of `roles` there, or that is one of `also`. With `limit`, by an appointment that delegates as many dollars as
    the field of that name says.

    The other direction, who holds a role on a programme, is `in_office_holders`; one person on one programme, `holds`;
    of the person and the programme of each row, `held_by_theirs`.
    """
    held = user.appointments.held_today().filter(role__in=roles)
    if limit:
        held = held.filter(limit__gte=OuterRef(limit))
    everywhere = user.cluster_appointments.held_today().filter(role__in={*cluster_roles(roles), *also})
    own, cluster = (f"{program}__in", f"{program}__cluster__in") if program else ("pk__in", "cluster__in")
    return (
        Q(**{own: held.exclude(program=None).values("program_id")})
        | Q(**{cluster: held.filter(program=None).values("cluster_id")})
        | Q(**{cluster: everywhere.values("cluster_id")})
    )


def read_by(user: "User", program: str = "") -> Q:
    """The condition that `user` reads, as staff, how the programme reached by the path `program` is set up."""
    return held_on(user, *READERS, program=program, also=CLUSTER_READERS)


def held_by_theirs(role: ProgramRole, *, person: str, program: str) -> Q:
    """The condition, of each row, that the person whom its path `person` leads to holds `role` today on the programme
    that its path `program` leads to: by an appointment or by a role of the cluster, as `held_on` has it."""
    theirs, cluster = {"user_id": OuterRef(f"{person}_id")}, {"cluster_id": OuterRef(f"{program}__cluster_id")}
    appointments = apps.get_model("programs", "Appointment")._default_manager.held_today().filter(role=role, **theirs)
    held = Q(Exists(appointments.filter(Q(program_id=OuterRef(f"{program}_id")) | Q(program=None, **cluster))))
    if everywhere := cluster_roles([role]):
        wide = ClusterAppointment.objects.held_today().filter(role__in=everywhere, **theirs, **cluster)
        held |= Q(Exists(wide))
    return held


class ProgramQuerySet(models.QuerySet["Program"]):
    def of_staff(self, user: object) -> Self:
        """Programmes whose set-up `user` reads as staff, published or not: those where they hold one of `READERS`, and
        those of a cluster whose books they read. None for a reviewer, an administrator, a partner or an applicant."""
        return self.filter(read_by(user)) if is_person(user) else self.none()

    def with_money_of(self, user: "User") -> Self:
        """Programmes whose money `user` handles, or whose cluster's books they read: not those that they only screen,
        confirm or reconsider."""
        return self.filter(held_on(user, *MONEY_HANDLERS, also=CLUSTER_READERS))

    def published(self) -> Self:
        """Programmes with at least one call that the public may see."""
        calls = apps.get_model("programs", "Call")._default_manager
        return self.filter(Exists(calls.filter(program=OuterRef("pk"), state=CallState.PUBLISHED)))

    def by_code(self) -> Self:
        return self.order_by("code", "pk")


class CallQuerySet(models.QuerySet["Call"]):
    def of_staff(self, user: object) -> Self:
        """Calls of the programmes whose set-up `user` reads as staff (see there), in every state, drafts included."""
        return self.filter(read_by(user, "program")) if is_person(user) else self.none()

    def published(self) -> Self:
        return self.filter(state=CallState.PUBLISHED)

    def shown(self) -> Self:
        """Calls on the public page of their programme."""
        return self.once_published().filter(state__in=SHOWN)

    def once_published(self) -> Self:
        """Calls that the public could see once, whatever became of them. One that was cancelled while a draft was never
        public: it may lack its dates, or its rules were never published."""
        was_public = Q(opens_at__isnull=False, closes_at__isnull=False, rules__published_at__isnull=False)
        return self.filter(was_public).exclude(state=CallState.DRAFT)

    def last_to_close_first(self) -> Self:
        return self.order_by("-closes_at", "pk")

    def open(self) -> Self:
        """Published calls that the clock says are open now."""
        now = clock.now()
        return self.published().filter(opens_at__lte=now, closes_at__gt=now)

    def latest_first(self) -> Self:
        """As they were made, the latest first: a programme's own is the first one of its calls."""
        return self.order_by("-pk")

    def by_opening(self) -> Self:
        """The last one to open first; those that have no opening yet before all."""
        return self.order_by("-opens_at", "-pk")


class AppointmentQuerySet(TermQuerySet["Appointment"]):
    def on(self, program: "Program") -> Self:
        """Those to `program`, and those to all programmes of its cluster."""
        return self.filter(Q(program=program) | Q(program=None, cluster=program.cluster_id))

    def by_role(self) -> Self:
        """With the person of each, by role, then by name."""
        names = by_name("user__family_name", "user__given_name")
        return self.select_related("user").order_by("role", *names, "pk")


def in_office_holders(program: "Program", role: ProgramRole) -> "models.QuerySet[User]":
    """The people who hold `role` on `program` today (`held_on`, read the other way), by key. Nobody whose account is
    closed.
    """
    held = program.appointments.model.objects.held_today().on(program).filter(role=role)
    everywhere = program.cluster.appointments.held_today().filter(role__in=cluster_roles([role]))
    return held.holders() | everywhere.holders()


def in_office_officers(program: "Program") -> "models.QuerySet[User]":
    """The people who are officers of `program` today: its own, and its cluster's."""
    return in_office_holders(program, ProgramRole.OFFICER)
