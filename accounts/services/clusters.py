"""Clusters, and who holds which role in all of one."""

from datetime import date
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Cluster, ClusterAppointment, User
from accounts.roles import ClusterRole
from accounts.rules import account_is_closed, ends_before_it_starts, is_system, last_day_of_ended, may_administer
from audit import services as trail
from audit.actors import Actor
from moves.refusals import Forbidden, Refusal, WrongMoment
from work import clock


class Details(TypedDict, total=False):
    """The other columns of a cluster: how it is reached, its colours (`#rrggbb`), who funds it."""

    address_fr: str
    address_en: str
    email: str
    phone: str
    colour_ink: str
    colour_accent: str
    mostly_funded_by_quebec: bool


@transaction.atomic
def found_cluster(*, by: Actor, slug: str, name_fr: str, name_en: str, **details: Unpack[Details]) -> Cluster:
    """A new cluster of this installation. Done by the set-up (the clock), which then appoints its administrator.

    Its other columns (`Details`) may be given too.
    """
    if not is_system(by):
        raise Forbidden(_("A cluster is added by the installation's set-up."))
    cluster = Cluster(slug=slug, name_fr=name_fr, name_en=name_en, **details)
    cluster.full_clean()
    cluster.save(force_insert=True)
    trail.record(cluster, "cluster.found", by=by, given={"slug": slug})
    return cluster


@transaction.atomic
def appoint_to_cluster(
    user: User,
    cluster: Cluster,
    *,
    by: Actor,
    role: str,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> ClusterAppointment:
    """Give `user` a role in the whole cluster from `starts_on` (today) to the end of `ends_on` (no end)."""
    must_administer(cluster, by)
    given, starts_on = ClusterRole(role), starts_on or clock.today()
    if refusal := ends_before_it_starts(starts_on, ends_on) or account_is_closed(user):
        raise WrongMoment(refusal)
    Cluster.objects.select_for_update().get(pk=cluster.pk)
    appointment, _made = ClusterAppointment.objects.update_or_create(
        user=user, cluster=cluster, role=given, defaults={"starts_on": starts_on, "ends_on": ends_on}
    )
    trail.record(
        cluster,
        "cluster.appoint",
        by=by,
        given={"person": user.public_id, "role": given.value, "starts_on": starts_on, "ends_on": ends_on},
    )
    return appointment


@transaction.atomic
def end_cluster_appointment(appointment: ClusterAppointment, *, by: Actor) -> ClusterAppointment:
    """Take the role back at once: yesterday becomes its last day. A cluster keeps one administrator at least."""
    cluster = Cluster.objects.select_for_update().get(pk=appointment.cluster_id)
    must_administer(cluster, by)
    appointment = ClusterAppointment.objects.select_for_update().get(pk=appointment.pk)
    if appointment.role == ClusterRole.ADMINISTRATOR and not (
        cluster.appointments.held_today().filter(role=ClusterRole.ADMINISTRATOR).exclude(pk=appointment.pk).exists()
    ):
        raise WrongMoment(
            Refusal(_("A cluster keeps one administrator at least. Appoint another one first."), code="last")
        )
    appointment.ends_on = last_day_of_ended()
    appointment.save(update_fields=["ends_on"])
    trail.record(
        cluster,
        "cluster.end_appointment",
        by=by,
        given={"person": appointment.user.public_id, "role": appointment.role},
    )
    return appointment


def must_administer(cluster: Cluster, by: Actor) -> None:
    if not may_administer(cluster, by):
        raise Forbidden(_("Only an administrator of the cluster gives and takes back roles."))
