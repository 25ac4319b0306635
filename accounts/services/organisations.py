"""Organisations and the people who act for them."""

from collections.abc import Iterable
from typing import Any, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import identifiers
from accounts.models import Membership, Organisation, User
from accounts.roles import OrganisationRole
from accounts.rules import is_member, is_oneself, is_person, is_signatory
from audit import services as trail
from audit.actors import Actor
from moves.refusals import Forbidden, Refusal, WrongMoment
from work import clock
from work.versions import write_over


class Fields(TypedDict, total=False):
    """The columns that people fill in, in the order of the form."""

    legal_name: str
    neq: str
    business_number: str
    street: str
    city: str
    province: str
    postal_code: str
    region: str
    employees: int
    naics: str
    ownership: str
    language: str
    website: str


FIELDS = tuple(Fields.__annotations__)
TAKEN = "taken"


@transaction.atomic
def register_organisation(
    *,
    by: Actor,
    legal_name: str,
    neq: str,
    business_number: str,
    street: str,
    city: str,
    province: str,
    postal_code: str,
    employees: int,
    naics: str,
    ownership: str,
    language: str,
    region: str,
    website: str = "",
) -> Organisation:
    """Register an organisation, whose first signatory `by` becomes.

    ValidationError by field; that of a NEQ already registered has the code "taken", and says nothing of who did.
    """
    if not is_person(by):
        raise Forbidden(_("Sign in to register an organisation."))
    values = locals() | {}
    organisation = Organisation(**{name: values[name] for name in FIELDS})
    _check(organisation)
    _save(organisation, force_insert=True)
    Membership.objects.create(user=by, organisation=organisation, role=OrganisationRole.SIGNATORY)
    given = {"neq": organisation.neq, "person": by.public_id, "role": OrganisationRole.SIGNATORY.value}
    trail.record(organisation, "organisation.register", by=by, given=given, personal=_texts(organisation, FIELDS))
    return organisation


@transaction.atomic
def update_organisation(
    organisation: Organisation, *, by: User, version: int, **fields: Unpack[Fields]
) -> Organisation:
    """Change what an organisation says of itself. `fields`: any of `FIELDS`; ValidationError by field.

    `version` is the one that was read: Overtaken when somebody changed it since.
    """
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    must_sign_for(organisation, by)
    if unknown := set(fields) - set(FIELDS):
        raise TypeError(f"not a field of an organisation: {', '.join(sorted(unknown))}")
    before = {name: getattr(organisation, name) for name in fields}
    for name, value in fields.items():
        setattr(organisation, name, value)
    _check(organisation)
    changed = [name for name in fields if getattr(organisation, name) != before[name]]
    if not changed:
        return organisation
    texts = {name: getattr(organisation, name) for name in changed}
    for name in changed:
        setattr(organisation, name, before[name])
    _save(organisation, update_fields=write_over(organisation, version=version, by=by, texts=texts))
    personal = _texts(organisation, changed)
    trail.record(organisation, "organisation.update", by=by, given={"fields": changed}, personal=personal)
    return organisation


@transaction.atomic
def change_member_role(membership: Membership, *, by: Actor, role: str) -> Membership:
    """Make a member a signatory, or the other way round. One signatory at least stays."""
    membership = _locked(membership)
    must_sign_for(membership.organisation, by)
    wanted, before = OrganisationRole(role), membership.role
    if wanted == before:
        return membership
    if wanted != OrganisationRole.SIGNATORY:
        _keep_a_signatory(membership)
    membership.role = wanted
    membership.save(update_fields=["role"])
    trail.record(
        membership.organisation,
        "organisation.change_role",
        by=by,
        given={"person": membership.user.public_id, "before": before, "after": wanted.value},
    )
    return membership


@transaction.atomic
def remove_member(membership: Membership, *, by: Actor) -> None:
    """End a membership: by a signatory, or by the person who leaves. One signatory at least stays.

    The row stays, with its end. WrongMoment when it had ended.
    """
    membership = _locked(membership)
    if not is_oneself(by, membership.user_id):
        must_sign_for(membership.organisation, by)
    if membership.role == OrganisationRole.SIGNATORY:
        _keep_a_signatory(membership)
    organisation, given = membership.organisation, {"person": membership.user.public_id, "role": membership.role}
    membership.ended_at = clock.now()
    membership.save(update_fields=["ended_at"])
    trail.record(organisation, "organisation.remove_member", by=by, given=given)


def must_sign_for(organisation: Organisation, by: Actor) -> None:
    if is_signatory(organisation, by):
        return
    if is_member(organisation, by):
        raise Forbidden(_("Only an authorised signatory of the organisation does this. Ask one of them."))
    raise Forbidden(_("You do not act for this organisation."))


def _locked(membership: Membership) -> Membership:
    """The membership as it is now. The organisation is locked, so that two signatories never remove each other."""
    Organisation.objects.select_for_update().get(pk=membership.organisation_id)
    try:
        return Membership.objects.current().select_related("organisation", "user").get(pk=membership.pk)
    except Membership.DoesNotExist:
        raise WrongMoment(Refusal(_("This person is no longer a member."), code="gone")) from None


def _keep_a_signatory(membership: Membership) -> None:
    if not membership.organisation.memberships.signing().exclude(pk=membership.pk).exists():
        raise WrongMoment(
            Refusal(
                _("The organisation keeps one authorised signatory at least. Give this role to another member first."),
                code="last",
            )
        )


def _check(organisation: Organisation) -> None:
    """Clean the numbers and the columns; ValidationError by field, with every fault at once."""
    errors: dict[str, Any] = {}
    checks = {"neq": identifiers.neq, "postal_code": identifiers.postal_code}
    checks |= {"business_number": identifiers.business_number, "naics": identifiers.naics}
    for name, check in checks.items():
        checked = check(getattr(organisation, name))
        if checked.value is None:
            errors[name] = ValidationError(checked.error, code="invalid")
        else:
            setattr(organisation, name, checked.value)
    try:
        organisation.full_clean(exclude=[*errors, "neq"] if "neq" not in errors else list(errors))
    except ValidationError as problem:
        errors |= problem.error_dict
    if "neq" not in errors and Organisation.objects.filter(neq=organisation.neq).exclude(pk=organisation.pk).exists():
        errors["neq"] = _taken()
    if errors:
        raise ValidationError(errors)


def _save(organisation: Organisation, **how: Any) -> None:
    try:
        with transaction.atomic():
            organisation.save(**how)
    except IntegrityError:  # two people registered it at the same instant
        raise ValidationError({"neq": _taken()}) from None


def _taken() -> ValidationError:
    return ValidationError(
        _("An organisation with this NEQ is already registered. Ask its authorised signatory to invite you."),
        code=TAKEN,
    )


def _texts(organisation: Organisation, names: Iterable[str]) -> dict[str, str]:
    """The values to keep out of the trail but for their digests."""
    return {name: str(getattr(organisation, name)) for name in names if getattr(organisation, name) not in ("", None)}
