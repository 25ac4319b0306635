"""What every resource shares: who asks, how often, which page, in which format, with which problem; and the log."""

import hashlib
import json
import time
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

import django_filters
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from rest_framework.exceptions import Throttled
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import DateTimeField, Serializer
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from accounts.models import User
from audit.services import record_list_reading, record_reading
from audit.states import ReadOne
from funding.models import Partner, PartnerSeat
from moves.interests import ask_unbarred, barred_from
from reports import selectors, services
from reports.api.formats import CsvRenderer, Negotiation, columns_of, flat, safe
from reports.api.keys import REALM, Caller, KeyAuthentication, SeatAuthentication, caller_of
from reports.api.pages import after, in_order, next_address, page_of
from reports.api.problems import BadKey, BadParameters, Wrong, language_asked, problem_of
from reports.models import ApiCall, ApiKey
from reports.states import Scope
from work import clock
from work.models import PublicModel
from work.spreadsheets import MARK, machine_line

MINUTE = timedelta(minutes=1)
CHUNK = 1000  # rows of a CSV read and written at a time
OF_A_PAGE = {"cursor", "page_size", "fields", "format"}
OF_A_ROW = {"fields", "format"}
OF_A_CSV = OF_A_ROW | {"bom"}
BOM = {"true": MARK, "false": "", "": ""}
Row = TypeVar("Row", bound=PublicModel)
Found = TypeVar("Found", bound=PublicModel)


_list = list  # a resource has a method of this name


