"""Where people stand and what they did, in English: `.of(user)`, `.barring()`."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from audit.actors import Actor, person_key
from moves.states import BARRING, Duty, Party
from work import clock

if TYPE_CHECKING:
    from moves.models import DutyDone, Stance

LOOK_BACK = 2  # years in which an interest that has ended still counts (product, 1: "the look-back (two years)")


class DutyDoneQuerySet(models.QuerySet["DutyDone"]):
    def of(self, user: Actor) -> Self:
        """Those that `user` did: none, and no query, for who is no person."""
        person = person_key(user)
        return self.none() if person is None else self.filter(user_id=person)

    def on(self, application_id: int, duty: Duty) -> Self:
        """Those of one duty on one file, whoever did them."""
        return self.filter(application_id=application_id, duty=duty)


class StanceQuerySet(models.QuerySet["Stance"]):
    def of(self, user: Actor) -> Self:
        """Those of `user`: none, and no query, for who is no person, who declares nothing and is never barred."""
        person = person_key(user)
        return self.none() if person is None else self.filter(user_id=person)

    def barring(self) -> Self:
        """What closes its file to its person: a conflict or a doubt that is their latest declaration, and a party that
        they act for, or did within the look-back. A declaration of none is left out, and what ended before."""
        return self.filter(closing())

    def declared_barring(self) -> Self:
        """Those of `.barring()` that the person declared: parties that they act for are left out."""
        return self.filter(kind__in=BARRING)

    def side_barring(self) -> Self:
        """The others: parties that the person acts for, or did within the look-back. No ruling opens those files."""
        return self.filter(closing(), kind__in=Party)


def look_back() -> datetime:
    """The instant from which what has ended still counts today: the first of its day. What ended before is out."""
    return clock.start_of(clock.years_before(clock.today(), LOOK_BACK))


def closing() -> Q:
    """The condition that a stance closes its file to its person."""
    return Q(bars=True) & (Q(ended_at=None) | Q(ended_at__gte=look_back()))
