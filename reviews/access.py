"""By which right a reviewer reads a file: it was given to them, and they accepted it."""

from django.db.models import Q

from accounts.models import User
from applications.access import Right
from reviews.models import Assignment
from reviews.states import READABLE


def _given_to_review(person: User) -> Q:
    given = Assignment.objects.of_reviewer(person).filter(state__in=READABLE)
    return Q(pk__in=given.values("application_id"))


REVIEWER = Right(_given_to_review)
