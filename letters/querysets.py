"""Letters in English: `.readable()`, `.of_member(user)`."""

from django.db import models

from accounts.rules import is_person
from letters.states import LetterState


class LetterQuerySet(models.QuerySet):
    def readable(self):
        """Letters their recipient may read: sent, never before."""
        return self.filter(state__in=[LetterState.SENT, LetterState.SERVED])

    def of_member(self, user):
        """Letters that were sent to an organisation `user` acts for."""
        if not is_person(user):
            return self.none()
        return self.readable().filter(application__organisation__in=user.memberships.values("organisation_id"))
