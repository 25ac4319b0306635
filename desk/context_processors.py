"""What the frame of every page shows: the cluster's brand, the two languages, the way around for this person."""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Cluster, User
from accounts.roles import CLUSTER_READERS, ClusterRole, OrganisationRole
from decisions.states import STEPS
from desk.roles import RoleKind
from desk.selectors import roles_of
from funding.roles import PartnerRole
from programs.roles import MONEY_HANDLERS, READERS, ProgramRole, cluster_roles
from work import clock


class Item(NamedTuple):
    """A link of a menu: its words, the name of its address, and who is shown it (a question on the user)."""

    label: str | Promise
    url_name: str
    shown_to: Callable[[User | AnonymousUser], bool] = lambda user: True


def signed_in(user: User | AnonymousUser) -> bool:
    return user.is_authenticated


def holding(*kinds: RoleKind, roles: Collection[str] = ()) -> Callable[[User | AnonymousUser], bool]:
    """A question on the user: do they hold, today, a role of one of these kinds (one of `roles`, where given)?"""
    return lambda user: any(kind in kinds and (not roles or role in roles) for kind, role in roles_of(user))


def on_programmes(*roles: ProgramRole, also: Collection[ClusterRole] = ()) -> Callable[[User | AnonymousUser], bool]:
    """Do they hold, today, one of `roles` on a programme, or a role of a cluster that is one of them on each of its
    programmes, or one of `also`?"""
    return lambda user: (
        holding(RoleKind.PROGRAM, roles=roles)(user)
        or bool((everywhere := {*cluster_roles(roles), *also}) and holding(RoleKind.CLUSTER, roles=everywhere)(user))
    )


reads_files = on_programmes(*READERS, also=CLUSTER_READERS)
runs_programmes = on_programmes(ProgramRole.OFFICER)
reads_envelopes = on_programmes(*MONEY_HANDLERS, also=CLUSTER_READERS)  # as `funding.access.reads_envelopes`
decides = on_programmes(*STEPS)

# The main menu, in its order.
NAVIGATION: list[Item] = [
    Item(_("Home"), "home"),
    Item(_("My applications"), "application-list", holding(RoleKind.COMPANY)),
    Item(_("My reviews"), "review-queue", on_programmes(ProgramRole.REVIEWER)),
    Item(_("Files"), "file-list", reads_files),
    Item(_("Decisions"), "decision-queue", decides),
    Item(_("Manage programmes"), "program-list", runs_programmes),
    Item(_("Envelopes"), "envelope-list", reads_envelopes),
    Item(_("Your agreements"), "partner-home", holding(RoleKind.PARTNER)),
    Item(_("To concur"), "decision-concurrences", holding(RoleKind.PARTNER, roles=(PartnerRole.CONCURRENCE,))),
    Item(_("Trail"), "trail-list", holding(RoleKind.CLUSTER, roles=(ClusterRole.AUDITOR,))),
    Item(_("People and roles"), "people", holding(RoleKind.CLUSTER, roles=(ClusterRole.ADMINISTRATOR,))),
    Item(_("State of the service"), "service", holding(RoleKind.CLUSTER, roles=(ClusterRole.ADMINISTRATOR,))),
    Item(_("Programmes and calls"), "catalogue"),
    Item(_("Search"), "search", holding(RoleKind.CLUSTER, RoleKind.PROGRAM, RoleKind.COMPANY)),
]
# Under the person's name, above "Sign out".
ACCOUNT_MENU: list[Item] = [
    Item(_("Your profile"), "profile", signed_in),
    Item(_("Your organisations"), "organisation-list", signed_in),
    Item(_("Your jobs"), "job-list", holding(RoleKind.CLUSTER, RoleKind.PROGRAM)),
    Item(_("Your interests"), "review-interests", holding(RoleKind.CLUSTER, RoleKind.PROGRAM, RoleKind.PARTNER)),
    Item(_("Change your password"), "account_change_password", signed_in),
]
FOOTER: list[Item] = [
    Item(_("Accessibility"), "accessibility"),
    Item(_("Privacy"), "privacy"),
    Item(_("Verify a letter"), "decision-verify"),
    Item(_("Components"), "components", lambda user: settings.DEBUG),
]
ROLE_NAMES: Mapping[str, Mapping[str, str | Promise]] = {
    RoleKind.CLUSTER: dict(ClusterRole.choices),
    RoleKind.PROGRAM: dict(ProgramRole.choices),
    RoleKind.PARTNER: dict(PartnerRole.choices),
    RoleKind.COMPANY: dict(OrganisationRole.choices),
}
LANGUAGE_NAMES = {"fr": "Français", "en": "English"}  # each in its own language, never translated


def role_names(user: User | AnonymousUser) -> list[str]:
    """The roles held today, in words, each once."""
    return list(dict.fromkeys(str(ROLE_NAMES[kind][role]) for kind, role in sorted(roles_of(user))))


def links(items: list[Item], user: User | AnonymousUser, path: str = "") -> list[dict[str, str]]:
    """The items this person is shown: {label, url, current}; `current` is "page" on it, "true" on a page under it."""
    shown = [
        {"label": str(item.label), "url": reverse(item.url_name), "current": ""}
        for item in items
        if item.shown_to(user)
    ]
    above = [link for link in shown if link["url"] != "/" and path.startswith(link["url"].rstrip("/") + "/")]
    if above:
        max(above, key=lambda link: len(link["url"]))["current"] = "true"
    for link in shown:
        if link["url"] == path:
            link["current"] = "page"
    return shown


def languages(request: HttpRequest) -> list[dict[str, object]]:
    """Both languages, with the address of this same page in each; one that only takes a form leads on to its page."""
    current = (get_language() or settings.LANGUAGE_CODE)[:2]
    found = []
    for code, _name in settings.LANGUAGES:
        query = request.GET.copy()
        query["lang"] = code
        found.append(
            {
                "code": code,
                "label": LANGUAGE_NAMES[code],
                "url": f"{request.path}?{query.urlencode()}",
                "current": code == current,
            }
        )
    return found


def session_ends(request: HttpRequest, user: User | AnonymousUser) -> int | None:
    """When the session of a signed-in person ends, in seconds since 1970; None for anyone else."""
    if not user.is_authenticated:
        return None
    seen = request.session.get("seen") or int(clock.now().timestamp())
    return seen + settings.SESSION_COOKIE_AGE


def page(request: HttpRequest) -> dict[str, object]:
    """`page` in every template. Each part is worked out only when a template reads it: a fragment pays for nothing."""
    user = getattr(request, "user", None) or AnonymousUser()  # a refusal before sign-in was even read
    return {
        "page": {
            "cluster": SimpleLazyObject(lambda: Cluster.objects.first() or Cluster()),
            "brand_url": reverse("brand"),
            "demo": settings.DEMO,
            "home_url": reverse("home"),
            "languages": SimpleLazyObject(lambda: languages(request)),
            "navigation": SimpleLazyObject(lambda: links(NAVIGATION, user, request.path)),
            "account_menu": SimpleLazyObject(lambda: links(ACCOUNT_MENU, user, request.path)),
            "footer": SimpleLazyObject(lambda: links(FOOTER, user)),
            "sign_in_url": reverse("account_login"),
            "sign_out_url": reverse("account_logout"),
            "roles": SimpleLazyObject(lambda: role_names(user)),
            "session_ends": session_ends(request, user),
            "stay_url": reverse("session-stay"),
        }
    }
