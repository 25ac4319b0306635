"""Letters and their templates in English: `.readable()`, `.of_member(user)`, `.latest_of_each_kind()`."""

from typing import TYPE_CHECKING, Self

from django.db import models

from accounts.rules import is_person
from audit.actors import Actor
from letters.states import READABLE

if TYPE_CHECKING:
    from letters.models import Letter, LetterTemplate


class TemplateQuerySet(models.QuerySet["LetterTemplate"]):
    def latest_of_each_kind(self) -> Self:
        """Of one programme's templates, the one in use for each kind: the version with the highest number."""
        return self.order_by("kind", "-number").distinct("kind")


class LetterQuerySet(models.QuerySet["Letter"]):
    def readable(self) -> Self:
        """Letters their recipient may read: sent, never before."""
        return self.filter(state__in=READABLE)

    def of_member(self, user: Actor) -> Self:
        """Letters that were sent to an organisation `user` acts for."""
        if not is_person(user):
            return self.none()
        return self.readable().filter(
            application__organisation__in=user.memberships.current().values("organisation_id")
        )
