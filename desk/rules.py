"""Who reads what on the pages that gather."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Cluster, Invitation, User
from accounts.roles import ClusterRole
from accounts.rules import is_auditor
from applications.models import Application
from audit.actors import Actor
from funding.models import PartnerSeat
from moves.interests import barred_from
from work.querysets import by_name


def audited_by(user: Actor) -> QuerySet[Cluster]:
    """Clusters whose trail `user` reads today, as their auditor."""
    return Cluster.objects.served_by(user, ClusterRole.AUDITOR).order_by("pk")


def may_read_trail(application: Application, user: Actor) -> bool:
    """The trail holds everybody's readings and declarations: it is the auditors' alone."""
    return is_auditor(user, application.call.program.cluster_id)


def administered_clusters(user: Actor) -> QuerySet[Cluster]:
    """The clusters that `user` administers today, the oldest first."""
    return Cluster.objects.served_by(user, ClusterRole.ADMINISTRATOR).order_by("pk")


def files_administered_by(user: Actor) -> QuerySet[Application]:
    """The files of the clusters that `user` administers."""
    return Application.objects.filter(call__program__cluster__in=administered_clusters(user).order_by())


def files_looked_after_by(user: User) -> QuerySet[Application]:
    """Those of these files whose work `user` is told of, tries again and sets aside: not a file that they are barred
    from, as they are from those of an organisation that they act for."""
    return files_administered_by(user).exclude(pk__in=barred_from(user))


def some_file_bars(user: User) -> bool:
    """Whether some file of the clusters that `user` administers is closed to them."""
    return files_administered_by(user).filter(pk__in=barred_from(user)).exists()


def jobs_administered_by(user: Actor) -> Q:
    """The condition that a job was asked for by somebody who works for clusters that `user` administers today, and for
    no other: whoever gives another cluster's person a role must not see, or stop, what they do there."""
    mine = administered_clusters(user).order_by()
    others = Cluster.objects.exclude(pk__in=mine.values("pk")).order_by()
    return of_people_of(mine) & ~of_people_of(others)


def of_people_of(clusters: QuerySet[Cluster]) -> Q:
    """The condition that a job's owner holds, or held, a role in one of `clusters`."""
    told = ("appointments__user_id", "program_appointments__user_id", "partners__seats__user_id")
    found = Q(pk__in=[])
    for person in told:
        found |= Q(owner__in=clusters.filter(**{f"{person}__isnull": False}).values(person))
    return found


def people_of(cluster: Cluster) -> QuerySet[User]:
    """Whoever holds or held a role with the cluster or its partners, or accepted its invitation, by name."""
    of_user = {"user": OuterRef("pk")}
    found = User.objects.filter(
        Exists(cluster.appointments.filter(**of_user))
        | Exists(cluster.program_appointments.filter(**of_user))
        | Exists(PartnerSeat.objects.filter(partner__cluster=cluster, **of_user))
        | Exists(Invitation.objects.filter(cluster=cluster, accepted_by=OuterRef("pk")))
    )
    return found.order_by(*by_name("family_name", "given_name"), "pk")
