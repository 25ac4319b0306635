"""A search over the whole trail of some clusters."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from accounts.models import Cluster, Membership, Organisation, User
from applications.models import Application
from audit.actors import Actor
from audit.models import Entry, Reading
from audit.states import ActorKind
from desk.selectors.trail.lines import PAGE, Line, Place, entries, lines_of, of_verbs
from funding.models import Agreement, Envelope, Partner, PartnerSeat
from moves.interests import barred_from
from programs.models import Appointment, Call, Program
from reports.models import ApiKey
from reviews.models import Undertaking
from work.models import Job


@dataclass(frozen=True)
class Filter:
    """What the auditor looks for. Empty parts do not count."""

    reference: str = ""
    person: str = ""
    verb: str = ""
    first: datetime | None = None
    last: datetime | None = None
    readings: bool = False


def matching(
    clusters: QuerySet[Cluster], wanted: Filter, *, reader: Actor, before: Place | None = None, size: int = PAGE
) -> tuple[list[Line], Place | None]:
    """Lines of the trail of `clusters`, the latest first, and the place to ask with next (None at the end). None of a
    file that is closed to `reader`, whatever is looked for."""
    rows: QuerySet[Any] = Reading.objects.all() if wanted.readings else entries()
    if wanted.reference:
        key = Application.objects.filter(reference__iexact=wanted.reference).values_list("pk", flat=True).first()
        rows = Reading.objects.of_file(key or 0) if wanted.readings else entries().filter(application_id=key or 0)
    rows = _open_to(reader, rows.filter(_of_clusters(clusters, wanted.readings)), wanted.readings)
    if wanted.person:
        rows = rows.filter(actor_kind=ActorKind.PERSON, actor_id__in=_people(wanted.person))
    if wanted.verb and not wanted.readings:
        rows = rows.filter(of_verbs(wanted.verb))
    if wanted.first:
        rows = rows.filter(at__gte=wanted.first)
    if wanted.last:
        rows = rows.filter(at__lte=wanted.last)
    rows = rows.order_by("-id")
    found = list(_before(rows, before)[: size + 1])
    page = found[:size]
    return lines_of(page, reader=reader), _place(rows, page[-1]) if len(found) > size else None


def _before(rows: QuerySet[Any], place: Place | None) -> QuerySet[Any]:
    """Those of `rows`, the latest first, that come after a place: none after what is no place of theirs."""
    if place is None:
        return rows
    shown = rows.filter(at=place.at).prefetch_related(None)[place.nth - 1 :].first()
    return rows.filter(pk__lt=shown.pk) if shown else rows.none()


def _place(rows: QuerySet[Any], last: Entry | Reading) -> Place:
    """The place after the row `last` of `rows`."""
    return Place(last.at, rows.filter(at=last.at, pk__gte=last.pk).count())


def _open_to(reader: Actor, rows: QuerySet[Any], readings: bool) -> QuerySet[Any]:
    """Those of `rows` that are of no file closed to `reader`: neither of itself, nor of a list that it was in, nor of
    an envelope for its sake, nor one that names it, nor an undertaking of its call: a reviewer signs it as they accept
    a first file."""
    closed = barred_from(reader)
    if readings:
        return rows.exclude(application_id__in=closed).exclude(listed__overlap=ArraySubquery(closed))
    keys = closed.annotate(key=Cast("application_id", TextField())).values("key")
    names = Application.objects.filter(pk__in=closed).values("reference")
    sake, named = (
        Coalesce(KeyTextTransform(key, "given"), Value("", TextField())) for key in ("application", "reference")
    )
    told = rows.alias(sake=sake, named=named)
    told = told.exclude(application_id__in=closed).exclude(sake__in=keys).exclude(named__in=names)
    calls = Application.objects.filter(pk__in=closed).values("call")
    signed = Undertaking.objects.filter(call__in=calls).values("pk")
    return told.exclude(subject_type="undertaking", subject_id__in=signed)


def _people(text: str) -> QuerySet[User, Mapping[str, object]]:
    """People whose name or e-mail address holds every word of `text`: a subquery."""
    people = User.objects.all()
    for word in text.split():
        people = people.filter(
            Q(given_name__icontains=word) | Q(family_name__icontains=word) | Q(email__icontains=word)
        )
    return people.values("pk")


def _of_clusters(clusters: QuerySet[Cluster], readings: bool) -> Q:
    """The condition that a row is of these clusters: of one of their files, or of what they own or gave a role to."""
    files = Application.objects.filter(call__program__cluster__in=clusters).values("pk")
    own = Q(application_id__in=files)
    if readings:
        keys = ApiKey.objects.filter(partner__cluster__in=clusters)
        return own | Q(application_id=None) & (
            Q(actor_kind=ActorKind.PERSON, actor_id__in=_staff(clusters))
            | Q(actor_kind=ActorKind.PERSON, actor_id__in=_of_partners(clusters))
            | Q(actor_kind=ActorKind.KEY, actor_id__in=keys.values("pk"))
        )
    alone = Q(application_id=None)
    for subject, rows in {
        "cluster": Cluster.objects.filter(pk__in=clusters),
        "program": Program.objects.filter(cluster__in=clusters),
        "call": Call.objects.filter(program__cluster__in=clusters),
        "partner": Partner.objects.filter(cluster__in=clusters),
        "agreement": Agreement.objects.filter(partner__cluster__in=clusters),
        "envelope": Envelope.objects.filter(agreement__partner__cluster__in=clusters),
        "api_key": ApiKey.objects.filter(partner__cluster__in=clusters),
        "organisation": Organisation.objects.filter(applications__call__program__cluster__in=clusters),
        "user": User.objects.filter(pk__in=_staff(clusters)),
        "job": Job.objects.filter(owner__in=_staff(clusters)),
    }.items():
        own |= alone & Q(subject_type=subject, subject_id__in=rows.values("pk"))
    return own | alone & Q(subject_type__in=["interest", "undertaking"], actor_id__in=_staff(clusters))


def _of_partners(clusters: QuerySet[Cluster]) -> QuerySet[PartnerSeat, Mapping[str, object]]:
    """People with a seat at a partner of these clusters, today or before: a subquery."""
    return PartnerSeat.objects.filter(partner__cluster__in=clusters).values("user_id")


def _staff(clusters: QuerySet[Cluster]) -> QuerySet[User, Mapping[str, object]]:
    """People with a role in these clusters, or for a company that applied to them, today or before: a subquery."""
    held = Exists(Appointment.objects.filter(cluster__in=clusters, user=OuterRef("pk")))
    wide = Q(cluster_appointments__cluster__in=clusters)
    company = Exists(
        Membership.objects.filter(user=OuterRef("pk"), organisation__applications__call__program__cluster__in=clusters)
    )
    return User.objects.filter(held | wide | company).values("pk")
