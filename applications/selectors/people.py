"""Who is told of an applicant's file, and of what concerns the applicant itself."""

from django.db.models import Q, QuerySet

from accounts.models import Membership, Organisation, User
from accounts.roles import OrganisationRole
from applications.models import Application


def people_of(application: Application) -> QuerySet[User]:
    """Who is told of an applicant's file: everybody who signs for the organisation, and whoever began the draft.

    Each is a member of the organisation today, with an open account. One query.
    """
    members = Membership.objects.current().filter(organisation_id=application.organisation_id)
    told = members.filter(Q(role=OrganisationRole.SIGNATORY) | Q(user_id=application.created_by_id))
    return _acting(told)


def members_of(organisation: Organisation) -> QuerySet[User]:
    """Everybody who acts for an organisation today, with an open account: who is told of what concerns it where it has
    no draft yet, and to whom its letters go. One query."""
    return _acting(Membership.objects.current().filter(organisation=organisation))


def _acting(memberships: QuerySet[Membership]) -> QuerySet[User]:
    """The people of these memberships whose account is open, by key."""
    return User.objects.filter(pk__in=memberships.values("user_id"), is_active=True).order_by("pk")
