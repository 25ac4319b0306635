"""Calls as they stand today for whoever looks: for a company that was given more time, as long as it may go on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, prefetch_related_objects

from accounts.rules import is_person
from applications.rules import last_closing, phase_for
from programs.models import Accommodation, Call
from programs.states import Phase
from work import clock


@dataclass(frozen=True)
class Offer:
    """A call, its phase, and its next closing (None once it has none to come)."""

    call: Call
    phase: Phase
    next: datetime | None

    @property
    def is_open(self) -> bool:
        return self.phase == Phase.OPEN


def organisations_of(person: object) -> list[int]:
    """The organisations (ids) that a person acts for; none for whoever is not signed in."""
    return list(person.memberships.values_list("organisation_id", flat=True)) if is_person(person) else []


def offer_of(call: Call, organisations: Collection[int] = ()) -> Offer:
    """The call for whoever acts for these organisations (ids): open while one of them may begin, its next closing the
    soonest of theirs. For the public without any."""
    if organisations:
        prefetch_related_objects([call], "accommodations")
    phases = {phase_for(call, one) for one in organisations}
    last = {last_closing(call, one) for one in organisations} or {call.closes_at}
    closings = {closing for closing in call.closings if closing != call.closes_at} | last
    to_come = [closing for closing in closings if closing is not None and closing > clock.now()]
    phase = next((one for one in (Phase.OPEN, Phase.GRACE) if one in phases), call.phase())
    return Offer(call, phase, min(to_come, default=None))


def offers_to(organisations: Collection[int] = ()) -> list[Offer]:
    """The published calls that these organisations (ids), or the public, can apply to, now or later; those that are
    open first, each by its next closing."""
    now = clock.now()
    granted = Accommodation.objects.filter(organisation__in=organisations, closes_at__gt=now)
    to_come = Q(closes_at__gt=now) | Q(pk__in=granted.values("call")) if organisations else Q(closes_at__gt=now)
    found = list(Call.objects.published().filter(to_come).select_related("program__cluster"))
    if organisations:
        prefetch_related_objects(found, "accommodations")
    offers = [offer_of(call, organisations) for call in found]
    return sorted(offers, key=lambda offer: (not offer.is_open, offer.next or offer.call.closes_at))
