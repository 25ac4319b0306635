"""What the records say joins people to the parties of a file: conflicts to propose, to declare, or to refuse for."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from django.db.models import Value
from django.db.models.functions import Upper
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation, User
from accounts.rules import in_office
from applications.models import Application, Sponsorship
from reviews.models import Interest
from reviews.states import InterestKind, Obstacle

Row = TypeVar("Row")

# An address there says nothing of whom a person works for.
PUBLIC_MAIL = frozenset(
    {"gmail.com", "outlook.com", "hotmail.com", "hotmail.ca", "live.com", "live.ca", "yahoo.com", "yahoo.ca"}
    | {"icloud.com", "me.com", "proton.me", "videotron.ca", "bell.net", "sympatico.ca", "cogeco.ca"}
)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A reason why a person should not read a file, and the words of it, which follow the person's name."""

    code: Obstacle | InterestKind
    message: str


@dataclass(frozen=True)
class Parties:
    """Everyone a file is about: folded names, NEQs, and the mail domains of the applicant and of its sponsors."""

    names: frozenset[str]
    neqs: frozenset[str]
    applicant_domains: frozenset[str]
    sponsor_domains: frozenset[str]


@dataclass(frozen=True)
class Tie:
    """What joins a person to an organisation (its folded name, its NEQ or ""), and the conflict that it then is."""

    name: str
    neq: str
    conflict: Conflict

    def is_with(self, parties: Parties) -> bool:
        return self.name in parties.names or (bool(self.neq) and self.neq in parties.neqs)


@dataclass(frozen=True)
class Ties:
    """All that joins a person to organisations today: the domain of their address, memberships, interests on record."""

    domain: str
    memberships: tuple[Tie, ...]
    interests: tuple[Tie, ...]


def folded(name: str) -> str:
    """A name or a domain as two of them are compared."""
    return name.strip().casefold()


def domain_of(address: str) -> str:
    """The domain of an e-mail address, folded; empty for a public mail service."""
    domain = folded(address.rsplit("@", 1)[-1])
    return "" if domain in PUBLIC_MAIL else domain


def parties_of(applications: Collection[Application]) -> dict[int, Parties]:
    """The `Parties` of each file, by its key: the applicant, and the sponsors that neither it cancelled nor declined.

    The number of queries does not grow with the files.
    """
    organisations = Organisation.objects.in_bulk({one.organisation_id for one in applications})
    members = Membership.objects.filter(organisation__in=organisations).select_related("user")
    people = _gathered(members, lambda row: row.organisation_id)
    standing = Sponsorship.objects.standing().filter(application__in=[one.pk for one in applications])
    sponsors = _gathered(standing, lambda row: row.application_id)
    neqs = _neqs_of({one.organisation_name.strip() for rows in sponsors.values() for one in rows})
    own = {key: _domains_of(one, people.get(key, ())) for key, one in organisations.items()}
    found = {}
    for application in applications:
        applicant, asked = organisations[application.organisation_id], sponsors.get(application.pk, ())
        names = {folded(one.organisation_name) for one in asked}
        found[application.pk] = Parties(
            names=frozenset({folded(applicant.legal_name), *names}),
            neqs=frozenset({applicant.neq}).union(*(neqs.get(name, ()) for name in names)),
            applicant_domains=own[applicant.pk],
            sponsor_domains=frozenset({domain_of(one.email) for one in asked} - {""}),
        )
    return found


def _domains_of(organisation: Organisation, members: Iterable[Membership]) -> frozenset[str]:
    """Those of the addresses of its people, and of its site."""
    site = folded((urlsplit(organisation.website).hostname or "").removeprefix("www."))
    return frozenset({site, *(domain_of(one.user.email) for one in members)} - {""})


def _neqs_of(names: Collection[str]) -> dict[str, set[str]]:
    """The NEQs registered under each of these names, whatever their case, by folded name."""
    rows = Organisation.objects.annotate(upper=Upper("legal_name")).filter(upper__in=[Upper(Value(n)) for n in names])
    found: dict[str, set[str]] = {}
    for name, neq in rows.values_list("legal_name", "neq") if names else ():
        found.setdefault(folded(name), set()).add(neq)
    return found


def ties_of(people: Collection[User]) -> dict[int, Ties]:
    """The `Ties` of each of `people`, by their key. A *competitor* interest says "this organisation competes with the
    one I work for": it is a tie too. The number of queries does not grow with the people."""
    keys = [person.pk for person in people]
    acting = Membership.objects.filter(user__in=keys).select_related("organisation").order_by("id")
    memberships = _gathered(acting, lambda row: row.user_id)
    declared = Interest.objects.filter(in_office(), user__in=keys).order_by("id")
    interests = _gathered(declared, lambda row: row.user_id)
    return {
        person.pk: Ties(
            domain_of(person.email),
            tuple(map(_of_membership, memberships.get(person.pk, ()))),
            tuple(map(_of_interest, interests.get(person.pk, ()))),
        )
        for person in people
    }


def _of_membership(membership: Membership) -> Tie:
    organisation = membership.organisation
    words = _("acts for %(organisation)s") % {"organisation": organisation.legal_name}
    return Tie(folded(organisation.legal_name), organisation.neq, Conflict(Obstacle.MEMBERSHIP, words))


def _of_interest(interest: Interest) -> Tie:
    kind = InterestKind(interest.kind)
    values = {"kind": kind.label, "organisation": interest.organisation_name}
    words = _("declared interest (%(kind)s): %(organisation)s") % values
    return Tie(folded(interest.organisation_name), interest.neq, Conflict(kind, words))


def conflicts_between(parties: Parties, ties: Ties) -> list[Conflict]:
    """Conflicts that the records suggest between the parties of a file and a person, by NEQ, name and mail domain."""
    found = [tie.conflict for tie in ties.memberships if tie.is_with(parties)]
    if ties.domain in parties.sponsor_domains:
        found.append(Conflict(Obstacle.SPONSOR_DOMAIN, _("has an address at the sponsor")))
    if ties.domain in parties.applicant_domains:
        found.append(Conflict(Obstacle.APPLICANT_DOMAIN, _("has an address at the applicant")))
    return found + [tie.conflict for tie in ties.interests if tie.is_with(parties)]


def proposed_conflicts(application: Application, user: User) -> list[Conflict]:
    """Conflicts that the records suggest between one person and everyone a file is about."""
    return conflicts_between(parties_of([application])[application.pk], ties_of([user])[user.pk])


def _gathered(rows: Iterable[Row], key: Callable[[Row], int]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found
