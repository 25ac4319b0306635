"""The page that reads the API's description out without a script, and the address of the document itself."""

import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reports import selectors
from reports.api.document import PREFIX, RESOURCES, Document, document
from reports.api.examples import example_of
from reports.api.parameters import Schema
from reports.api.problems import PROBLEMS, language_asked
from reports.api.resource import Resource


@require_safe
def openapi(request: HttpRequest) -> JsonResponse:
    """The document, in the language asked for."""
    response = JsonResponse(document(language_asked(request)), json_dumps_params={"ensure_ascii": False})
    response.headers["Content-Language"] = f"{language_asked(request)}-CA"
    response.headers["Cache-Control"] = "public, max-age=300"
    patch_vary_headers(response, ["Accept-Language"])
    return response


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The page that reads the document out: resources, parameters, fields, examples, problems."""
    api = document(get_language()[:2])
    may_try = selectors.seats_of(request.user).exists()
    context = {
        "api": api,
        "base_url": settings.BASE_URL,
        "prefix": PREFIX,
        "sections": [_section(api, name, resource, may_try) for name, resource in RESOURCES.items()],
        "common": [p for n, p in api["components"]["parameters"].items()],
        "problems": [
            {"code": code, "status": status, "title": title, "meaning": meaning}
            for code, (status, title, meaning) in PROBLEMS.items()
        ],
        "keys_url": reverse("partner-keys") if may_try else "",
    }
    return render(request, "reports/api.html", context)


def _section(api: Document, name: str, resource: type[Resource[Any]], may_try: bool) -> dict[str, object]:
    shape = resource.serializer_class.__name__
    operation = api["paths"][PREFIX + name]["get"]
    return {
        "name": name,
        "anchor": name.replace("/", "-").replace("{", "").replace("}", ""),
        "title": operation["summary"],
        "text": operation["description"],
        "paths": [path for path in (PREFIX + name, f"{PREFIX}{name}/{{id}}") if path in api["paths"]],
        "parameters": [p for p in operation["parameters"] if "name" in p],
        "fields": list(fields_of(api, shape)),
        "example": json.dumps(example_of(api, shape), ensure_ascii=False, indent=2),
        "try_url": f"{PREFIX}{name}?page_size=5" if may_try and "{id}" not in name else "",
    }


def resolved(api: Document, schema: Schema) -> Schema:
    """The schema that a reference, or the only one of an `allOf`, stands for."""
    while "$ref" in schema or "allOf" in schema:
        if "$ref" in schema:
            schema = api["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        else:
            rest = schema.copy()
            schema = {**rest.pop("allOf")[0], **rest}
    return schema


def fields_of(api: Document, shape: str, prefix: str = "") -> Iterator[dict[str, object]]:
    """The fields of a component for a table: name, kind, description; those of an object it holds follow it."""
    yield from _fields(api, api["components"]["schemas"][shape], prefix)


def _fields(api: Document, component: Schema, prefix: str) -> Iterator[dict[str, object]]:
    for name, schema in component["properties"].items():
        inner = resolved(api, schema)
        items: Schema = resolved(api, inner["items"]) if "items" in inner else {}
        words = schema.get("description") or inner.get("description", "")
        yield {"name": prefix + name, "kind": _kind(inner, items), "text": words, "values": inner.get("enum", [])}
        for many, nested in (("", inner), ("[]", items)):
            if "properties" in nested:
                yield from _fields(api, nested, f"{prefix}{name}{many}.")


def _kind(schema: Schema, items: Schema) -> str:
    """What a value is, in words."""
    kinds = schema.get("type", "object")
    first = kinds if isinstance(kinds, str) else kinds[0]
    words = {
        "uuid": _("identifier"),
        "date-time": _("instant"),
        "date": _("day"),
        "decimal": _("decimal number, as text"),
        "string": _("text"),
        "integer": _("whole number"),
        "boolean": _("true or false"),
        "object": _("object"),
        "array": _("list of objects") if "properties" in items else _("list of texts"),
    }
    word = words[schema.get("format", "")] if schema.get("format") in words else words[first]
    return word if isinstance(kinds, str) else _("%(kind)s, or null") % {"kind": word}
