"""Who was given a later closing of a call."""

from django.db.models import QuerySet

from programs.models import Accommodation, Call


def accommodations_of(call: Call) -> QuerySet[Accommodation]:
    """The closings that some of its applicants have for themselves, the first to come first."""
    return call.accommodations.select_related("organisation").order_by("closes_at", "pk")
