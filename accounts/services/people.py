"""Accounts of people."""

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rules import is_oneself, may_create_people
from audit import services as trail
from audit.actors import Actor
from moves.refusals import Forbidden
from work.names import address_key

PERSONAL = ("email", "given_name", "family_name", "title_fr", "title_en")


@transaction.atomic
def create_person(
    *,
    by: Actor,
    email: str,
    given_name: str,
    family_name: str,
    language: str = "fr",
    password: str | None = None,
    title_fr: str = "",
    title_en: str = "",
) -> User:
    """An account made for somebody by an administrator, or by the set-up (the clock). Its e-mail counts as verified.

    Without a password, the person asks for one by e-mail before signing in.
    """
    if not may_create_people(by):
        raise Forbidden(_("Only an administrator creates an account for somebody else."))
    user = User(
        email=address_key(email),
        given_name=given_name,
        family_name=family_name,
        language=language,
        title_fr=title_fr,
        title_en=title_en,
    )
    user.set_password(password)
    _save_new(user)
    # The rows of the sign-in library: an address that is not verified may not sign in.
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    trail.record(user, "person.create", by=by, given={"language": language}, personal=_personal(user))
    return user


@transaction.atomic
def open_account(user: User, *, password: str) -> User:
    """The account that a person opens for themselves: `user` is filled in and not saved yet."""
    user.email = address_key(user.email)
    user.set_password(password)
    _save_new(user)
    trail.record(user, "person.sign_up", by=user, given={"language": user.language}, personal=_personal(user))
    return user


@transaction.atomic
def update_person(
    user: User,
    *,
    by: Actor,
    given_name: str,
    family_name: str,
    language: str,
    title_fr: str = "",
    title_en: str = "",
) -> User:
    """What a person says of themselves: names, language, and the function that a signature shows."""
    if not is_oneself(by, user.pk):
        raise Forbidden(_("People change their own profile."))
    user = User.objects.select_for_update().get(pk=user.pk)
    new = {
        "given_name": given_name,
        "family_name": family_name,
        "language": language,
        "title_fr": title_fr,
        "title_en": title_en,
    }
    changed = [name for name, value in new.items() if getattr(user, name) != value]
    if not changed:
        return user
    for name in changed:
        setattr(user, name, new[name])
    user.save(update_fields=changed)
    given = {"fields": changed} | ({"language": language} if "language" in changed else {})
    personal = {name: new[name] for name in changed if name in PERSONAL and new[name]}
    trail.record(user, "person.update", by=by, given=given, personal=personal)
    return user


@transaction.atomic
def change_password(user: User, *, by: Actor, password: str) -> User:
    """A new password, chosen while signed in or after a link sent by e-mail."""
    if not is_oneself(by, user.pk):
        raise Forbidden(_("People change their own password."))
    user.set_password(password)
    user.save(update_fields=["password"])
    trail.record(user, "person.change_password", by=by)
    return user


def _save_new(user: User) -> None:
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise ValidationError({"email": _("An account already has this e-mail address.")}) from None


def _personal(user: User) -> dict[str, str]:
    return {name: getattr(user, name) for name in PERSONAL if getattr(user, name)}
