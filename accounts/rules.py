"""Who may do what, cluster-wide and inside an organisation. Each predicate is one indexed query at most."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeGuard

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.roles import ClusterRole, OrganisationRole
from audit.states import ActorKind
from moves.refusals import Refusal
from work import clock

if TYPE_CHECKING:
    from accounts.models import Cluster, Organisation, User


def in_office(day: date | None = None) -> Q:
    """The condition that a term (`starts_on`, `ends_on` inclusive) runs on `day` (today when None), whoever's it is:
    a role is held by those of `accounts.querysets`, `.held_today()`."""
    day = day or clock.today()
    return Q(starts_on__lte=day) & (Q(ends_on__isnull=True) | Q(ends_on__gte=day))


def lasts_to(since: date) -> Q:
    """The condition that a term (`starts_on`, `ends_on` inclusive) runs on `since` or later, begun or to begin: who
    knows today of an office to come is bound by it today."""
    return Q(ends_on__isnull=True) | Q(ends_on__gte=since)


def last_day_of_ended() -> date:
    """The `ends_on` of a term that is ended now: it runs on no day from today on."""
    return clock.today() - timedelta(days=1)


def account_is_closed(user: "User") -> Refusal | None:
    """Why nobody gives `user` a role, a seat or a file any more, or None."""
    return None if user.is_active else Refusal(_("This account is closed."), code="closed")


def ends_before_it_starts(starts_on: date, ends_on: date | None) -> Refusal | None:
    """Why the term of an appointment or of a seat is none, or None. `ends_on` is its last day."""
    if ends_on and ends_on < starts_on:
        return Refusal(_("The appointment ends before it starts."), code="dates")
    return None


def is_person(by: object) -> "TypeGuard[User]":
    """Whether the actor is a signed-in, active person (not the clock, not an API key, not anonymous)."""
    return bool(
        getattr(by, "actor", "") == ActorKind.PERSON and getattr(by, "pk", None) and getattr(by, "is_active", False)
    )


def is_oneself(by: object, person_id: int | None) -> bool:
    """Whether the actor is the person whose key in the database is `person_id`: an API key may have the same one."""
    return is_person(by) and by.pk == person_id


def holds_cluster_role(user: object, role: str, cluster: "Cluster | int | None" = None) -> bool:
    """Whether `user` holds the cluster-wide `role` today, in `cluster` (any cluster when None)."""
    if not is_person(user):
        return False
    found = user.cluster_appointments.held_today().filter(role=role)
    return (found if cluster is None else found.filter(cluster=cluster)).exists()


def is_auditor(user: object, cluster: "Cluster | int | None" = None) -> bool:
    return holds_cluster_role(user, ClusterRole.AUDITOR, cluster)


def is_administrator(user: object, cluster: "Cluster | int | None" = None) -> bool:
    return holds_cluster_role(user, ClusterRole.ADMINISTRATOR, cluster)


def is_member(organisation: "Organisation", user: object) -> bool:
    """Whether `user` acts for `organisation`, signatory or not."""
    return is_person(user) and user.memberships.current().filter(organisation=organisation).exists()


def is_signatory(organisation: "Organisation", user: object) -> bool:
    """Whether `user` may attest and submit for `organisation`."""
    if not is_person(user):
        return False
    return user.memberships.current().filter(organisation=organisation, role=OrganisationRole.SIGNATORY).exists()


def is_system(by: object) -> bool:
    """Whether the actor is the installation itself: its set-up and its commands."""
    return getattr(by, "actor", "") == ActorKind.SETUP


def may_administer(cluster: "Cluster", by: object) -> bool:
    """Whether the actor gives and takes back roles in `cluster`."""
    return is_system(by) or is_administrator(by, cluster)


def may_create_people(by: object) -> bool:
    """Whether the actor may open an account for somebody else."""
    return is_system(by) or is_administrator(by)
