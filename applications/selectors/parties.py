"""What the parties of a file are known by on the day it is asked. Each submission keeps it (`Snapshot`): what a party
changes of itself later takes nothing away from what was read of it."""

from collections.abc import Collection

from django.db.models import Q

from accounts.models import ClusterAppointment, Membership, Organisation
from work.names import MAY_TRADE_AS, domain_of, enterprise_keys


def mail_domains(organisations: Collection[int]) -> dict[int, set[str]]:
    """The domains of the addresses of who acts for each of these organisations today, by its key.

    Whoever runs a cluster writes from its own addresses: they say nothing of the company that they act for.
    """
    runs = ClusterAppointment.objects.held_today().values("user")
    members = Membership.objects.current().filter(organisation__in=organisations).exclude(user__in=runs)
    found: dict[int, set[str]] = {}
    for organisation, address in members.values_list("organisation_id", "user__email"):
        found.setdefault(organisation, set()).add(domain_of(address))
    return found


def neqs_of(keys: Collection[str]) -> dict[str, set[str]]:
    """The NEQs registered today under each of these names, as `enterprise_keys` gives them, by that key: of one that
    trades under another name, under each of its own."""
    found: dict[str, set[str]] = {}
    may_bear_one = Q(name_key__in=keys) | Q(legal_name__iregex=MAY_TRADE_AS)
    for name, neq in Organisation.objects.filter(may_bear_one).values_list("legal_name", "neq") if keys else ():
        for key in enterprise_keys(name).intersection(keys):
            found.setdefault(key, set()).add(neq)
    return found
