"""The cast of `demo.cast` brought to life, only through the public services. Used by the story and by the tests."""

from collections.abc import Mapping
from decimal import Decimal
from typing import cast

from accounts.models import Cluster, Organisation, User
from accounts.roles import ClusterRole, OrganisationRole
from accounts.services import (
    accept_invitation,
    appoint_to_cluster,
    create_person,
    found_cluster,
    invite_member,
    register_organisation,
)
from audit.actors import SetUp
from demo.cast import BY_KEY, CAST, COMPANIES, Person, Registration
from funding.services import seat_partner
from programs.models import Program
from programs.roles import ProgramRole
from programs.services.people import appoint

APPROVAL_LIMIT = Decimal("250000.00")
STORYTELLER = SetUp("demo")

# Who is what in the whole cluster, and on a programme: key of the cast, role, side of a reviewer.
CLUSTER_ROLES = (("officer", "officer"), ("auditor", "auditor"), ("finance", "finance"))
PROGRAM_ROLES = (
    ("officer", "officer", ""),
    ("screener", "screener", ""),
    ("ana", "reviewer", "cluster"),
    ("ben", "reviewer", "cluster"),
    ("chloe", "reviewer", "industry"),
    ("dev", "reviewer", "industry"),
    ("chair", "chair", ""),
    ("endorser", "endorser", ""),
    ("approver", "approver", ""),
    ("reconsiderer", "reconsiderer", ""),
)
PARTNER_ROLES = (("analyst", "analyst"), ("concurrence", "concurrence"))


def found() -> tuple[Cluster, dict[str, User]]:
    """The cluster, with its administrator and those who hold a role in all of it. Returns it and the people by key."""
    cluster = found_cluster(
        by=STORYTELLER,
        slug="aerofil",
        name_fr="Grappe Aérofil",
        name_en="Aérofil Cluster",
        address_fr="380, rue Saint-Antoine Ouest, bureau 8000\nMontréal (Québec)  H2Y 3X7",
        address_en="380 Saint-Antoine Street West, Suite 8000\nMontréal, Quebec  H2Y 3X7",
        email="programmes@aerofil.example",
        phone="514 555-0142",
    )
    people = {person.key: _create(person) for person in CAST}
    administrator = people["administrator"]
    appoint_to_cluster(administrator, cluster, by=STORYTELLER, role=ClusterRole.ADMINISTRATOR)
    for key, role in CLUSTER_ROLES:
        appoint_to_cluster(people[key], cluster, by=administrator, role=role)
    return cluster, people


def register(company: str, people: Mapping[str, User]) -> Organisation:
    """Register one of `COMPANIES` by its signatory; its members accept their invitation."""
    told = COMPANIES[company]
    signatory, members = people[told["signatory"]], told["members"]
    facts = cast("Registration", {key: said for key, said in told.items() if key not in ("signatory", "members")})
    organisation = register_organisation(by=signatory, **facts)
    for key in members:
        member = people[key]
        _invitation, token = invite_member(
            organisation, by=signatory, email=member.email, role=OrganisationRole.MEMBER, language=member.language
        )
        accept_invitation(token, by=member)
    return organisation


def appoint_all(program: Program, people: Mapping[str, User]) -> None:
    """Appoint the cast on a programme, and seat the ministry's people for each partner that pays for it."""
    administrator = people["administrator"]
    for key, role, seat in PROGRAM_ROLES:
        limit = APPROVAL_LIMIT if role == ProgramRole.APPROVER else None
        appoint(people[key], by=administrator, role=role, program=program, seat=seat, limit=limit)
    for partner in {agreement.partner for agreement in program.agreements.select_related("partner__cluster")}:
        for key, role in PARTNER_ROLES:
            seat_partner(people[key], partner, by=administrator, role=role)


def the_people() -> dict[str, User]:
    """The cast as it stands in the database, by key."""
    keys = {person.email: key for key, person in BY_KEY.items()}
    return {keys[user.email]: user for user in User.objects.filter(email__in=keys)}


def _create(person: Person) -> User:
    return create_person(
        by=STORYTELLER,
        email=person.email,
        given_name=person.given_name,
        family_name=person.family_name,
        language=person.language,
        title_fr=person.title_fr,
        title_en=person.title_en,
    )
