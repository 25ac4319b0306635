"""Letters and their templates in English: `.readable()`, `.of_member(user)`, `.latest_of_each_kind()`."""

from typing import TYPE_CHECKING, Self

from django.db import models

from applications.querysets import OfFileQuerySet
from audit.actors import Actor
from letters.states import READABLE

if TYPE_CHECKING:
    from letters.models import Letter, LetterTemplate


class TemplateQuerySet(models.QuerySet["LetterTemplate"]):
    def latest_of_each_kind(self) -> Self:
        """Of one programme's templates, the one in use for each kind: the version with the highest number."""
        return self.order_by("kind", "-number").distinct("kind")


class LetterQuerySet(OfFileQuerySet["Letter"]):
    def readable(self) -> Self:
        """Letters their recipient may read: sent, never before."""
        return self.filter(state__in=READABLE)

    def of_member(self, user: Actor) -> Self:
        """Letters that were sent to an organisation `user` acts for."""
        return super().of_member(user).readable()

    def latest_first(self) -> Self:
        """Letters that were sent, the last one first."""
        return self.order_by("-sent_at", "-pk")

    def visible_to(self, user: Actor) -> Self:
        """Letters that `user` may open: those sent to their organisation, and whatever became of them those of the
        files that they read by a role of the cluster."""
        return self.of_member(user) | self.of_staff(user)
