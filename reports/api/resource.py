"""What every resource shares: who asks, how often, which page, in which format, with which problem; and the log."""

import hashlib
import json
import time
import uuid
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAuthenticated, Throttled
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.serializers import DateTimeField
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.viewsets import GenericViewSet

from audit.services import record_readings
from reports import selectors, services
from reports.api.formats import CsvRenderer, Negotiation, columns_of, csv_line, flat, safe
from reports.api.keys import REALM, KeyAuthentication, SeatAuthentication
from reports.api.pages import next_address, page_of
from reports.api.problems import BadParameters, language_asked, problem_of
from reports.models import ApiCall, ApiKey
from reports.states import Scope
from work import clock

MINUTE = timedelta(minutes=1)
CHUNK = 1000  # rows of a CSV read and written at a time
OF_A_PAGE = {"cursor", "page_size", "fields", "format"}
OF_A_CSV = OF_A_ROW = {"fields", "format"}


class ReadsForPartner(BasePermission):
    """A key or a seat is needed (401), and a key's scope must cover the resource (403)."""

    def has_permission(self, request: HttpRequest, view) -> bool:
        if request.auth is None:
            error = NotAuthenticated(_("Send the key as Authorization: Bearer pk_…"))
            error.auth_header = REALM
            raise error
        return not isinstance(request.auth, ApiKey) or request.auth.scope in view.scopes


