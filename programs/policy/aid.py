"""A programme's aid rules, read from the plain dictionary of its version into something that can be computed with.

Percentages are written 0 to 100, amounts in dollars, both as texts ("40", "90000.00"): never as floats.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

FINANCING_KINDS = ("grant", "repayable_loan", "tax_credit", "own", "bank", "other")
RECIPIENT_TYPES = ("enterprise", "sme", "research")
Rate = Decimal | Mapping[str, Decimal]


class BadAidRules(ValueError):
    """The rules cannot be computed with. `path` says where (`categories.1.cap_percent_after`), `problem` says why."""

    def __init__(self, path: str, problem: str | StrPromise):
        super().__init__(path, problem)
        self.path = path
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


@dataclass(frozen=True)
class Category:
    """One kind of cost. `cap_percent_after` limits it to a share of eligible costs once the cap has been applied."""

    key: str
    name: Mapping[str, str]
    eligible: bool = True
    cap_percent_after: Decimal | None = None
    max_per_item: Decimal | None = None
    rate: Rate | None = None  # replaces the programme's rate for this category

    def to_definition(self) -> dict:
        out = {
            "key": self.key,
            "name_fr": self.name["fr"],
            "name_en": self.name["en"],
            "eligible": self.eligible,
            "cap_percent_after": _text(self.cap_percent_after),
            "max_per_item": _text(self.max_per_item),
            "rate": None if self.rate is None else _rate_as_text(self.rate),
        }
        return {key: value for key, value in out.items() if value is not None}


@dataclass(frozen=True)
class Window:
    """When a cost must be incurred. `start`: a day, or `submission`: the day the file is submitted."""

    start: date | str = "submission"
    until: date | None = None

    def to_definition(self) -> dict:
        out = {"from": str(self.start)}
        return out if self.until is None else out | {"until": self.until.isoformat()}


@dataclass(frozen=True)
class Bonus:
    """What each full level gained adds, outside the aid rate; `within_maximum`: but never beyond the programme's."""

    per_level: Decimal
    within_maximum: bool = True

    def to_definition(self) -> dict:
        return {"per_level": _text(self.per_level), "outside_rate": True, "within_maximum": self.within_maximum}


@dataclass(frozen=True)
class AidRules:
    """The rules of one programme, at one version."""

    rate: Rate
    categories: Mapping[str, Category]
    stacking_cap: Decimal
    weights: Mapping[str, Decimal]
    max_aid: Decimal | None = None
    min_project: Decimal = Decimal("0.00")
    window: Window = Window()
    bonus: Bonus | None = None

    def rate_for(self, category: Category, recipient: str) -> Decimal | None:
        """The percentage paid to this recipient type in this category; None when the programme pays it nothing."""
        rate = self.rate if category.rate is None else category.rate
        return rate.get(recipient) if isinstance(rate, Mapping) else rate

    def weight_of(self, kind: str) -> Decimal:
        """How much of a public aid of this kind counts in the stacking. A kind that is not named counts whole."""
        return self.weights.get(kind, Decimal(100))

    def to_definition(self) -> dict:
        """The dictionary that `parse_aid` reads."""
        out = {
            "rate": _rate_as_text(self.rate),
            "stacking_cap": _text(self.stacking_cap),
            "min_project": _text(self.min_project),
            "max_aid": _text(self.max_aid),
            "weights": {kind: _text(weight) for kind, weight in self.weights.items()},
            "categories": [category.to_definition() for category in self.categories.values()],
            "window": self.window.to_definition(),
            "bonus": self.bonus and self.bonus.to_definition(),
            "in_kind": "valued_apart",
        }
        return {key: value for key, value in out.items() if value is not None}


def _text(number: Decimal | None) -> str | None:
    return None if number is None else format(number, "f")


def _rate_as_text(rate: Rate) -> str | dict[str, str]:
    if isinstance(rate, Mapping):
        return {recipient: format(x, "f") for recipient, x in rate.items()}
    return format(rate, "f")


# What the arithmetic understands, and nothing else: a rule that would be ignored is refused.
KEYS = {
    "rate",
    "max_aid",
    "min_project",
    "stacking_cap",
    "weights",
    "categories",
    "window",
    "bonus",
    "in_kind",
}
# The place of the rules that come with the consortium (Envol vert), refused until they are computed: docs/money.md.
LATER = {"overhead", "max_per_recipient", "max_share_percent", "tax_credit_rate"}
CATEGORY_KEYS = {"key", "name_fr", "name_en", "cap_percent_after", "max_per_item", "eligible", "rate"}


