"""Who reads what on the pages that gather."""

from django.db.models import Q

from accounts.models import Cluster
from accounts.roles import ClusterRole
from accounts.rules import in_office, is_auditor, is_person


def audited_by(user):
    """Clusters whose trail `user` reads today, as their auditor."""
    if not is_person(user):
        return Cluster.objects.none()
    held = user.cluster_appointments.filter(in_office(), role=ClusterRole.AUDITOR)
    return Cluster.objects.filter(pk__in=held.values("cluster_id")).order_by("pk")


def may_read_trail(application, user):
    """The trail holds everybody's readings and declarations: it is the auditors' alone."""
    return is_auditor(user, application.call.program.cluster_id)


def administered_clusters(user):
    """The clusters that `user` administers today, the oldest first."""
    if not is_person(user):
        return Cluster.objects.none()
    held = user.cluster_appointments.filter(in_office(), role=ClusterRole.ADMINISTRATOR)
    return Cluster.objects.filter(pk__in=held.values("cluster_id")).order_by("pk")


def jobs_administered_by(user) -> Q:
    """The condition that a job was asked for by somebody who works for clusters that `user` administers today, and for
    no other: whoever gives another cluster's person a role must not see, or stop, what they do there."""
    mine = administered_clusters(user).order_by()
    others = Cluster.objects.exclude(pk__in=mine.values("pk")).order_by()
    return of_people_of(mine) & ~of_people_of(others)


def of_people_of(clusters) -> Q:
    """The condition that a job's owner holds, or held, a role in one of `clusters`."""
    told = ("appointments__user_id", "program_appointments__user_id", "partners__seats__user_id")
    found = Q(pk__in=[])
    for person in told:
        found |= Q(owner__in=clusters.filter(**{f"{person}__isnull": False}).values(person))
    return found
