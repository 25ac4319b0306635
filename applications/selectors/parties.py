"""What the parties of a file are known by on the day it is asked. Each submission keeps it (`Snapshot`): what a party
changes of itself later takes nothing away from what was read of it."""

from collections.abc import Collection

from accounts.models import ClusterAppointment, Membership, Organisation
from work.names import domain_of


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
    """The NEQs registered today under each of these names, as `enterprise_key` gives them, by that key."""
    found: dict[str, set[str]] = {}
    rows = Organisation.objects.filter(name_key__in=keys).values_list("name_key", "neq")
    for key, neq in rows if keys else ():
        found.setdefault(key, set()).add(neq)
    return found
