"""Writing a bundle: always the same order of keys, long texts as blocks, so that two versions compare line by line."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import yaml

from builder.bundle.standings import BUNDLE

# Within a mapping: what it is, what it is called, what it says, its limits, and the long lists last. Other keys follow
# in alphabetical order (the database does not keep the order of a mapping, so it is always this one).
FIRST = (
    "key",
    "value",
    "reference",
    "short_name",
    "partner",
    "code",
    "slug",
    "kind",
    "type",
    "number",
    "name",
    "title",
    "label",
    "text",
    "summary",
    "description",
    "subject",
    "body",
    "fr",
    "en",
    "help",
    "intro",
    "statement",
    "required",
    "required_when",
    "shown_when",
    "eligible_when",
    "refusal",
    "jurisdiction",
    "starts",
    "ends",
    "fiscal_year",
    "amount",
    "language_regime",
    "fee_percent",
    "concurrence_above",
    "points",
    "weight",
    "minimum",
    "overall",
    "each",
    "days",
    "from",
    "until",
    "contact",
    "email",
    "phone",
    "order",
    "line",
    "spread",
    "ask_days",
    "answer_days",
    "held_percent",
    "unit",
    "options",
    "levels",
    "axes",
    "processes",
    "columns",
    "questions",
    "sections",
    "envelopes",
    "scale",
    "pass",
    "criteria",
    "anchors",
    "evidence",
)
_RANK = {name: rank for rank, name in enumerate(FIRST)}


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _decimal(dumper: yaml.SafeDumper, value: Decimal) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", format(value, "f"))


_Dumper.add_representer(str, _text)
_Dumper.add_representer(Decimal, _decimal)


def dump_bundle(data: Mapping[str, object]) -> str:
    """The YAML of a bundle's plain data (`Bundle.data`, or what `export_bundle` gathers)."""
    top = {key: _ordered(data[key]) for key in BUNDLE if key in data}
    return yaml.dump(top, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def _ordered(value: object) -> object:
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (_RANK.get(key, len(_RANK)), key))
        return {key: _ordered(value[key]) for key in keys}
    if isinstance(value, list | tuple):
        return [_ordered(item) for item in value]
    return value
