"""Decisions and letters in English."""

from django.db import models

from decisions.states import OPEN, LetterState, State


class DecisionQuerySet(models.QuerySet):
    def open(self):
        """Decisions on their way through the approval chain."""
        return self.filter(state__in=OPEN)

    def issued(self):
        return self.filter(state__in=[State.ISSUED, State.SUPERSEDED])


class LetterQuerySet(models.QuerySet):
    def readable(self):
        """Letters their recipient may read: sent, never before."""
        return self.filter(state__in=[LetterState.SENT, LetterState.SERVED])