def parse_aid(rules: Mapping) -> AidRules:
    """The `aid` of a version's definition as `AidRules`.

    BadAidRules, with the place, for what is missing, unknown or impossible.
    """
    _known(rules, KEYS, "")
    if rules.get("in_kind", "valued_apart") != "valued_apart":
        raise BadAidRules("in_kind", _("only `valued_apart` is computed"))
    window = rules.get("window") or {}
    _known(window, {"from", "until"}, "window.")
    weights = {kind: _percent(value, f"weights.{kind}") for kind, value in (rules.get("weights") or {}).items()}
    for kind in weights:
        if kind not in FINANCING_KINDS:
            raise BadAidRules(f"weights.{kind}", _("not a kind of financing"))
    return AidRules(
        rate=_rate(rules.get("rate"), "rate"),
        categories=_categories(rules.get("categories")),
        stacking_cap=_percent(rules.get("stacking_cap"), "stacking_cap"),
        weights=weights,
        max_aid=_amount(rules["max_aid"], "max_aid") if rules.get("max_aid") is not None else None,
        min_project=_amount(rules.get("min_project") or "0", "min_project"),
        window=Window(
            _start(window.get("from") or "submission", "window.from"),
            _day(window["until"], "window.until") if window.get("until") else None,
        ),
        bonus=_bonus(rules.get("bonus")),
    )


def _bonus(given: Mapping | None) -> Bonus | None:
    if not given:
        return None
    _known(given, {"per_level", "outside_rate", "within_maximum"}, "bonus.")
    if not given.get("outside_rate", True):
        raise BadAidRules("bonus.outside_rate", _("a bonus inside the aid rate is not computed"))
    per_level = _amount(given.get("per_level") or "0", "bonus.per_level")
    return Bonus(per_level, bool(given.get("within_maximum", True)))


def _known(given: Mapping, known: set[str], prefix: str) -> None:
    for key in given:
        if key not in known:
            problem = _("this rule is not computed yet") if key in LATER else _("unknown rule")
            raise BadAidRules(f"{prefix}{key}", problem)


def _categories(given: Iterable[Mapping[str, Any]] | None) -> dict[str, Category]:
    if not given:
        raise BadAidRules("categories", _("at least one category of costs is needed"))
    found: dict[str, Category] = {}
    for place, row in enumerate(given):
        path = f"categories.{place}."
        _known(row, CATEGORY_KEYS, path)
        for needed in ("key", "name_fr", "name_en"):
            if not row.get(needed):
                raise BadAidRules(path + needed, _("missing"))
        if row["key"] in found:
            raise BadAidRules(path + "key", _("`%(key)s` is there twice") % {"key": row["key"]})
        cap, limit, rate = row.get("cap_percent_after"), row.get("max_per_item"), row.get("rate")
        found[row["key"]] = Category(
            key=row["key"],
            name={"fr": row["name_fr"], "en": row["name_en"]},
            eligible=bool(row.get("eligible", True)),
            cap_percent_after=_percent(cap, path + "cap_percent_after") if cap is not None else None,
            max_per_item=_amount(limit, path + "max_per_item") if limit is not None else None,
            rate=_rate(rate, path + "rate") if rate is not None else None,
        )
    return found


def _rate(value: object, path: str) -> Rate:
    if isinstance(value, Mapping):
        for recipient in value:
            if recipient not in RECIPIENT_TYPES:
                raise BadAidRules(f"{path}.{recipient}", _("not a type of recipient"))
        return {recipient: _percent(x, f"{path}.{recipient}") for recipient, x in value.items()}
    return _percent(value, path)


def _percent(value: object, path: str) -> Decimal:
    number = _number(value, path)
    if not 0 <= number <= 100:
        raise BadAidRules(path, _("a percentage is from 0 to 100"))
    return number


def _amount(value: object, path: str) -> Decimal:
    number = _number(value, path)
    if number < 0:
        raise BadAidRules(path, _("an amount is not below zero"))
    return number


def _number(value: object, path: str) -> Decimal:
    if isinstance(value, float | bool) or value is None or value == "":
        raise BadAidRules(path, _('a number written as text is needed, for example "40"'))
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise BadAidRules(path, _("`%(value)s` is not a number") % {"value": value}) from None
    if not number.is_finite():
        raise BadAidRules(path, _("`%(value)s` is not a number") % {"value": value})
    return number


def _start(value: object, path: str) -> date | str:
    return "submission" if value == "submission" else _day(value, path)


def _day(value: object, path: str) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise BadAidRules(path, _("`%(value)s` is not a day (2029-01-31)") % {"value": value}) from None
