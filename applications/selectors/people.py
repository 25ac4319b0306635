"""Who is told of an applicant's file, and of what concerns an applicant that has none yet."""

from django.db.models import Q, QuerySet

from accounts.models import Membership, Organisation, User
from accounts.roles import OrganisationRole
from applications.models import Application


def people_of(application: Application) -> QuerySet[User]:
    """Who is told of an applicant's file: everybody who signs for the organisation, and whoever began the draft.

    Each is a member of the organisation today, with an open account. One query.
    """
    members = Membership.objects.filter(organisation_id=application.organisation_id)
    told = members.filter(Q(role=OrganisationRole.SIGNATORY) | Q(user_id=application.created_by_id))
    return User.objects.filter(pk__in=told.values("user_id"), is_active=True).order_by("pk")


def members_of(organisation: Organisation) -> QuerySet[User]:
    """Who is told of what concerns an organisation that has no draft yet: everybody who acts for it today, with an open
    account. One query."""
    members = Membership.objects.filter(organisation=organisation)
    return User.objects.filter(pk__in=members.values("user_id"), is_active=True).order_by("pk")
