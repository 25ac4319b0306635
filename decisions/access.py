"""By which right a government partner reads of a file: its concurrence is asked, or was given."""

from django.db.models import Q

from accounts.models import User
from applications.access import Right
from decisions.models import Concurrence


def _asked_to_concur(person: User) -> Q:
    return Q(pk__in=Concurrence.objects.asked_of(person).values("application_id"))


PARTNER = Right(_asked_to_concur)
