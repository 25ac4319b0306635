"""Calls as they stand today for whoever looks: for a company that was given more time, as long as it may go on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet, prefetch_related_objects

from accounts.models import Organisation
from accounts.rules import is_person
from applications.rules import last_closing, phase_for
from programs.models import Accommodation, Call
from programs.states import Phase
from work import clock
from work.querysets import by_name


@dataclass(frozen=True)
class Offer:
    """A call, its phase, its closings to come, in order (none once it is over, or cancelled), and the last of all."""

    call: Call
    phase: Phase
    to_come: list[datetime]
    last: datetime | None

    @property
    def next(self) -> datetime | None:
        return min(self.to_come, default=None)

    @property
    def is_open(self) -> bool:
        return self.phase == Phase.OPEN


def organisations_of(person: object) -> QuerySet[Organisation]:
    """The organisations that a person acts for, by name; none for whoever is not signed in."""
    if not is_person(person):
        return Organisation.objects.none()
    return Organisation.objects.of_member(person).order_by(*by_name("legal_name"), "pk")


def acted_for(person: object) -> list[int]:
    """The keys of the organisations that a person acts for."""
    return list(organisations_of(person).values_list("pk", flat=True))


def offer_of(call: Call, organisations: Collection[int] = ()) -> Offer:
    """The call for whoever acts for these organisations (ids): open while one of them may begin, with the closings of
    each. For the public without any."""
    return offers_of([call], organisations)[0]


def offers_of(calls: list[Call], organisations: Collection[int] = ()) -> list[Offer]:
    """Each of these calls, in their order, for whoever acts for these organisations (ids). One query at most."""
    if organisations:
        prefetch_related_objects(calls, "accommodations")
    return [_offer(call, organisations) for call in calls]


def _offer(call: Call, organisations: Collection[int]) -> Offer:
    phases = {phase_for(call, one) for one in organisations}
    phase = next((one for one in Phase if one.row.takes_submissions and one in phases), call.phase())
    own = {last_closing(call, one) for one in organisations} or {call.closes_at}
    closings = {closing for closing in call.closings if closing != call.closes_at} | own
    to_come = [closing for closing in closings if closing is not None and closing > clock.now()]
    last = max((closing for closing in own if closing is not None), default=None)
    return Offer(call, phase, [] if phase == Phase.CANCELLED else sorted(to_come), last)


def offers_to(organisations: Collection[int] = ()) -> list[Offer]:
    """The published calls that these organisations (ids), or the public, can apply to, now or later; those that are
    open first, each by its next closing."""
    now = clock.now()
    granted = Accommodation.objects.filter(organisation__in=organisations, closes_at__gt=now)
    to_come = Q(closes_at__gt=now) | Q(pk__in=granted.values("call")) if organisations else Q(closes_at__gt=now)
    found = list(Call.objects.published().filter(to_come).select_related("program__cluster"))
    return sorted(
        offers_of(found, organisations), key=lambda offer: (not offer.is_open, offer.next or offer.call.closes_at)
    )
