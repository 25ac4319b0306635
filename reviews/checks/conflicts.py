"""What the records say joins people to the parties of a file: conflicts to propose, to declare, or to refuse for."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Cluster, ClusterAppointment, Membership, Organisation, User
from accounts.roles import ClusterRole
from accounts.rules import lasts_to
from applications.models import Application, Sponsorship
from funding.models import PartnerSeat
from moves.querysets import look_back
from programs.models import Call
from programs.policy import Excluded
from programs.selectors import policy_of
from reviews.models import Interest
from reviews.states import InterestKind, Obstacle
from work import clock
from work.names import domain_of, domains_meet, enterprise_key, is_under, registered_domain

Row = TypeVar("Row")

# An address at one of these says nothing of whom a person works for: mail services and access providers, of Québec and
# Canada first. A service has its name in several countries: the name alone is compared there.
PUBLIC_MAIL = frozenset(
    {"icloud.com", "me.com", "mac.com", "proton.me", "protonmail.com", "pm.me", "mail.com", "email.com", "fastmail.com"}
    | {"zoho.com", "tutanota.com", "hey.com", "duck.com", "msn.com", "rocketmail.com", "inbox.com", "hushmail.com"}
    | {"videotron.ca", "videotron.qc.ca", "globetrotter.net", "globetrotter.qc.ca", "bell.net", "sympatico.ca"}
    | {
        "cogeco.ca",
        "cgocable.ca",
        "rogers.com",
        "telus.net",
        "shaw.ca",
        "eastlink.ca",
        "cablevision.qc.ca",
        "oricom.ca",
    }
    | {"xplornet.com", "xplornet.ca", "teksavvy.com", "b2b2c.ca", "ebox.ca", "distributel.ca", "sasktel.net", "mts.net"}
    | {
        "nb.sympatico.ca",
        "ns.sympatico.ca",
        "derytele.com",
        "sogetel.net",
        "tlb.sympatico.ca",
        "axion.ca",
        "maskatel.net",
    }
    | {"comcast.net", "verizon.net", "att.net", "sbcglobal.net", "free.fr", "orange.fr", "wanadoo.fr", "laposte.net"}
    | {"sfr.fr", "neuf.fr", "web.de", "qq.com", "163.com", "126.com", "yandex.com", "yandex.ru", "mail.ru"}
)
PUBLIC_NAMES = frozenset({"gmail", "googlemail", "outlook", "hotmail", "live", "yahoo", "ymail", "aol", "gmx"})

# A page there says nothing of whose the host is.
SHARED_HOSTS = frozenset(
    {"google.com", "goo.gl", "facebook.com", "instagram.com", "linkedin.com", "youtube.com", "x.com", "twitter.com"}
    | {"github.io", "gitlab.io", "wixsite.com", "wordpress.com", "blogspot.com", "weebly.com", "square.site"}
    | {"myshopify.com", "webflow.io", "pages.dev", "netlify.app", "vercel.app", "web.app", "firebaseapp.com"}
    | {"herokuapp.com", "azurewebsites.net", "squarespace.com", "godaddysites.com", "jimdosite.com", "carrd.co"}
    | {"linktr.ee", "notion.site", "pagesjaunes.ca", "yellowpages.ca", "icriq.com", "canva.site", "business.site"}
    | {"shopify.com", "tumblr.com", "medium.com", "about.me", "sites.google.com"}
)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A reason why a person should not read a file, and the words of it, which follow the person's name. `facts`: what
    it was read from, each with what it meets in the file: the row of an interest and a name, two domains. None where it
    is about the file alone."""

    code: Obstacle | InterestKind
    message: str
    facts: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The same fact has the same key, in any language and on any day; another interest in the same organisation is
        another fact. A line each, at least one."""
        return tuple(f"{self.code}:{fact}" for fact in self.facts or ("",))


@dataclass(frozen=True)
class Parties:
    """Everyone a file is about: the keys of the names (`enterprise_key`), the NEQs, and the mail domains of the
    applicant and of its sponsors."""

    names: frozenset[str]
    neqs: frozenset[str]
    applicant_domains: frozenset[str]
    sponsor_domains: frozenset[str]


@dataclass(frozen=True)
class Tie:
    """What joins a person to an organisation (the key of its name, its NEQ or ""), the number of its row, and the
    conflict that it then is."""

    row: int
    name: str
    neq: str
    conflict: Conflict

    def with_any(self, parties: Parties) -> Conflict | None:
        """The conflict that it is with these parties, and how it meets them; None with none."""
        met = [*({self.name} & parties.names), *({self.neq} & parties.neqs)]
        facts = tuple(f"{self.row}:{link}" for link in met if link)
        return replace(self.conflict, facts=facts) if facts else None


@dataclass(frozen=True)
class Ties:
    """All that joins a person to organisations today: the domain of their address ("" where it says nothing of a
    company), the organisations that they act for, by key; memberships and interests on record, those that are to begin
    and those that ended within the look-back too."""

    domain: str
    organisations: frozenset[int]
    memberships: tuple[Tie, ...]
    interests: tuple[Tie, ...]


def _mail_domain(address: str) -> str:
    """The domain of an e-mail address; empty for a public mail service: `hotmail.fr` is one, `yahoo.co.uk` too."""
    domain = domain_of(address)
    service = registered_domain(domain) or domain
    return "" if service in PUBLIC_MAIL or service.partition(".")[0] in PUBLIC_NAMES else domain


def _offices() -> set[str]:
    """Domains that are no company's: of the clusters (the address of their letters, those of who administers them) and
    of the people of their government partners. An applicant that has its page there, or one person, is tied to nobody
    else by that: it would choose who does not read its file."""
    administrators = ClusterAppointment.objects.held_today().filter(role=ClusterRole.ADMINISTRATOR)
    addresses = Cluster.objects.values_list("email").union(
        administrators.values_list("user__email"), PartnerSeat.objects.held_today().values_list("user__email")
    )
    return {_mail_domain(address) for (address,) in addresses} - {""}


def parties_of(applications: Collection[Application]) -> dict[int, Parties]:
    """The `Parties` of each file, by its key: the applicant, and the sponsors that neither it cancelled nor declined.

    The number of queries does not grow with the files.
    """
    organisations = Organisation.objects.in_bulk({one.organisation_id for one in applications})
    # Whoever runs a cluster writes from its own addresses: they say nothing of the company that they act for.
    runs = ClusterAppointment.objects.held_today().values("user")
    members = Membership.objects.current().filter(organisation__in=organisations).exclude(user__in=runs)
    members = members.select_related("user")
    people = _gathered(members, lambda row: row.organisation_id)
    standing = Sponsorship.objects.standing().filter(application__in=[one.pk for one in applications])
    sponsors = _gathered(standing, lambda row: row.application_id)
    neqs = _neqs_of({enterprise_key(one.organisation_name) for rows in sponsors.values() for one in rows} - {""})
    own = {key: _domains_of(one, people.get(key, ())) for key, one in organisations.items()}
    found = {}
    for application in applications:
        applicant, asked = organisations[application.organisation_id], sponsors.get(application.pk, ())
        names = {enterprise_key(one.organisation_name) for one in asked}
        found[application.pk] = Parties(
            names=frozenset({enterprise_key(applicant.legal_name), *names} - {""}),
            neqs=frozenset({applicant.neq}).union(*(neqs.get(name, ()) for name in names)),
            applicant_domains=own[applicant.pk],
            sponsor_domains=frozenset({_mail_domain(one.email) for one in asked} - {""}),
        )
    return found


def _domains_of(organisation: Organisation, members: Iterable[Membership]) -> frozenset[str]:
    """Those of the addresses of its people, and of its site."""
    site = domain_of(organisation.website)
    if any(is_under(site, host) for host in SHARED_HOSTS):
        site = ""
    own = {site, *(_mail_domain(one.user.email) for one in members)}
    return frozenset(own - {""})


def _neqs_of(keys: Collection[str]) -> dict[str, set[str]]:
    """The NEQs registered under each of these names, as `enterprise_key` gives them, by that key."""
    found: dict[str, set[str]] = {}
    rows = Organisation.objects.filter(name_key__in=keys).values_list("name_key", "neq")
    for key, neq in rows if keys else ():
        found.setdefault(key, set()).add(neq)
    return found


def ties_of(people: Collection[User]) -> dict[int, Ties]:
    """The `Ties` of each of `people`, by their key. A *competitor* interest says "this organisation competes with the
    one I work for": it is a tie too. The number of queries does not grow with the people."""
    keys = [person.pk for person in people]
    since = look_back()
    acting = Membership.objects.ran_since(since).filter(user__in=keys)
    acting = acting.select_related("organisation").order_by("id")
    memberships = _gathered(acting, lambda row: row.user_id)
    declared = Interest.objects.filter(lasts_to(clock.day_of(since)), user__in=keys).order_by("id")
    interests = _gathered(declared, lambda row: row.user_id)
    offices = _offices() if people else ()
    domains = {person.pk: _mail_domain(person.email) for person in people}
    return {
        person.pk: Ties(
            "" if any(domains_meet(domains[person.pk], one) for one in offices) else domains[person.pk],
            frozenset(row.organisation_id for row in memberships.get(person.pk, ()) if row.ended_at is None),
            tuple(map(_of_membership, memberships.get(person.pk, ()))),
            tuple(map(_of_interest, interests.get(person.pk, ()))),
        )
        for person in people
    }