class ReadsForPartner(BasePermission):
    """A key or a seat is needed (401), and a key's scope must cover the resource (403)."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.auth is None:
            raise BadKey(_("Send the key as Authorization: Bearer pk_…"), auth_header=REALM)
        assert isinstance(view, Resource)  # it guards nothing else
        return not isinstance(request.auth, ApiKey) or request.auth.scope in view.scopes


class PartnerCall(Request):
    """A call of the API once its caller is known: by a key or from a seat, and the partner it is answered for."""

    auth: ApiKey | PartnerSeat
    partner: Partner


class Resource(GenericViewSet[Row]):
    """What all resources share. A subclass gives `rows`, the shape, the filters, and the kind of its tombstones."""

    authentication_classes = [KeyAuthentication, SeatAuthentication]
    permission_classes = [ReadsForPartner]
    content_negotiation_class = Negotiation
    filter_backends = ()
    pagination_class = None
    renderer_classes = [JSONRenderer]
    http_method_names = ["get", "head"]
    lookup_url_kwarg = "id"
    lookup_field = "public_id"
    lookup_value_regex = "[^/]+"
    scopes: tuple[Scope, ...] = (Scope.READ,)
    kind = ""
    title: str | Promise = ""
    file = ""  # the path from a row to the file that it tells of; "" where it tells of none
    order = ""  # the instant that orders the list before the identifiers of its rows, where there is one
    reference_field = ""  # what names a row in an address besides its identifier, where something does
    serializer_class: type[Serializer[Any]]
    filterset_class: type[django_filters.FilterSet]

    request: PartnerCall
    started: float
    row_count: int | None

    # ---- subclasses say

    def rows(self) -> QuerySet[Row]:
        """The partner's rows, unfiltered."""
        raise NotImplementedError

    def open_rows(self) -> QuerySet[Row]:
        """The same, without those of files that a conflict of interest closes to the reader."""
        rows = self.rows()
        return rows.exclude(**{f"{self.file}__in": barred_from(self.reader)}) if self.file else rows

    @property
    def reader(self) -> User:
        """Who reads: the person who asks from a seat; of a key, whoever made it, for they hold its secret."""
        auth = self.request.auth
        return auth.user if isinstance(auth, PartnerSeat) else auth.created_by

    def prepare(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Add to the rows of a page what their shape needs."""
        return rows

    def application_of(self, row: Row) -> int | None:
        """The key of the file that a row tells of; None when it tells of none. Each is a reading in the trail."""
        return None

    # ---- around every call

    def get_renderers(self) -> _list[BaseRenderer]:
        return [JSONRenderer(), CsvRenderer()] if getattr(self, "action", "") == "list" else [JSONRenderer()]

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        self.started = time.perf_counter()
        self.row_count = None
        with translation.override(language_asked(request)):
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        self.request.partner = self.request.auth.partner

    def check_throttles(self, request: Request) -> None:
        """At most API_CALLS_PER_MINUTE answered calls in any minute of a key, counted in its log."""
        if not isinstance(request.auth, ApiKey):
            return
        now, most = clock.now(), settings.API_CALLS_PER_MINUTE
        answered = ApiCall.objects.filter(key=request.auth, at__gt=now - MINUTE).exclude(status=429)
        oldest = list(answered.order_by("-at").values_list("at", flat=True)[most - 1 : most])
        if oldest:
            raise Throttled(wait=(oldest[0] + MINUTE - now).total_seconds())

    def handle_exception(self, error: Exception) -> HttpResponse:  # type: ignore[override]  # not a Response
        """The problem. The library's own stubs want its `Response`; any HttpResponse is finalised and sent as well."""
        try:
            return problem_of(error, self.request)
        except Exception:
            with suppress(
                DatabaseError, InterfaceError
            ):  # the call counts all the same, unless it is the database that failed
                self._log(self.request, 500)
            raise

    def finalize_response(self, request: Request, response: Response, *args: object, **kwargs: object) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, ["Authorization", "Cookie", "Accept", "Accept-Language"])
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.headers.setdefault("Content-Language", f"{translation.get_language()}-CA")
        if not response.streaming:
            self._log(request, response.status_code)
        return response

    def _log(self, request: HttpRequest, status: int) -> None:
        caller = caller_of(request)
        if caller is None:
            return
        services.log_call(
            caller.partner if isinstance(caller, ApiKey) else self.request.auth.partner,
            by=caller,
            method=request.method or "",
            path=request.get_full_path(),
            status=status,
            rows=self.row_count,
            milliseconds=round((time.perf_counter() - self.started) * 1000),
        )

    # ---- answers

    def list(self, request: PartnerCall, *args: object, **kwargs: object) -> HttpResponseBase:
        whole = request.accepted_renderer.format == "csv"
        asked = self._asked(request, OF_A_CSV if whole else OF_A_PAGE, self.filterset_class.base_filters)
        rows, filterset = self._filtered(request, asked)
        if whole:
            return self._csv(request, rows, mark=_mark(request))
        page, cursor = page_of(rows, request.query_params, self.order)
        self.row_count = len(page)
        body: dict[str, object] = {
            "data": self._shaped(page),
            "next": next_address(request, cursor) if cursor else None,
        }
        since = filterset.form.cleaned_data.get("updated_since")
        if since is not None and "cursor" not in request.query_params:
            body["gone"] = [
                {"id": public_id, "gone_at": DateTimeField().to_representation(at)}
                for public_id, at in selectors.gone_since(request.partner, self.kind, since, self.reader)
            ]
        answer, digest = self._json(request, body)
        if answer.status_code == 200:
            self._record_list(request, [self.application_of(row) for row in page], digest=digest)
        return answer

    def retrieve(self, request: PartnerCall, *args: object, **kwargs: str) -> HttpResponse:
        self._asked(request, OF_A_ROW)
        in_person = isinstance(request.auth, PartnerSeat)  # they are told why; of a key, it would tell whose conflict
        row = self.row(self.rows() if in_person else self.open_rows(), kwargs["id"])
        file = self.application_of(row)
        if file is not None and in_person:
            ask_unbarred(file, self.reader)
        self.row_count = 1
        answer, _digest = self._json(request, self._shaped([row])[0])
        if answer.status_code == 200 and file is not None:
            record_reading(self._caller(request), application_id=file, subject=self.kind, what=ReadOne.api(self.kind))
        return answer

    def row(self, rows: QuerySet[Found], text: str) -> Found:
        """The partner's row that the address names; Http404 for any other, whoever's it is."""
        if "\x00" in text:  # PostgreSQL holds no such text
            raise Http404
        try:
            found = rows.filter(public_id=uuid.UUID(text)).first()
        except ValueError:
            found = rows.filter(**{self.reference_field: text}).first() if self.reference_field else None
        if found is None:
            raise Http404
        return found

    def _asked(self, request: Request, known: Collection[str], filters: Collection[str] = ()) -> dict[str, _list[str]]:
        """The filters asked for; BadParameters when a parameter is not known here."""
        names = {*known, *filters}
        wrong: _list[Wrong] = [
            {"parameter": name, "detail": _("There is no such parameter here.")}
            for name in request.query_params
            if name not in names
        ]
        wrong += self._wrong_fields(request)
        if wrong:
            raise BadParameters(wrong)
        return {name: request.query_params.getlist(name) for name in request.query_params if name not in known}

    def _wrong_fields(self, request: Request) -> _list[Wrong]:
        known = self.serializer_class().fields
        return [
            {"parameter": "fields", "detail": _("There is no field “%(name)s”.") % {"name": name}}
            for name in self._fields(request)
            if name not in known
        ]

    def _fields(self, request: Request) -> _list[str]:
        return [name for name in request.query_params.get("fields", "").split(",") if name]

    def _filtered(
        self, request: Request, asked: Mapping[str, Sequence[str]]
    ) -> tuple[QuerySet[Row], django_filters.FilterSet]:
        if any("\x00" in value for values in asked.values() for value in values):
            raise BadParameters([{"parameter": name, "detail": _("The value cannot be read.")} for name in asked])
        filterset = self.filterset_class(request.query_params, queryset=self.open_rows(), request=request)
        if not filterset.is_valid():
            raise BadParameters(
                [{"parameter": n, "detail": str(text)} for n, texts in filterset.errors.items() for text in texts]
            )
        return filterset.qs, filterset

    def _shaped(self, rows: Sequence[Row]) -> _list[dict[str, object]]:
        """The rows as the API shows them, with the fields asked for only."""
        shape = self._shape()
        return [shape.to_representation(row) for row in self.prepare(rows)]

    def _shape(self) -> Serializer[Any]:
        shape = self.serializer_class()
        if wanted := self._fields(self.request):
            for name in set(shape.fields) - set(wanted):
                shape.fields.pop(name)
        return shape

    def _json(self, request: Request, body: Mapping[str, object]) -> tuple[HttpResponse, str]:
        """The answer, and the SHA-256 of its body; without its body where the caller has it already (304)."""
        content = json.dumps(body, cls=JSONEncoder, ensure_ascii=False).encode()
        response = HttpResponse(content, content_type="application/json")
        digest = hashlib.sha256(content).hexdigest()
        etag = f'"{digest[:32]}"'
        response.headers["ETag"] = etag
        if link := body.get("next"):
            response.headers["Link"] = f'<{link}>; rel="next"'
        return get_conditional_response(request._request, etag=etag, response=response) or response, digest

    def _caller(self, request: Request) -> Caller:
        caller = caller_of(request)
        assert caller is not None  # no row is read before its reader is recognised
        return caller

    def _record_list(self, request: Request, files: Sequence[int | None], *, digest: str) -> None:
        """One reading of the list: what was asked, the files that its rows tell of (none for rows that tell of none)
        and the digest of what was given."""
        record_list_reading(
            self._caller(request),
            subject=self.kind,
            what=ReadOne.api(self.kind),
            question={"asked": request.query_params.urlencode()},
            listed=files,
            digest=digest,
        )

    # ---- CSV

    def _csv(self, request: Request, rows: QuerySet[Row], *, mark: str) -> StreamingHttpResponse:
        """The whole list, read and written a chunk at a time: no cursor, no page. It begins with `mark`."""
        lines = self._lines(request, in_order(rows, self.order), translation.get_language(), mark)
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="{self.kind}s.csv"'
        return response

    def _lines(self, request: Request, rows: QuerySet[Row], language: str, mark: str) -> Iterator[str]:
        """The lines, a chunk at a time. What was given is remembered when it ends, wherever it ends: its reading, with
        the files given until then, and the call."""
        last, status = None, 500
        files: list[int | None] = []
        given = hashlib.sha256()

        def line(values: Iterable[str], mark: str = "") -> str:
            text = mark + machine_line(values)
            given.update(text.encode())
            return text

        self.row_count = 0
        try:
            while True:
                page = list((rows if last is None else after(rows, self.order, last))[:CHUNK])
                with translation.override(language):
                    shaped = [flat(row) for row in self._shaped(page)]
                if last is None:
                    yield line(columns_of(self._shape()), mark)
                files += [self.application_of(row) for row in page]
                for row in shaped:
                    yield line([safe(value) for value in row.values()])
                self.row_count = len(files)
                if len(page) < CHUNK:
                    break
                last = page[-1].public_id
            status = 200
        finally:
            self._record_list(request, files, digest=given.hexdigest())
            self._log(request, status)


def _mark(request: Request) -> str:
    """By which a spreadsheet reads the file as UTF-8, where it is asked for; machines take it for a column's name."""
    asked = request.query_params.get("bom", "")
    if asked not in BOM:
        raise BadParameters([{"parameter": "bom", "detail": _("One of: %(list)s.") % {"list": "true, false"}}])
    return BOM[asked]
