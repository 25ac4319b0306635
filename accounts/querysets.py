"""Roles that people hold for a time, in English: `.held_today()`, `.held_by(user)`; the clusters where they do.

Who holds a role now is asked here: those of a cluster are rows of this app, those of a programme and of a government
partner rows of the apps above, and all three are terms between two dates.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Self, TypeVar

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q

from accounts.roles import OrganisationRole
from accounts.rules import in_office, is_person
from work import clock
from work.names import address_key
from work.querysets import by_name

if TYPE_CHECKING:
    from accounts.models import Cluster, Invitation, Membership, Organisation, User

Row = TypeVar("Row", bound=models.Model)


class TermQuerySet(models.QuerySet[Row]):
    """Rows that give `user` a `role` from `starts_on` to `ends_on`."""

    def held_today(self) -> Self:
        """Those that somebody holds today: their term runs, and the account is open. A role that has not begun, that
        ended, or that belongs to a closed account is held by nobody."""
        return self.filter(in_office(), user__is_active=True)

    def held_by(self, user: object) -> Self:
        """Those that `user` holds today; none for who is no person: the clock, an API key, who is not signed in."""
        return self.held_today().filter(user=user) if is_person(user) else self.none()

    def holders(self) -> "models.QuerySet[User]":
        """Each person of these rows once, by key."""
        return get_user_model().objects.filter(pk__in=self.values("user_id")).order_by("pk")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def of_member(self, user: "User") -> Self:
        """Those that `user` acts for today; none that they left."""
        return self.filter(memberships__user=user, memberships__ended_at=None)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> Self:
        """Those that run: their person acts for the organisation today. Those that ended are left out."""
        return self.filter(ended_at=None)

    def signing(self) -> Self:
        """Those whose person can sign for the organisation today: signatories, with an open account."""
        return self.current().filter(role=OrganisationRole.SIGNATORY, user__is_active=True)

    def of_address(self, email: str) -> Self:
        """Those that run, of the person with this address, however it is typed."""
        return self.current().filter(user__email=address_key(email))

    def by_organisation(self) -> Self:
        """With the organisation of each, by its name."""
        return self.select_related("organisation").order_by(*by_name("organisation__legal_name"), "pk")

    def by_person(self) -> Self:
        """With the person of each, by name."""
        return self.select_related("user").order_by(*by_name("user__family_name", "user__given_name"), "pk")

    def ran_since(self, since: datetime) -> Self:
        """Those that run, or that ended at this instant or later."""
        return self.filter(Q(ended_at=None) | Q(ended_at__gte=since))


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def waiting(self) -> Self:
        """Those that may still be accepted, by address: neither accepted nor expired."""
        return self.filter(accepted_at=None, expires_at__gt=clock.now()).order_by("email", "pk")


class ClusterQuerySet(models.QuerySet["Cluster"]):
    def served_by(self, user: object, *roles: str) -> Self:
        """Clusters where `user` holds one of these roles of the whole cluster today."""
        if not is_person(user):
            return self.none()
        held = user.cluster_appointments.held_today().filter(role__in=roles)
        return self.filter(pk__in=held.values("cluster_id"))
