"""Writes of this app: keys made and revoked, calls logged."""

import base64
import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import ip_network

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actors import Actor
from audit.services import record
from funding.models import Partner
from moves.refusals import Forbidden, Refusal, WrongMoment
from reports.models import ApiCall, ApiKey
from reports.rules import may_manage_keys
from reports.states import Scope
from work import clock
from work.tracing import current_request_id

NAME_TAKEN = "name"  # the code of a refusal of the name that was given
LONGEST_LIFE = timedelta(days=366)
SECRET_BYTES = 32
USED_EVERY = timedelta(minutes=1)  # between two writes of a key's last use


def digest_of(secret: bytes) -> str:
    """What is kept of a key's secret."""
    return hashlib.sha256(secret).hexdigest()


def ask_manager(partner: Partner, by: Actor) -> None:
    """Forbidden unless `by` is an analyst of the partner."""
    if not may_manage_keys(partner, by):
        raise Forbidden(_("Only an analyst of the partner makes and revokes its keys."))


@transaction.atomic
def create_api_key(
    partner: Partner,
    *,
    by: User,
    name: str,
    expires_at: datetime,
    scope: str = Scope.READ,
    networks: Iterable[str] = (),
) -> tuple[ApiKey, str]:
    """Make a key of `partner` and return it with its secret, `pk_<prefix>_<secret>`, which nobody can read again.

    It expires within a year. `networks` are networks in CIDR (ValueError for anything else); none allows every
    address. WrongMoment for a bad expiry, or for a name that a working key already has.
    """
    ask_manager(partner, by)
    Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    now, refusals = clock.now(), []
    if not now < expires_at <= now + LONGEST_LIFE:
        refusals.append(Refusal(_("A key expires later than now, and within a year."), code="expiry"))
    if partner.api_keys.filter(name=name, revoked_at__isnull=True, expires_at__gt=now).exists():
        refusals.append(Refusal(_("A key of this name already works. Choose another name."), code=NAME_TAKEN))
    if refusals:
        raise WrongMoment(*refusals)
    secret = secrets.token_bytes(SECRET_BYTES)
    key = ApiKey.objects.create(
        partner=partner,
        name=name,
        prefix=secrets.token_hex(6),
        digest=digest_of(secret),
        scope=Scope(scope),
        networks=[str(ip_network(text)) for text in networks],
        created_by=by,
        created_at=now,
        expires_at=expires_at,
    )
    given = {"prefix": key.prefix, "scope": str(key.scope), "expires_at": expires_at, "networks": key.networks}
    record(key, "api_key.create", by=by, given=given)
    shown = base64.urlsafe_b64encode(secret).rstrip(b"=").decode()
    return key, f"pk_{key.prefix}_{shown}"


@transaction.atomic
def revoke_api_key(key: ApiKey, *, by: Actor) -> ApiKey:
    """Revoke a key at once and for ever. Revoked already: nothing changes."""
    ask_manager(key.partner, by)
    key = ApiKey.objects.select_for_update(no_key=True, of=("self",)).select_related("partner").get(pk=key.pk)
    if key.revoked_at is None:
        key.revoked_at = clock.now()
        key.save(update_fields=["revoked_at"])
        record(key, "api_key.revoke", by=by, given={"prefix": key.prefix})
    return key


def log_call(
    partner: Partner,
    *,
    by: ApiKey | User,
    method: str,
    path: str,
    status: int,
    rows: int | None,
    milliseconds: int,
) -> ApiCall:
    """Log one call of the API, by a key or a person of `partner`, where the partner can see it."""
    key = by if isinstance(by, ApiKey) else None
    now = clock.now()
    call = ApiCall.objects.create(
        partner=partner,
        key=key,
        user=None if isinstance(by, ApiKey) else by,
        at=now,
        method=method[:8],
        path=path[:500],
        status=status,
        rows=rows,
        milliseconds=milliseconds,
        request_id=(current_request_id() or "")[:64],
    )
    if key and status < 400 and (key.last_used_at is None or now - key.last_used_at >= USED_EVERY):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return call
