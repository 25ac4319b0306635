"""What the moves of a call must know, as far as this app knows it: for the page that asks, and for the act."""

from django.db.models import Max

from audit.actors import Actor
from moves.registry import facts_of
from programs.models import Call
from programs.rules import LastClosing


@facts_of(Call.archive)
def last_closing(call: Call, by: Actor) -> LastClosing:
    """When nobody may apply any more: the call's closing, or the latest that an applicant was given."""
    given = call.accommodations.aggregate(latest=Max("closes_at"))["latest"]
    return LastClosing(max([call.closes_at, *([given] if given else [])]) if call.closes_at else None)
