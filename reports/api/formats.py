"""What the API speaks: JSON everywhere, CSV for lists."""

import json
import re
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.serializers import Serializer

from reports.api.problems import BadParameters
from work.spreadsheets import plain

NUMBER = re.compile(r"-?\d+(\.\d+)?\Z")


class CsvRenderer(BaseRenderer):
    """Named for the negotiation only: a list in CSV is streamed, never rendered whole."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"


class Negotiation(DefaultContentNegotiation):
    """`?format=` decides, else Accept. An unknown format is a parameter with a wrong value."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        wanted = request.query_params.get("format")
        if wanted and wanted not in {renderer.format for renderer in renderers}:
            known = ", ".join(renderer.format for renderer in renderers)
            raise BadParameters([{"parameter": "format", "detail": _("One of: %(list)s.") % {"list": known}}])
        chosen: tuple[BaseRenderer, str] = super().select_renderer(request, renderers, format_suffix)
        return chosen


def columns_of(shape: Serializer, prefix: str = "") -> list[str]:
    """The columns of a CSV of this shape, in the order of `flat`: `object.field` for a nested object."""
    columns: list[str] = []
    for name, field in shape.fields.items():
        if isinstance(field, Serializer):
            columns += columns_of(field, f"{prefix}{name}.")
        else:
            columns.append(f"{prefix}{name}")
    return columns


def flat(row: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """A row with its objects laid out as `object.field`, and its lists as JSON."""
    cells: dict[str, object] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            cells |= flat(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            cells[f"{prefix}{name}"] = json.dumps(value, ensure_ascii=False, default=str)
        else:
            cells[f"{prefix}{name}"] = value
    return cells


def safe(value: object) -> str:
    """A cell that no spreadsheet takes for a formula: a text that begins like one gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return text if NUMBER.match(text) else plain(text)
