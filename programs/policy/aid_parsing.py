"""The aid rules of a version, read from its plain dictionary into something that can be computed with.

Percentages are written 0 to 100, amounts in dollars, both as texts ("40", "90000.00"): never as floats.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from programs.constants import Recipient
from programs.policy.aid import AidRules, Bonus, Category, Window
from programs.policy.rate import Rate
from questions.constants import FinancingKind
from questions.schema.standing import keys_of

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class BadAidRules(ValueError):
    """The rules cannot be computed with. `path` says where (`categories.1.cap_percent_after`), `problem` says why."""

    def __init__(self, path: str, problem: str | StrPromise):
        super().__init__(path, problem)
        self.path = path
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


# What a version keeps of a category, its two languages side by side.
CATEGORY_KEYS = {"key", "name_fr", "name_en", "cap_percent_after", "max_per_item", "eligible", "rate"}


def parse_aid(rules: Mapping) -> AidRules:
    """The `aid` of a version's definition as `AidRules`.

    BadAidRules, with the place, for what is missing, unknown or impossible.
    """
    _known(rules, keys_of(AidRules), "")
    if rules.get("in_kind", "valued_apart") != "valued_apart":
        raise BadAidRules("in_kind", _("only `valued_apart` is computed"))
    window = rules.get("window") or {}
    _known(window, keys_of(Window), "window.")
    weights = {kind: _percent(value, f"weights.{kind}") for kind, value in (rules.get("weights") or {}).items()}
    for kind in weights:
        if kind not in FinancingKind.values:
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
    _known(given, keys_of(Bonus), "bonus.")
    if not given.get("outside_rate", True):
        raise BadAidRules("bonus.outside_rate", _("a bonus inside the aid rate is not computed"))
    per_level = _amount(given.get("per_level") or "0", "bonus.per_level")
    return Bonus(per_level, bool(given.get("within_maximum", True)))


def _known(given: Mapping, known: Collection[str], prefix: str) -> None:
    for key in given:
        if key not in known:
            problem = _("this rule is not computed yet") if key in AidRules.REFUSED else _("unknown rule")
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
    if not isinstance(value, Mapping):
        return Rate(_percent(value, path))
    if not value:
        raise BadAidRules(path, _("missing"))
    for recipient in value:
        if recipient not in Recipient.values:
            raise BadAidRules(f"{path}.{recipient}", _("not a type of recipient"))
    return Rate(recipients={Recipient(one): _percent(x, f"{path}.{one}") for one, x in value.items()})


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
