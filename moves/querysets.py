"""Where people stand, in English: `.barring()`."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from moves.states import BARRING
from work import clock

if TYPE_CHECKING:
    from moves.models import Stance

LOOK_BACK = 2  # years in which an interest that has ended still counts (product, 1: "the look-back (two years)")


class StanceQuerySet(models.QuerySet["Stance"]):
    def barring(self) -> Self:
        """What closes its file to its person: a conflict or a doubt that is their latest declaration, and a party that
        they act for, or did within the look-back. A declaration of none is left out, and what ended before."""
        return self.filter(closing())

    def declared_barring(self) -> Self:
        """Those of `.barring()` that the person declared: parties that they act for are left out."""
        return self.filter(kind__in=BARRING)


def closing() -> Q:
    """The condition that a stance closes its file to its person."""
    since = clock.start_of(clock.years_before(clock.today(), LOOK_BACK))
    return Q(bars=True) & (Q(ended_at=None) | Q(ended_at__gte=since))
