"""What the records say joins people to the parties of a file: conflicts to propose, to declare, or to refuse for."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Cluster, ClusterAppointment, Membership, Organisation, User
from accounts.roles import ClusterRole
from accounts.rules import lasts_to
from applications.models import Application, Snapshot, Sponsorship
from applications.selectors.parties import mail_domains, neqs_of
from funding.models import PartnerSeat
from moves.querysets import look_back
from programs.models import Call
from programs.policy import Excluded
from programs.selectors import policy_of
from reviews.models import Interest
from reviews.states import InterestKind, Obstacle
from work import clock
from work.names import domain_of, domains_meet, enterprise_keys, is_under, registered_domain

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
    """Everyone a file is about: the key of the row of its applicant, the keys of the names (`enterprise_keys`), the
    NEQs, and the mail domains of the applicant and of its sponsors; of today, and of each submission of the file."""

    applicant: int
    names: frozenset[str]
    neqs: frozenset[str]
    applicant_domains: frozenset[str]
    sponsor_domains: frozenset[str]


@dataclass(frozen=True)
class Tie:
    """What joins a person to an organisation (the keys of its name, its NEQ or "", the key of its row where it is
    registered), the number of its own row, and the conflict that it then is."""

    row: int
    names: frozenset[str]
    neq: str
    organisation: int | None
    conflict: Conflict

    def with_any(self, parties: Parties) -> Conflict | None:
        """The conflict that it is with these parties, and how it meets them; None with none."""
        met = [*sorted(self.names & parties.names), *({self.neq} & parties.neqs)]
        if not met and self.organisation == parties.applicant:
            met = ["applicant"]  # it bore another name and another number each time that it was asked
        facts = tuple(f"{self.row}:{link}" for link in met)
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

    def hold(self, key: str) -> bool:
        """Whether what a fact (`Conflict.keys`) was read from is still on record of this person: their own row, or
        their own address. What it met of the file may have changed since. Rivals are no tie of theirs."""
        code, _colon, fact = key.partition(":")
        own = fact.partition(":")[0]
        if code in (Obstacle.APPLICANT_DOMAIN, Obstacle.SPONSOR_DOMAIN):
            return own == self.domain
        return any((one.conflict.code, str(one.row)) == (code, own) for one in (*self.memberships, *self.interests))


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

    Both as they are today, and as they were at each submission of the file: a party takes no conflict away by what it
    changes of itself. The number of queries does not grow with the files.
    """
    organisations = Organisation.objects.in_bulk({one.organisation_id for one in applications})
    mail = mail_domains(organisations)
    files = [one.pk for one in applications]
    standing = Sponsorship.objects.standing().filter(application__in=files)
    sponsors = _gathered(standing, lambda row: row.application_id)
    submissions = Snapshot.objects.filter(application__in=files).defer("canonical")
    sent = _gathered(submissions, lambda row: row.application_id)
    neqs = neqs_of(_keys_of(one.organisation_name for rows in sponsors.values() for one in rows))
    found = {}
    for application in applications:
        applicant, asked = organisations[application.organisation_id], sponsors.get(application.pk, ())
        then = sent.get(application.pk, ())
        counts = [one for one in then if one.superseded_at is None]  # its sponsor is the one that was asked last
        names = {one.organisation_name for one in asked}
        found[application.pk] = Parties(
            applicant=applicant.pk,
            names=_keys_of({applicant.legal_name, *names, *(one.applicant_name for one in then)}),
            neqs=frozenset({applicant.neq, *(one.applicant_neq for one in then)}).union(
                *(neqs.get(key, ()) for key in _keys_of(names)), *(one.sponsor_neqs.split() for one in counts)
            )
            - {""},
            applicant_domains=_domains_of(applicant, mail.get(applicant.pk, ()), then),
            sponsor_domains=frozenset({_mail_domain(one.email) for one in asked} - {""}),
        )
    return found


def _keys_of(names: Iterable[str]) -> frozenset[str]:
    return frozenset(key for name in names for key in enterprise_keys(name))


def _domains_of(applicant: Organisation, mail: Iterable[str], then: Collection[Snapshot]) -> frozenset[str]:
    """Those of the addresses of its people (`mail` of today), and of its site."""
    sites = {domain_of(one) for one in (applicant.website, *(one.applicant_website for one in then))}
    own = {one for one in sites if not any(is_under(one, host) for host in SHARED_HOSTS)}
    own |= {_mail_domain(one) for one in (*mail, *(one for sent in then for one in sent.applicant_mail.split()))}
    return frozenset(own - {""})


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
    names, conflict = _keys_of([organisation.legal_name]), Conflict(Obstacle.MEMBERSHIP, words)
    return Tie(membership.pk, names, organisation.neq, organisation.pk, conflict)


def _of_interest(interest: Interest) -> Tie:
    kind = InterestKind(interest.kind)
    values = {"kind": kind.label, "organisation": interest.organisation_name}
    words = _("declared interest (%(kind)s): %(organisation)s") % values
    if interest.ends_on and interest.ends_on < clock.today():
        values["day"] = clock.format_day(interest.ends_on, get_language() or "fr")
        words = _("declared interest (%(kind)s, ended on %(day)s): %(organisation)s") % values
    names = _keys_of([interest.organisation_name])
    return Tie(interest.pk, names, interest.neq, interest.organisation_id, Conflict(kind, words))


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
