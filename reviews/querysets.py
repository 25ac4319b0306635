"""Assignments in English. A reviewer sees their own and nobody else's; the panel's staff see those of their files."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F

from accounts.rules import is_person
from audit.actors import Actor
from reviews.states import LIVE, WAITING, AssignmentState

if TYPE_CHECKING:
    from reviews.models import Assignment


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def of_reviewer(self, user: Actor) -> Self:
        return self.filter(reviewer=user) if is_person(user) else self.none()

    def live(self) -> Self:
        return self.filter(state__in=LIVE, set_aside_at__isnull=True)

    def waiting(self) -> Self:
        """What a reviewer still has to do, soonest due first, skipped ones last."""
        return self.filter(state__in=WAITING).order_by(F("skipped_at").asc(nulls_first=True), "due", "id")

    def counted(self) -> Self:
        """Reviews that count: submitted, without a conflict found since, by the panel that now has the file."""
        return self.filter(state=AssignmentState.SUBMITTED, set_aside_at__isnull=True)
