"""Who sits on a panel: seats are taken by giving files, and end with a role or with the panel itself."""

from django.db import transaction
from django.db.models import Min

from accounts.models import User
from applications.models import Application
from applications.rules import is_chair
from audit.actors import Actor
from programs.models import Call
from reviews.models import Assignment, Panel, PanelSeat
from reviews.states import SeatEnd, SitsAs
from work import clock


def panel_of(application: Application) -> Panel:
    """The panel that has the file: its own, since a reconsideration gave it one; else its call's, begun now if need be.
    Asked with the file locked."""
    own = application.panels.running().first()
    if own is not None:
        return own
    panel, _begun = Panel.objects.running().get_or_create(call_id=application.call_id, application=None)
    return panel


@transaction.atomic
def take_seat(application: Application, *, person: User, sits_as: str) -> PanelSeat:
    """`person` sits on the panel that has the file from now on; the seats of those whose role has ended, end. Returns
    the `PanelSeat`, the one they already had if any."""
    panel = panel_of(application)
    left = panel.seats.running().vacant().exclude(person=person)
    left.update(until=clock.now(), why_ended=SeatEnd.ROLE_ENDED)
    seat, _taken = panel.seats.running().get_or_create(panel=panel, person=person, sits_as=SitsAs(sits_as))
    return seat


def take_the_chair(application: Application, *, by: Actor) -> PanelSeat | None:
    """The chair sits from their first act on a file of the panel: a ruling, a review given back, a file reopened, a
    recommendation. None, and no seat, where `by` does not act as the chair."""
    if not isinstance(by, User) or not is_chair(application, by):
        return None
    return take_seat(application, person=by, sits_as=SitsAs.CHAIR)


@transaction.atomic
def open_new_panel(application: Application) -> Panel:
    """The file has a panel of its own from now on, on which nobody sits yet; one that it already had ends, with its
    seats. The seats of its call's panel stay, for the other files."""
    before = application.panels.running()
    PanelSeat.objects.running().filter(panel__in=before).update(until=clock.now(), why_ended=SeatEnd.NEW_PANEL)
    before.update(until=clock.now())
    return Panel.objects.create(call_id=application.call_id, application=application)


def seat_the_assigned(call: Call) -> int:
    """Whoever has a file of the call by rows written at once (the demonstration's) sits on its panel. Returns how many
    seats were taken."""
    given = Assignment.objects.live().filter(application__call=call).order_by()
    panel, _begun = Panel.objects.running().get_or_create(call=call, application=None)
    there = set(panel.seats.running().values_list("person_id", "sits_as"))
    rows = given.values_list("reviewer_id", "seat").annotate(first=Min("at"))
    seats = [
        PanelSeat(panel=panel, person_id=person, sits_as=side, since=first)
        for person, side, first in rows
        if (person, side) not in there
    ]
    return len(PanelSeat.objects.bulk_create(seats))
