"""The API's own description, as an OpenAPI 3.1 document in either language. drf-spectacular reads the shapes."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NotRequired, TypedDict

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override
from drf_spectacular.generators import SchemaGenerator

from reports.api import resources
from reports.api.parameters import Parameter, Reference, Schema, filter_parameter, shared_parameters
from reports.api.problems import CONTENT_TYPE, PROBLEMS
from reports.api.resource import Resource

# In the order of the page: what is wide before what is narrow.
RESOURCES: dict[str, type[Resource[Any]]] = {
    "agreements": resources.Agreements,
    "envelopes": resources.Envelopes,
    "envelopes/{id}/ledger": resources.Ledger,
    "programs": resources.Programs,
    "calls": resources.Calls,
    "applications": resources.Applications,
    "decisions": resources.Decisions,
    "awards": resources.Awards,
}
PREFIX = "/api/v1/"


class Header(TypedDict):
    description: str
    schema: Schema


class Answer(TypedDict):
    """What an operation answers with one status."""

    description: str
    headers: NotRequired[dict[str, Header]]
    content: NotRequired[dict[str, dict[str, object]]]


class Operation(TypedDict):
    """One GET."""

    operationId: str
    summary: str
    description: str
    tags: list[str]
    parameters: list[Parameter | Reference]
    responses: dict[str, Answer | Reference]


class Components(TypedDict):
    schemas: dict[str, Schema]
    responses: dict[str, Answer]
    parameters: dict[str, Parameter]
    securitySchemes: dict[str, dict[str, str]]


class Document(TypedDict):
    """The parts of an OpenAPI document. `paths`: the operations of each by method."""

    openapi: str
    info: dict[str, object]
    servers: list[dict[str, str]]
    security: list[dict[str, list[str]]]
    paths: dict[str, dict[str, Operation]]
    components: Components


@lru_cache(maxsize=4)
def document(language: str) -> Document:
    """The OpenAPI document, its texts in `language`. One object for all: never change what is returned."""
    with override(language):
        raw = SchemaGenerator().get_schema(request=None, public=True)
        return _document(raw["components"]["schemas"])


def _document(components: Mapping[str, Schema]) -> Document:
    paths: dict[str, dict[str, Operation]] = {}
    for name, resource in RESOURCES.items():
        shape = resource.serializer_class.__name__
        paths[PREFIX + name] = {"get": _list_operation(name, resource, shape)}
        if "{id}" not in name:
            paths[f"{PREFIX}{name}/{{id}}"] = {"get": _row_operation(name, resource, shape)}
    wanted = _reachable(components, {r.serializer_class.__name__ for r in RESOURCES.values()})
    schemas = {name: components[name] for name in sorted(wanted)}
    for name, schema in schemas.items():
        schema["description"] = _DESCRIPTIONS.get(name, lambda: "")() or schema.get("description", "")
    schemas["Problem"] = _problem_schema()
    schemas["Gone"] = _gone_schema()
    return {
        "openapi": str(settings.SPECTACULAR_SETTINGS["OAS_VERSION"]),
        "info": {
            "title": _("Passerelle: the partner's API"),
            "version": settings.SPECTACULAR_SETTINGS["VERSION"],
            "description": _(
                "Read-only. A key reads the rows of its partner's own delegation agreements and nothing else. "
                "Amounts are dollars, as texts with two decimals. Instants are ISO 8601 with their zone."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": settings.BASE_URL}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": _problem_responses(),
            "parameters": shared_parameters(),
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "pk_<prefix>_<secret>",
                    "description": _("A key that the partner made on its page of keys. It is shown once."),
                }
            },
        },
    }


_DESCRIPTIONS = {
    "Agreement": lambda: _("A delegation agreement between the partner and the cluster."),
    "Envelope": lambda: _(
        "The money of an agreement for one fiscal year. Balances are exclusive: each dollar is in one of them."
    ),
    "LedgerEntry": lambda: _(
        "One movement of money in an envelope. Entries are never changed: a correction is a new entry."
    ),
    "Program": lambda: _("A programme that the partner's agreements fund, alone or with others."),
    "Call": lambda: _("A call for projects of one of these programmes, once published."),
    "Application": lambda: _("A submitted application. No outcome is disclosed before its decision letter is sent."),
    "Decision": lambda: _(
        "A decision that was issued and whose letter was sent. One that grants money is disclosed only to the partners "
        "whose agreements pay part of it."
    ),
    "Award": lambda: _(
        "An award: what an approved decision grants, paid at least in part by the partner's agreements."
    ),
}


def _reachable(components: Mapping[str, Schema], names: Iterable[str]) -> set[str]:
    """The names of the components that these stand on, themselves included."""
    todo, seen = list(names), set[str]()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += _references(components[name])
    return seen


def _references(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield schema["$ref"].rpartition("/")[2]
        for value in schema.values():
            yield from _references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _references(value)


# ------------------------------------------------------------- operations


def _list_operation(name: str, resource: type[Resource[Any]], shape: str) -> Operation:
    csv = _(
        "The whole list, one row a line, with the fields' names first: no page, no cursor. It is for machines, and the "
        "same in both languages: UTF-8, commas between cells, a decimal point, days as 2027-03-31, instants with the "
        "offset of their zone. A person's own files, on the pages, follow the person's language."
    )
    path = _shared("id") if "{id}" in name else []
    return {
        "operationId": f"list_{resource.kind}",
        "summary": str(resource.title),
        "description": _DESCRIPTIONS[shape](),
        "tags": [name.split("/")[0]],
        "parameters": [
            *path,
            *[filter_parameter(key, one) for key, one in resource.filterset_class.base_filters.items()],
            *_shared("fields", "page_size", "cursor", "format", "bom", "AcceptLanguage", "IfNoneMatch"),
        ],
        "responses": {
            "200": {
                "description": _("A page of the list."),
                "headers": {
                    "ETag": _header(_("Send it back as If-None-Match.")),
                    "Link": _header(_("The next page.")),
                },
                "content": {
                    "application/json": {"schema": _list_schema(shape)},
                    "text/csv": {"schema": {"type": "string", "description": csv}},
                },
            },
            **_other_responses(400, 401, 403, 406, 429, 500, *([404] if path else [])),
        },
    }


def _row_operation(name: str, resource: type[Resource[Any]], shape: str) -> Operation:
    return {
        "operationId": f"get_{resource.kind}",
        "summary": _("One row: %(what)s") % {"what": str(resource.title)},
        "description": _DESCRIPTIONS[shape](),
        "tags": [name],
        "parameters": [
            *_shared("id", "fields", "AcceptLanguage", "IfNoneMatch"),
        ],
        "responses": {
            "200": {
                "description": _("The row."),
                "headers": {"ETag": _header(_("Send it back as If-None-Match."))},
                "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{shape}"}}},
            },
            **_other_responses(400, 401, 403, 404, 406, 429, 500),
        },
    }


def _header(description: str, kind: str = "string") -> Header:
    return {"description": description, "schema": {"type": kind}}


def _shared(*names: str) -> list[Reference]:
    """Those of the shared parameters."""
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _other_responses(*codes: int) -> dict[str, Answer | Reference]:
    others: dict[str, Answer | Reference] = {
        "304": {"description": _("Nothing changed since the answer with this ETag.")}
    }
    for code, (status, _title, _meaning) in PROBLEMS.items():
        if status in codes:
            others[str(status)] = {"$ref": f"#/components/responses/{code}"}
    return others


def _list_schema(shape: str) -> Schema:
    return {
        "type": "object",
        "required": ["data", "next"],
        "properties": {
            "data": {
                "type": "array",
                "items": {"$ref": f"#/components/schemas/{shape}"},
                "description": _("The rows of the page, in the order they were made."),
            },
            "next": {
                "type": ["string", "null"],
                "format": "uri",
                "description": _("The address of the next page; null on the last one."),
            },
            "gone": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/Gone"},
                "description": _(
                    "With updated_since, on the first page: rows that left since, at most 1000, oldest first."
                ),
            },
        },
    }


def _gone_schema() -> Schema:
    return {
        "type": "object",
        "description": _("A row that is no longer disclosed: delete your copy."),
        "required": ["id", "gone_at"],
        "properties": {
            "id": {
                "type": "string",
                "format": "uuid",
                "description": _("The identifier of the row, which never changes."),
            },
            "gone_at": {"type": "string", "format": "date-time", "description": _("When it left.")},
        },
    }


def _problem_schema() -> Schema:
    words = {
        "type": _("The kind of problem: an address that explains it."),
        "title": _("The kind of problem, in words."),
        "detail": _("What happened this time, and what to do."),
        "instance": _("The path that was asked."),
        "request_id": _("Give it to us when you ask for help."),
    }
    return {
        "type": "object",
        "description": _("A problem, by RFC 9457."),
        "required": ["type", "title", "status", "detail", "instance", "request_id", "errors"],
        "properties": {
            "status": {"type": "integer", "description": _("The HTTP status.")},
            **{name: {"type": "string", "description": text} for name, text in words.items()},
            "errors": {
                "type": "array",
                "description": _("What is wrong, parameter by parameter."),
                "items": {
                    "type": "object",
                    "required": ["parameter", "detail"],
                    "properties": {
                        "parameter": {"type": "string", "description": _("The parameter.")},
                        "detail": {"type": "string", "description": _("What is wrong with it.")},
                    },
                },
            },
        },
    }


def _problem_responses() -> dict[str, Answer]:
    responses: dict[str, Answer] = {}
    for code, (status, title, meaning) in PROBLEMS.items():
        example = {
            "type": f"{settings.BASE_URL}{PREFIX}#problem-{code}",
            "title": str(title),
            "status": status,
            "detail": str(meaning),
            "instance": f"{PREFIX}awards",
            "request_id": "01994b2e8c1f7d2a",
            "errors": [],
        }
        responses[code] = {
            "description": f"{title}. {meaning}",
            "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
        }
    challenge = _header(_("How to send a key, and why this one was refused."))
    responses["unauthenticated"]["headers"] = {"WWW-Authenticate": challenge}
    wait = _header(_("How many seconds to wait."), "integer")
    responses["too-many-requests"]["headers"] = {"Retry-After": wait}
    return responses
