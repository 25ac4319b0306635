"""What a person put on record of their interests."""

from django.db.models import QuerySet

from accounts.models import User
from reviews.models import Interest


def interests_of(user: User) -> QuerySet[Interest]:
    """The interests of `user`, the first to end first; those that run come last, the latest begun of them first."""
    return user.interests.order_by("ends_on", "-starts_on", "-id")
