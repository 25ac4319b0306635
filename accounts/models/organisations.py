"""Organisations that apply, sponsor or take part, and the people who act for them."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models

from accounts.models.clusters import Cluster
from accounts.querysets import InvitationQuerySet, MembershipQuerySet, OrganisationQuerySet
from accounts.roles import ClusterRole, Language, OrganisationRole, Ownership
from audit.states import ChangeKind
from work import clock
from work.models import PublicModel, Versioned
from work.names import address_key, enterprise_key

if TYPE_CHECKING:
    from accounts.models import User


class Organisation(PublicModel, Versioned):
    """Registered once, reused in each application. Numbers are stored bare: `neq` 10 digits, `business_number` 9."""

    change_kind = ChangeKind.ORGANISATION

    written_by, written_at = "updated_by", "updated_at"

    legal_name = models.CharField(max_length=250)
    name_key = models.TextField(db_default="", default="", editable=False, db_index=True)  # it may outgrow the name
    neq = models.CharField(max_length=10, unique=True)
    business_number = models.CharField(max_length=15, blank=True)
    street = models.CharField(max_length=250)
    city = models.CharField(max_length=120)
    province = models.CharField(max_length=2, default="QC")
    postal_code = models.CharField(max_length=7)
    region = models.CharField(max_length=60, blank=True)
    employees = models.PositiveIntegerField(null=True, blank=True)
    naics = models.CharField(max_length=6, blank=True)
    ownership = models.CharField(max_length=20, choices=Ownership.choices, default=Ownership.PRIVATE)
    language = models.CharField(max_length=2, choices=Language.choices, default=Language.FRENCH)
    website = models.URLField(blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+", db_index=False
    )

    objects = OrganisationQuerySet.as_manager()

    def __str__(self) -> str:
        return self.legal_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = enterprise_key(self.legal_name)
        if kwargs.get("update_fields") is not None and "legal_name" in kwargs["update_fields"]:
            kwargs["update_fields"] = {*kwargs["update_fields"], "name_key"}
        super().save(*args, **kwargs)


class Membership(models.Model):
    """A person who acts for an organisation; the signatory attests and submits.

    One that ended stays: for a time it is still a conflict of interest (`moves.interests`). Who joins anew has another.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=OrganisationRole.choices, default=OrganisationRole.MEMBER)
    since = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"], condition=models.Q(ended_at__isnull=True), name="membership_once"
            ),
            models.CheckConstraint(condition=models.Q(role__in=OrganisationRole.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.organisation}"


class Invitation(PublicModel):
    """An invitation by e-mail to join an organisation or a cluster's staff. Only the token's SHA-256 is kept."""

    email = models.EmailField()
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, null=True, blank=True, related_name="invitations"
    )
    organisation_role = models.CharField(max_length=20, choices=OrganisationRole.choices, blank=True)
    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, null=True, blank=True, related_name="invitations")
    cluster_role = models.CharField(max_length=20, choices=ClusterRole.choices, blank=True)
    language = models.CharField(max_length=2, choices=Language.choices, default=Language.FRENCH)
    token_digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(organisation__isnull=False, cluster__isnull=True)
                | models.Q(organisation__isnull=True, cluster__isnull=False),
                name="invitation_to_an_organisation_or_a_cluster",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def is_to(self, user: "User") -> bool:
        """Whether it was sent to the address of this person."""
        return address_key(user.email) == address_key(self.email)