def _of_membership(membership: Membership) -> Tie:
    organisation = membership.organisation
    words = _("acts for %(organisation)s") % {"organisation": organisation.legal_name}
    if membership.ended_at:
        day = clock.format_day(membership.ended_at, get_language() or "fr")
        words = _("acted for %(organisation)s until %(day)s") % {"organisation": organisation.legal_name, "day": day}
    name = enterprise_key(organisation.legal_name)
    return Tie(membership.pk, name, organisation.neq, Conflict(Obstacle.MEMBERSHIP, words))


def _of_interest(interest: Interest) -> Tie:
    kind = InterestKind(interest.kind)
    values = {"kind": kind.label, "organisation": interest.organisation_name}
    words = _("declared interest (%(kind)s): %(organisation)s") % values
    if interest.ends_on and interest.ends_on < clock.today():
        values["day"] = clock.format_day(interest.ends_on, get_language() or "fr")
        words = _("declared interest (%(kind)s, ended on %(day)s): %(organisation)s") % values
    name = enterprise_key(interest.organisation_name)
    return Tie(interest.pk, name, interest.neq, Conflict(kind, words))


def conflicts_between(parties: Parties, ties: Ties, excluded: Collection[Excluded]) -> list[Conflict]:
    """Conflicts that the records suggest between the parties of a file and a person, by NEQ, name and mail domain.
    `excluded`: whom the call keeps from its files beside who belongs to a party; a competitor is no conflict else."""
    found = [one for tie in ties.memberships if (one := tie.with_any(parties))]
    if facts := _meeting(ties.domain, parties.sponsor_domains):
        found.append(Conflict(Obstacle.SPONSOR_DOMAIN, _("has an address at the sponsor"), facts))
    if facts := _meeting(ties.domain, parties.applicant_domains):
        found.append(Conflict(Obstacle.APPLICANT_DOMAIN, _("has an address at the applicant"), facts))
    interests = [one for tie in ties.interests if (one := tie.with_any(parties))]
    kept_off = Excluded.COMPETITOR in excluded
    return found + [one for one in interests if kept_off or one.code != InterestKind.COMPETITOR]


def _meeting(domain: str, others: Collection[str]) -> tuple[str, ...]:
    return tuple(f"{domain}:{one}" for one in sorted(others) if domains_meet(domain, one))


def excluded_of(call: Call) -> Collection[Excluded]:
    """Who never acts on a file of the call, beside who belongs to a party of it."""
    panel = policy_of(call).panel if call.rules_id else None
    return panel.excluded if panel else tuple(Excluded)


def _gathered(rows: Iterable[Row], key: Callable[[Row], int]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found
