"""Invitations by e-mail. Whoever holds the link and the e-mail address joins; only the link's digest is kept."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Cluster, Invitation, Membership, Organisation, User
from accounts.pages import INVITATION
from accounts.roles import ClusterRole, OrganisationRole
from accounts.rules import is_person
from accounts.services.clusters import appoint_to_cluster, must_administer
from accounts.services.organisations import must_sign_for
from audit import services as trail
from audit.actors import Actor, SetUp
from moves.refusals import Forbidden, Refusal, WrongMoment
from notifications import messages
from notifications.services import queue_message
from work import clock
from work.names import address_key

VALID_FOR = timedelta(days=14)
MOST_A_DAY = 30  # by one person: nobody writes to strangers in bulk, in our name and theirs


@transaction.atomic
def invite_member(
    organisation: Organisation, *, by: User, email: str, role: str, language: str
) -> tuple[Invitation, str]:
    """Invite somebody to act for an organisation. Returns the invitation and its link's token.

    ValidationError by field: a wrong address, a member already, or more than MOST_A_DAY by the same person.
    """
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    must_sign_for(organisation, by)
    email = _clean(email)
    if organisation.memberships.of_address(email).exists():
        raise ValidationError({"email": _("This person already acts for the organisation.")})
    return _invite(organisation, by=by, email=email, language=language, role=OrganisationRole(role))


@transaction.atomic
def invite_staff(cluster: Cluster, *, by: User, email: str, role: str, language: str) -> tuple[Invitation, str]:
    """Invite somebody to work with the cluster. An empty role: an account only, to be appointed on programmes."""
    must_administer(cluster, by)
    given = ClusterRole(role) if role else ""
    return _invite(cluster, by=by, email=_clean(email), language=language, role=given)


def find_invitation(token: str) -> Invitation | None:
    """The invitation a link names, whatever became of it; None for a link that never was."""
    return (
        Invitation.objects.select_related("organisation", "cluster", "invited_by")
        .filter(token_digest=_digest(token))
        .first()
    )


def stands_in_the_way(invitation: Invitation | None, now: datetime | None = None) -> Refusal | None:
    """Why an invitation cannot be accepted any more, or None."""
    if invitation is None:
        return Refusal(
            _("This link is not valid. Check that you copied all of it, or ask for a new invitation."), "link"
        )
    if invitation.accepted_at:
        return Refusal(_("This invitation was already accepted. Sign in to continue."), code="used")
    if invitation.expires_at <= (now or clock.now()):
        return Refusal(_("This invitation has expired. Ask the person who invited you for a new one."), code="expired")
    return None


def place_of(invitation: Invitation) -> Organisation | Cluster:
    """The organisation or the cluster that an invitation is to: it always has one of the two."""
    place = invitation.organisation or invitation.cluster
    assert place is not None  # a constraint of the table
    return place


@transaction.atomic
def accept_invitation(token: str, *, by: Actor | AnonymousUser) -> Invitation:
    """Accept: `by` joins the organisation or the cluster. The account's e-mail must be the one invited."""
    found = find_invitation(token)
    if found is not None:  # the list of members stands still while it grows
        if found.organisation_id is not None:
            Organisation.objects.select_for_update().get(pk=found.organisation_id)
        found = Invitation.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if refusal := stands_in_the_way(found):
        raise WrongMoment(refusal)
    assert found is not None  # or it stood in the way
    if not is_person(by):
        raise Forbidden(_("Sign in to accept the invitation."))
    if not found.is_to(by):
        raise Forbidden(
            _("This invitation was sent to another e-mail address. Sign in with the account of that address.")
        )
    found.accepted_at, found.accepted_by = clock.now(), by
    found.save(update_fields=["accepted_at", "accepted_by"])
    place = place_of(found)
    if found.organisation_id:
        Membership.objects.current().get_or_create(
            user=by, organisation_id=found.organisation_id, defaults={"role": found.organisation_role}
        )
    elif found.cluster and found.cluster_role:
        # The administrator decided when inviting, and may have left since: the set-up's actor carries it out.
        appoint_to_cluster(by, found.cluster, by=SetUp("invitation"), role=found.cluster_role)
    trail.record(
        place,
        "invitation.accept",
        by=by,
        given={"invitation": found.public_id, "role": found.organisation_role or found.cluster_role},
    )
    return found


@transaction.atomic
def cancel_invitation(invitation: Invitation, *, by: Actor) -> Invitation:
    """Take back an invitation that nobody accepted: its link stops working."""
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    place = place_of(invitation)
    if isinstance(place, Organisation):
        must_sign_for(place, by)
    else:
        must_administer(place, by)
    if refusal := stands_in_the_way(invitation):
        raise WrongMoment(refusal)
    invitation.expires_at = clock.now()
    invitation.save(update_fields=["expires_at"])
    trail.record(
        place,
        "invitation.cancel",
        by=by,
        given={"invitation": invitation.public_id},
    )
    return invitation


def _invite(
    place: Organisation | Cluster,
    *,
    by: User,
    email: str,
    language: str,
    role: str,
) -> tuple[Invitation, str]:
    """One living invitation a person and place: a new one ends those before it."""
    kind = "organisation" if isinstance(place, Organisation) else "cluster"
    where: dict[str, Any] = {kind: place}
    now, token = clock.now(), secrets.token_urlsafe(32)
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # counts stand still
    if Invitation.objects.filter(invited_by=by, at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY:
        raise ValidationError({"email": _("You sent many invitations today. Send the others tomorrow.")})
    place.invitations.waiting().filter(email=email).update(expires_at=now)
    invitation = Invitation.objects.create(
        email=email,
        language=language,
        token_digest=_digest(token),
        invited_by=by,
        at=now,
        expires_at=now + VALID_FOR,
        **where,
        **{f"{kind}_role": role},
    )
    trail.record(
        place,
        "invitation.send",
        by=by,
        given={"invitation": invitation.public_id, "role": role},
        personal={"email": email},
    )
    name = place.legal_name if isinstance(place, Organisation) else getattr(place, f"name_{language}")
    queue_message(
        messages.Invitation(name=name, inviter=by.full_name, until=invitation.expires_at),
        to=email,
        language=language,
        link=INVITATION(token),
        key=f"invitation-{invitation.public_id}",
    )
    return invitation, token


def _clean(email: str) -> str:
    email = address_key(email)
    try:
        validate_email(email)
    except ValidationError:
        raise ValidationError({"email": _("Enter an e-mail address, for example name@company.example.")}) from None
    return email


def _digest(token: str) -> str:
    return hashlib.sha256(str(token).encode()).hexdigest()
