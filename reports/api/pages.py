"""Pages of a list. The cursor is the public identifier of the last row given: rows added meanwhile move nothing."""

import base64
import binascii
import uuid
from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from rest_framework.request import Request

from reports.api.problems import BadParameters
from work.models import PublicModel

PAGE_SIZE = 100
LARGEST_PAGE = 500
Row = TypeVar("Row", bound=PublicModel)


def write_cursor(public_id: UUID) -> str:
    return base64.urlsafe_b64encode(public_id.bytes).rstrip(b"=").decode()


def read_cursor(text: str) -> UUID:
    """The public identifier that a cursor names. BadParameters when it is not one of ours."""
    try:
        octets = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return uuid.UUID(bytes=octets)
    except (binascii.Error, ValueError):
        detail = _("Use the cursor of the field next as it was given.")
        raise BadParameters([{"parameter": "cursor", "detail": detail}]) from None


def read_page_size(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_PAGE)) and 1 <= int(text) <= LARGEST_PAGE:
        return int(text)
    detail = _("A whole number from 1 to %(most)s.") % {"most": LARGEST_PAGE}
    raise BadParameters([{"parameter": "page_size", "detail": detail}])


def in_order(rows: QuerySet[Row], by: str) -> QuerySet[Row]:
    """The rows by their public identifier; where the list has an order of its own (`by`, an instant), by that first."""
    return rows.order_by(*([by] if by else []), "public_id")


def after(rows: QuerySet[Row], by: str, last: UUID) -> QuerySet[Row]:
    """The rows that come after the one of this public identifier, in the order of `in_order`."""
    if not by:
        return rows.filter(public_id__gt=last)
    place = Subquery(rows.filter(public_id=last).values(by))
    return rows.filter(Q(**{f"{by}__gt": place}) | Q(**{by: place}, public_id__gt=last))


def page_of(rows: QuerySet[Row], params: Mapping[str, str], by: str = "") -> tuple[list[Row], str | None]:
    """One page of `rows`, as a list, and the cursor of the next one (None at the end). `by`: as in `in_order`."""
    size = read_page_size(params["page_size"]) if "page_size" in params else PAGE_SIZE
    if "cursor" in params:
        rows = after(rows, by, read_cursor(params["cursor"]))
    found = list(in_order(rows, by)[: size + 1])
    more = len(found) > size
    return found[:size], write_cursor(found[size - 1].public_id) if more else None


def next_address(request: Request, cursor: str) -> str:
    """The address of the next page: the same question, with its cursor."""
    asked = request.query_params.copy()
    asked["cursor"] = cursor
    pairs = [(name, value) for name, values in asked.lists() for value in values]
    return request.build_absolute_uri(f"{request.path}?{urlencode(pairs)}")
