"""The parameters of the API, as the OpenAPI document describes them."""

from typing import NotRequired, TypedDict

import django_filters
from django.utils.translation import gettext as _

from reports.api.filters import FiscalYearFilter, InstantFilter, ManyFilter
from reports.api.pages import LARGEST_PAGE, PAGE_SIZE

# What a value may be, in the words of JSON Schema that the document uses.
Schema = TypedDict(
    "Schema",
    {
        "$ref": str,
        "allOf": list["Schema"],
        "type": str | list[str],
        "format": str,
        "pattern": str,
        "description": str,
        "enum": list[str],
        "minimum": int,
        "maximum": int,
        "default": int | str,
        "items": "Schema",
        "properties": dict[str, "Schema"],
        "required": list[str],
    },
    total=False,
)
Reference = TypedDict("Reference", {"$ref": str})
# Where a parameter stands (`path`, `query` or `header`) is its `in`.
Parameter = TypedDict(
    "Parameter",
    {
        "name": str,
        "in": str,
        "description": str,
        "schema": Schema,
        "required": NotRequired[bool],
        "style": NotRequired[str],
        "explode": NotRequired[bool],
    },
)


def filter_parameter(name: str, one: django_filters.Filter) -> Parameter:
    """The query parameter of one filter."""
    schema: Schema = {"type": "string"}
    parameter: Parameter = {
        "name": name,
        "in": "query",
        "description": str(one.extra.get("help_text", "")),
        "schema": schema,
    }
    match one:
        case ManyFilter():
            values = [value for value, _label in one.extra["choices"]]
            parameter["schema"] = {"type": "array", "items": {"type": "string", "enum": values}}
            parameter["style"], parameter["explode"] = "form", False
        case InstantFilter():
            schema["format"] = "date-time"
        case FiscalYearFilter():
            schema["pattern"] = r"^20\d\d(-20\d\d)?$"
        case django_filters.UUIDFilter():
            schema["format"] = "uuid"
    return parameter


def shared_parameters() -> dict[str, Parameter]:
    """The parameters that many operations share, by the name of their component."""
    string: Schema = {"type": "string"}
    languages: Schema = {"type": "string", "enum": ["fr-CA", "en-CA"]}
    whole: Schema = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE}
    formats: Schema = {"type": "string", "enum": ["json", "csv"]}
    switch: Schema = {"type": "string", "enum": ["true", "false"], "default": "false"}
    which = _("The identifier of the row; for an application its reference, for a programme its code, do as well.")
    found = {
        "id": ("path", "id", string, which),
        "fields": ("query", "fields", string, _("The fields wanted, separated by commas; all without it.")),
        "page_size": ("query", "page_size", whole, _("How many rows a page has.")),
        "cursor": ("query", "cursor", string, _("Where the page begins: take it from next.")),
        "format": ("query", "format", formats, _("The format, instead of Accept.")),
        "bom": (
            "query",
            "bom",
            switch,
            _("Of a CSV: begin it with a byte order mark, by which a spreadsheet reads it as UTF-8."),
        ),
        "AcceptLanguage": (
            "header",
            "Accept-Language",
            languages,
            _("The language of labels and problems; French without it."),
        ),
        "IfNoneMatch": (
            "header",
            "If-None-Match",
            string,
            _("The ETag of an earlier answer: 304 when nothing changed."),
        ),
    }
    parameters: dict[str, Parameter] = {}
    for key, (place, name, schema, text) in found.items():
        parameters[key] = {"name": name, "in": place, "schema": schema, "description": text}
        if place == "path":
            parameters[key]["required"] = True
    return parameters
