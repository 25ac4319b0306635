"""An example of each resource, from its schema: believable values by the field's name, else by its kind."""

from collections.abc import Mapping
from decimal import Decimal

from reports.api.document import Document
from reports.api.parameters import Schema

VALUES: dict[str, object] = {
    "reference": "FE-2026-00042",
    "application_reference": "FE-2026-00042",
    "agreement": "MEIE-2026-014",
    "title": "Cellule de soudage robotisée",
    "title_fr": "Entente de délégation 2026-2029",
    "title_en": "2026-2029 delegation agreement",
    "purpose_fr": "Rehausser la maturité des fournisseurs.",
    "purpose_en": "Raise the maturity of suppliers.",
    "name": "Ateliers Nordet inc.",
    "name_fr": "Filière Excellence",
    "name_en": "Filière Excellence",
    "summary_fr": "Aide aux fournisseurs de la filière aérospatiale.",
    "summary_en": "Aid for suppliers of the aerospace sector.",
    "neq": "1140000005",
    "region": "Montréal",
    "employees": 64,
    "code": "FE",
    "key": "2026",
    "fiscal_year": "2026-2027",
    "zone": "America/Toronto",
    "themes": ["digital"],
    "cohorts": ["2026-12-01T17:00:00-05:00"],
    "audit_years": 7,
    "fee_percent": "8.0000",
    "engaged_percent": "62.5000",
    "paid_percent": "12.5000",
    "share": "100.0000",
    "language": "fr",
    "state_label": "being assessed",
    "kind_label": "approval",
    "phase": "open",
    "number": 1,
    "from_balance": "reserved",
    "balance": "committed",
    "consent": "",
    "amount": "75000.00",
    "own_share": "50000.00",
    "other_public_aid": "25000.00",
    "closed_on": None,
    "superseded_at": None,
    "counterpart_envelope": None,
    "reverses": None,
}
BY_FORMAT = {
    "uuid": "01994b2e-8c1f-7d2a-9c40-5b6f1d2e3a4b",
    "date-time": "2026-11-20T10:15:00-05:00",
    "date": "2026-04-01",
    "decimal": str(Decimal("100000.00")),
}
BY_TYPE: dict[str, object] = {"string": "…", "integer": 1, "boolean": False, "null": None}


def example_of(api: Document, shape: str) -> dict[str, object]:
    """A row of the component `shape` of the document `api`."""
    schemas = api["components"]["schemas"]
    return {name: _value(schemas, shape, name, schema) for name, schema in schemas[shape]["properties"].items()}


def _value(schemas: Mapping[str, Schema], shape: str, name: str, schema: Schema) -> object:
    if "allOf" in schema:
        return _value(schemas, shape, name, schema["allOf"][0])
    if "$ref" in schema:
        inner = schema["$ref"].rpartition("/")[2]
        return {n: _value(schemas, inner, n, s) for n, s in schemas[inner]["properties"].items()}
    if schema.get("type") == "array" and "$ref" in schema["items"]:
        return [_value(schemas, shape, name, schema["items"])]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("format") == "uuid":
        return VALUES[name] if name in VALUES and VALUES[name] is None else BY_FORMAT["uuid"]
    if shape in ("Agreement", "AgreementRef") and name == "reference":
        return VALUES["agreement"]
    if name in VALUES:
        return VALUES[name]
    kinds = schema.get("type", "string")
    return BY_FORMAT.get(schema.get("format", ""), BY_TYPE[kinds if isinstance(kinds, str) else kinds[0]])
