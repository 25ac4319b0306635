"""A programme's aid rules, read from the plain dictionary of its bundle into something that can be computed with.

Percentages are written 0 to 100, amounts in dollars, both as texts ("40", "90000.00"): never as floats.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext_lazy as _

FINANCING_KINDS = ("grant", "repayable_loan", "tax_credit", "own", "bank", "other")
RECIPIENT_TYPES = ("enterprise", "sme", "research")
Rate = Decimal | Mapping[str, Decimal]


class BadAidRules(ValueError):
    """The rules cannot be computed with. `path` says where (`categories.1.cap_percent_after`), `problem` says why."""

    def __init__(self, path: str, problem: str):
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


@dataclass(frozen=True)
class AidRules:
    """The rules of one programme, at one version."""

    rate: Rate
    categories: Mapping[str, Category]
    stacking_cap: Decimal
    weights: Mapping[str, Decimal]
    max_aid: Decimal | None = None
    min_project: Decimal = Decimal("0.00")
    window_from: date | str = "submission"  # a day, or `submission`: the day the file is submitted
    window_until: date | None = None
    bonus_per_level: Decimal = Decimal("0.00")
    bonus_within_maximum: bool = True

    def rate_for(self, category: Category, recipient: str) -> Decimal | None:
        """The percentage paid to this recipient type in this category; None when the programme pays it nothing."""
        rate = self.rate if category.rate is None else category.rate
        return rate.get(recipient) if isinstance(rate, Mapping) else rate

    def weight_of(self, kind: str) -> Decimal:
        """How much of a public aid of this kind counts in the stacking. A kind that is not named counts whole."""
        return self.weights.get(kind, Decimal(100))


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


def parse_rules(rules: Mapping) -> AidRules:
    """The rules of a bundle as `AidRules`. BadAidRules, with the place, for what is missing, unknown or impossible."""
    _known(rules, KEYS, "")
    if rules.get("in_kind", "valued_apart") != "valued_apart":
        raise BadAidRules("in_kind", _("only `valued_apart` is computed"))
    window = rules.get("window") or {}
    _known(window, {"from", "until"}, "window.")
    bonus = rules.get("bonus") or {}
    _known(bonus, {"per_level", "outside_rate", "within_maximum"}, "bonus.")
    if not bonus.get("outside_rate", True):
        raise BadAidRules("bonus.outside_rate", _("a bonus inside the aid rate is not computed"))
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
        window_from=_day(window.get("from") or "submission", "window.from"),
        window_until=_day(window["until"], "window.until") if window.get("until") else None,
        bonus_per_level=_amount(bonus.get("per_level") or "0", "bonus.per_level"),
        bonus_within_maximum=bool(bonus.get("within_maximum", True)),
    )


def _known(given: Mapping, known: set[str], prefix: str) -> None:
    for key in given:
        if key not in known:
            problem = _("this rule is not computed yet") if key in LATER else _("unknown rule")
            raise BadAidRules(f"{prefix}{key}", problem)


def _categories(given: object) -> dict[str, Category]:
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


def _day(value: object, path: str) -> date | str:
    if value == "submission" and path == "window.from":
        return "submission"
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise BadAidRules(path, _("`%(value)s` is not a day (2029-01-31)") % {"value": value}) from None
