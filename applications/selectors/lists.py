"""The files that a person of the staff lists: which calls, which files of them, in which order."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from accounts.models import User
from applications.constants import ORDERS
from applications.models import Application
from applications.search import matching
from programs.models import Call
from work import clock
from work.jobs import Kept


@dataclass(frozen=True)
class Chosen(Kept):
    """What was chosen in the filters of the list. `call` is a public id; an empty part filters nothing."""

    q: str = ""
    call: str = ""
    state: str = ""
    due: str = ""
    sort: str = "due"


def calls_of(user: User) -> list[Call]:
    """The calls whose files this person may list, with their programme; the latest first."""
    return list(Call.objects.of_staff(user).by_opening().select_related("program"))


def chosen_files(user: User, calls: list[Call], chosen: Chosen, *, now: datetime) -> QuerySet[Application]:
    """The files of `calls` that match what was chosen, late and soon as of `now`; none that bars `user`."""
    ids = [call.pk for call in calls if not chosen.call or str(call.public_id) == chosen.call]
    files = Application.objects.listed(user, ids)
    if chosen.state:
        files = files.filter(state=chosen.state)
    match chosen.due:
        case "late":
            files = files.filter(due__lt=now)
        case "soon":
            files = files.filter(due__gte=now, due__lte=clock.soon_until(now))
        case "none":
            files = files.filter(due=None)
    return matching(files, chosen.q) if chosen.q else files


def in_order(files: QuerySet[Application], sort: str) -> QuerySet[Application]:
    """The files in the order of this name (`ORDERS`), as `Pages` leads through them. The database itself puts what has
    no value last."""
    order = ORDERS[sort]
    sign = "-" if order.latest_first else ""
    return files.order_by(f"{sign}{order.column}", f"{sign}id")
