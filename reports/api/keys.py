"""Who calls: a key of a partner, or one of its people signed in to look around."""

import base64
import binascii
import hmac
import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.models import User
from accounts.rules import is_person
from funding.models import PartnerSeat
from reports.api.problems import BadKey
from reports.models import ApiKey
from reports.selectors import seats_of
from reports.services import SECRET_BYTES, digest_of
from reports.states import KeyState

REALM = 'Bearer realm="api"'
Address = IPv4Address | IPv6Address
Caller = ApiKey | User


def client_address(request: HttpRequest) -> Address | None:
    """Where the call comes from. What a proxy says counts only as far as TRUSTED_PROXIES of ours stand in front."""
    trusted = settings.TRUSTED_PROXIES
    said = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    address = said[-trusted] if trusted and len(said) >= trusted else request.META.get("REMOTE_ADDR", "")
    try:
        return ip_address(address)
    except ValueError:
        return None


def is_within(address: Address | None, networks: Iterable[str]) -> bool:
    """Whether the address is in one of the networks. An IPv4 address inside an IPv6 one is that address."""
    if address is None:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in ip_network(network) for network in networks)


def read_key(text: str) -> tuple[str, bytes]:
    """`pk_<prefix>_<secret>` as (prefix, secret in bytes). ValueError when it is not a key."""
    start, prefix, shown = text.split("_", 2)
    if start != "pk" or not re.fullmatch("[0-9a-f]{12}", prefix):
        raise ValueError("not a key")
    try:
        secret = base64.b64decode(shown + "=" * (-len(shown) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not a key") from error
    if len(secret) != SECRET_BYTES:
        raise ValueError("not a key")
    return prefix, secret


def refused(message: str, *, description: str) -> BadKey:
    return BadKey(message, auth_header=f'{REALM}, error="invalid_token", error_description="{description}"')


def caller_of(request: HttpRequest) -> Caller | None:
    """Who made this call, once recognised, whatever became of it since."""
    caller: Caller | None = vars(getattr(request, "_request", request)).get("caller")
    return caller


def _recognise(request: Request, caller: Caller) -> None:
    """From here the call is logged, whatever becomes of it."""
    vars(request._request)["caller"] = caller


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer pk_…`. The key is both the user (an actor of the trail) and the proof."""

    def authenticate(self, request: Request) -> tuple[ApiKey, ApiKey] | None:
        scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer":
            raise refused(_("Send the key as Authorization: Bearer pk_…"), description="not a bearer key")
        try:
            prefix, secret = read_key(text.strip())
        except ValueError:
            raise refused(_("This is not a key of the API."), description="malformed") from None
        key = ApiKey.objects.select_related("partner", "created_by").filter(prefix=prefix).first()
        if key is None or not hmac.compare_digest(key.digest, digest_of(secret)):
            raise refused(_("This is not a key of the API."), description="unknown")
        _recognise(request, key)
        self._ask(key, request)
        return key, key

    def _ask(self, key: ApiKey, request: Request) -> None:
        if key.state == KeyState.REVOKED:
            raise refused(_("This key was revoked."), description="revoked")
        if key.state == KeyState.EXPIRED:
            raise refused(_("This key has expired: make another one."), description="expired")
        if key.networks and not is_within(client_address(request._request), key.networks):
            raise refused(_("This key may not be used from this address."), description="network")

    def authenticate_header(self, request: Request) -> str:
        return REALM


class SeatAuthentication(BaseAuthentication):
    """A person signed in, with a seat for a partner: to try the API in the browser. Reading changes nothing."""

    def authenticate(self, request: Request) -> tuple[User, PartnerSeat] | None:
        user = getattr(request._request, "user", None)
        seat = seats_of(user).first()
        if seat is None or not is_person(user):
            return None
        _recognise(request, user)
        return user, seat

    def authenticate_header(self, request: Request) -> str:
        return REALM
