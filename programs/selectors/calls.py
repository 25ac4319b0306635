"""Who was given a later closing of a call, and how many times its own was moved."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, QuerySet

from audit.models import Entry
from programs.models import Accommodation, Call


@dataclass(frozen=True, slots=True)
class Extensions:
    """How many `times` the closing of a call was moved, and when it last was."""

    times: int
    last_at: datetime


def accommodations_of(call: Call) -> QuerySet[Accommodation]:
    """The closings that some of its applicants have for themselves, the first to come first."""
    return call.accommodations.select_related("organisation").order_by("closes_at", "pk")


def extensions_of(calls: Iterable[Call]) -> dict[int, Extensions]:
    """The `Extensions` of each call whose closing was moved, by its key, as the trail has them: one query."""
    verb = f"{Call.subject}.{Call.extend.__name__}"
    entries = Entry.objects.filter(subject_id__in=[call.pk for call in calls], verb=verb)
    found = entries.order_by().values_list("subject_id").annotate(Count("pk"), Max("at"))
    return {call: Extensions(times, last_at) for call, times, last_at in found}