class Resource(GenericViewSet):
    """What all resources share. A subclass gives `rows`, the shape, the filters, and the kind of its tombstones."""

    authentication_classes = [KeyAuthentication, SeatAuthentication]
    permission_classes = [ReadsForPartner]
    content_negotiation_class = Negotiation
    filter_backends = []
    pagination_class = None
    renderer_classes = [JSONRenderer]
    http_method_names = ["get", "head"]
    lookup_url_kwarg = "id"
    lookup_field = "public_id"
    lookup_value_regex = "[^/]+"
    scopes = (Scope.READ,)
    kind = ""
    title = ""

    # ---- subclasses say

    def rows(self) -> None:
        """The partner's rows, unfiltered."""
        raise NotImplementedError

    def prepare(self, rows):
        """Add to the rows of a page what their shape needs."""
        return rows

    def application_of(self, row):
        """The key of the file that a row tells of; None when it tells of none. Each is a reading in the trail."""
        return None

    # ---- around every call

    def get_renderers(self):
        return [JSONRenderer(), CsvRenderer()] if getattr(self, "action", "") == "list" else [JSONRenderer()]

    def dispatch(self, request: HttpRequest, *args, **kwargs):
        self.started = time.perf_counter()
        self.row_count = None
        with translation.override(language_asked(request)):
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: HttpRequest, *args, **kwargs) -> None:
        super().initial(request, *args, **kwargs)
        request.partner = request.auth.partner

    def check_throttles(self, request: HttpRequest) -> None:
        """At most API_CALLS_PER_MINUTE answered calls in any minute of a key, counted in its log."""
        if not isinstance(request.auth, ApiKey):
            return
        now, most = clock.now(), settings.API_CALLS_PER_MINUTE
        answered = ApiCall.objects.filter(key=request.auth, at__gt=now - MINUTE).exclude(status=429)
        oldest = list(answered.order_by("-at", "-id").values_list("at", flat=True)[most - 1 : most])
        if oldest:
            raise Throttled(wait=(oldest[0] + MINUTE - now).total_seconds())

    def handle_exception(self, error):
        try:
            response = problem_of(error, self.request)
        except Exception:
            with suppress(
                DatabaseError, InterfaceError
            ):  # the call counts all the same, unless it is the database that failed
                self._log(self.request, 500)
            raise
        response.exception = True
        return response

    def finalize_response(self, request: HttpRequest, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, ["Authorization", "Cookie", "Accept", "Accept-Language"])
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.headers.setdefault("Content-Language", f"{translation.get_language()}-CA")
        if not response.streaming:
            self._log(request, response.status_code)
        return response

    def _log(self, request: HttpRequest, status: int) -> None:
        caller = getattr(request, "_request", request).__dict__.get("caller")
        if caller is None:
            return
        services.log_call(
            caller.partner if isinstance(caller, ApiKey) else request.auth.partner,
            by=caller,
            method=request.method,
            path=request.get_full_path(),
            status=status,
            rows=self.row_count,
            milliseconds=round((time.perf_counter() - self.started) * 1000),
        )

    # ---- answers

    def list(self, request: HttpRequest, *args, **kwargs):
        whole = request.accepted_renderer.format == "csv"
        asked = self._asked(request, OF_A_CSV if whole else OF_A_PAGE, self.filterset_class.base_filters)
        rows, filterset = self._filtered(request, asked)
        if whole:
            return self._csv(request, rows)
        page, cursor = page_of(rows, request.query_params)
        self.row_count = len(page)
        body = {"data": self._shaped(page), "next": next_address(request, cursor) if cursor else None}
        since = filterset.form.cleaned_data.get("updated_since")
        if since is not None and "cursor" not in request.query_params:
            body["gone"] = [
                {"id": public_id, "gone_at": DateTimeField().to_representation(at)}
                for public_id, at in selectors.gone_since(request.partner, self.kind, since)
            ]
        return self._json(request, body, page)

    def retrieve(self, request: HttpRequest, *args, **kwargs):
        self._asked(request, OF_A_ROW)
        row = self.row(self.rows(), kwargs["id"])
        self.row_count = 1
        return self._json(request, self._shaped([row])[0], [row])

    def row(self, rows, text: str):
        """The partner's row that the address names; Http404 for any other, whoever's it is."""
        if "\x00" in text:  # PostgreSQL holds no such text
            raise Http404
        try:
            found = rows.filter(public_id=uuid.UUID(text)).first()
        except ValueError:
            found = self.by_reference(rows, text)
        if found is None:
            raise Http404
        return found

    def by_reference(self, rows, text: str):
        return None

    def _asked(self, request: HttpRequest, known, filters=()):
        """The filters asked for; BadParameters when a parameter is not known here."""
        names = known | set(filters)
        wrong = [
            {"parameter": name, "detail": _("There is no such parameter here.")}
            for name in request.query_params
            if name not in names
        ]
        wrong += self._wrong_fields(request)
        if wrong:
            raise BadParameters(wrong)
        return {name: request.query_params.getlist(name) for name in request.query_params if name not in known}

    def _wrong_fields(self, request: HttpRequest):
        known = self.get_serializer_class()().fields
        return [
            {"parameter": "fields", "detail": _("There is no field “%(name)s”.") % {"name": name}}
            for name in self._fields(request)
            if name not in known
        ]

    def _fields(self, request: HttpRequest):
        return [name for name in request.query_params.get("fields", "").split(",") if name]

    def _filtered(self, request: HttpRequest, asked):
        if any("\x00" in value for values in asked.values() for value in values):
            raise BadParameters([{"parameter": name, "detail": _("The value cannot be read.")} for name in asked])
        filterset = self.filterset_class(request.query_params, queryset=self.rows(), request=request)
        if not filterset.is_valid():
            raise BadParameters(
                [{"parameter": n, "detail": str(text)} for n, texts in filterset.errors.items() for text in texts]
            )
        return filterset.qs, filterset

    def _shaped(self, rows):
        """The rows as the API shows them, with the fields asked for only."""
        shape = self._shape()
        return [shape.to_representation(row) for row in self.prepare(rows)]

    def _shape(self):
        shape = self.get_serializer_class()()
        if wanted := self._fields(self.request):
            for name in set(shape.fields) - set(wanted):
                shape.fields.pop(name)
        return shape

    def _json(self, request: HttpRequest, body, rows):
        content = json.dumps(body, cls=JSONEncoder, ensure_ascii=False).encode()
        response = HttpResponse(content, content_type="application/json")
        etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        response.headers["ETag"] = etag
        if link := body.get("next"):
            response.headers["Link"] = f'<{link}>; rel="next"'
        response = get_conditional_response(request._request, etag=etag, response=response)
        if response.status_code == 200:
            self._record(request, rows)
        return response

    def _record(self, request: HttpRequest, rows) -> None:
        files = [self.application_of(row) for row in rows]
        if any(files):
            record_readings(
                request.user, application_ids=[f for f in files if f], subject=self.kind, what=f"api {self.kind}"
            )

    # ---- CSV

    def _csv(self, request: HttpRequest, rows):
        """The whole list, read and written a chunk at a time: no cursor, no page."""
        response = StreamingHttpResponse(
            self._lines(request, rows.order_by("public_id"), translation.get_language()),
            content_type="text/csv; charset=utf-8",
        )
        response.headers["Content-Disposition"] = f'attachment; filename="{self.kind}s.csv"'
        return response

    def _lines(self, request: HttpRequest, rows, language: str):
        self.row_count, last, status = 0, None, 500
        try:
            while True:
                page = list((rows if last is None else rows.filter(public_id__gt=last))[:CHUNK])
                with translation.override(language):
                    shaped = [flat(row) for row in self._shaped(page)]
                if last is None:
                    yield csv_line(columns_of(self._shape()))
                self._record(request, page)
                for row in shaped:
                    yield csv_line([safe(value) for value in row.values()])
                self.row_count += len(page)
                if len(page) < CHUNK:
                    break
                last = page[-1].public_id
            status = 200
        finally:
            self._log(request, status)
