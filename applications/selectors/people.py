"""Who is told of a file, asked at the moment of telling: members of today, people in office, whose account is open and
to whom the file is not closed. Which message goes to whom: `notifications.messages`, and docs/messages.md."""

from django.db.models import Q, QuerySet

from accounts.models import Membership, Organisation, User
from accounts.roles import OrganisationRole
from applications.models import Application
from moves.interests import unbarred
from programs.querysets import held_on, in_office_holders, in_office_officers
from programs.roles import ProgramRole
from work.querysets import by_name


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


def signatories_of(organisation: Organisation) -> QuerySet[User]:
    """Who can sign for an organisation today, with an open account, by name. One query."""
    signs = Membership.objects.signing().filter(organisation=organisation)
    return _acting(signs).order_by(*by_name("family_name", "given_name"), "pk")


def officers_of(application: Application) -> list[User]:
    """The officers of its programme who are in office today, and to whom the file is not closed. Three queries."""
    return unbarred(application.pk, in_office_officers(application.call.program))


def office_of(application: Application, asked: User) -> list[User]:
    """Whoever asked for what is told, as long as they are one of those officers; else all of these: nothing that was
    asked is told to nobody because who asked has left."""
    officers = officers_of(application)
    return [asked] if asked in officers else officers


def holders_of(application: Application, role: ProgramRole) -> list[User]:
    """Who holds `role` on its programme today, without those to whom the file is closed."""
    return unbarred(application.pk, in_office_holders(application.call.program, role))


def in_office(application_id: int, person: User, *roles: ProgramRole) -> bool:
    """Whether `person` holds one of `roles` on the file's programme today: asked again as what told them of it by that
    role leaves."""
    return Application.objects.filter(held_on(person, *roles, program="call__program"), pk=application_id).exists()


def reads_as_staff(application_id: int, person: User) -> bool:
    """Whether `person` reads the file by a role of the cluster, as it leaves."""
    return Application.objects.of_staff(person).filter(pk=application_id).exists()


def oneself(person: User) -> list[User]:
    """The person that it is about, as long as their account is open."""
    return [person] if person.is_active else []


def _acting(memberships: QuerySet[Membership]) -> QuerySet[User]:
    """The people of these memberships whose account is open, by key."""
    return User.objects.filter(pk__in=memberships.values("user_id"), is_active=True).order_by("pk")
