"""The log of the calls of the API, as the partner sees it, a page at a time."""

from datetime import datetime

from funding.models import Partner
from reports.models import ApiCall


def calls_logged(
    partner: Partner, *, most: int, before: datetime | None = None
) -> tuple[list[ApiCall], datetime | None]:
    """A page of the calls of the partner's keys and people, the latest first, and the instant before which the next
    page begins; None at the end. `before`: that of the page asked for.

    `most` calls, and all those of the same instant as the last of them: a page never begins within an instant.
    """
    rows = ApiCall.objects.filter(partner=partner).select_related("key", "user").order_by("-at", "-id")
    if before is not None:
        rows = rows.filter(at__lt=before)
    last = rows.values_list("at", flat=True)[most - 1 : most].first()
    if last is None:
        return list(rows), None
    return list(rows.filter(at__gte=last)), last if rows.filter(at__lt=last).exists() else None
