"""Declarations of interests in English: `.barring()`."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef

from moves.states import BARRING

if TYPE_CHECKING:
    from moves.models import Standing


class StandingQuerySet(models.QuerySet["Standing"]):
    def barring(self) -> Self:
        """The declarations that close their file to their person: the latest one, of a conflict or a doubt."""
        newer = self.model._default_manager.filter(
            application_id=OuterRef("application_id"), user_id=OuterRef("user_id"), pk__gt=OuterRef("pk")
        )
        return self.filter(standing__in=BARRING).exclude(Exists(newer))
