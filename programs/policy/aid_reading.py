"""The aid rules as a bundle writes them, and as a version keeps them: two shapes of the same.

A bundle has each category's name as one text in both languages, and numbers as people write them. A version keeps what
`parse_aid` takes: the two languages side by side, every number as text.
"""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from programs.constants import Recipient
from programs.policy.aid import AidRules, Bonus, Category, InKind, Window
from programs.policy.aid_parsing import BadAidRules, parse_aid
from questions.constants import FinancingKind, Problem, QuestionType
from questions.schema.definition import Form
from questions.schema.reading import Reader
from questions.schema.standing import done, refused_values


def read_aid(reader: Reader, form: Form) -> dict:
    """The aid rules as `parse_aid` takes them: numbers as texts, category names side by side."""
    out: dict = {"rate": _rate(reader, "rate")}
    out["stacking_cap"] = _shown(reader.percent("stacking_cap"))
    out["min_project"] = _shown(reader.money("min_project", required=False)) or "0"
    most = reader.money("max_aid", required=False)
    if most is not None:
        out["max_aid"] = _shown(most)
    weights = reader.child("weights")
    if weights:
        read = {kind: weights.percent(kind, required=False) for kind in FinancingKind.values}
        out["weights"] = {kind: _shown(weight) for kind, weight in read.items() if weight is not None}
        weights.done()
    readers = reader.children("categories", at_least=1, at_most=60)
    out["categories"] = [_category(child) for child in readers]
    reader.unique(readers, [category["key"] for category in out["categories"]])
    _check_categories(reader, readers, form)
    window = reader.child("window", required=False)
    if window:
        start = window.take("from", required=True)
        out["window"] = {"from": "submission" if start == "submission" else str(window.day("from") or "")}
        until = window.day("until", required=False)
        if until:
            out["window"]["until"] = until.isoformat()
        done(window, Window)
    bonus = reader.child("bonus", required=False)
    if bonus:
        out["bonus"] = {
            "per_level": _shown(bonus.money("per_level")),
            "outside_rate": bonus.boolean("outside_rate", default=True, refused=refused_values(Bonus, "outside_rate")),
            "within_maximum": bonus.boolean("within_maximum", default=True),
        }
        done(bonus, Bonus)
        if not form.of_type(QuestionType.ASSESSMENT):
            reader.problem(_("A bonus per level needs an assessment grid in the form."), "bonus")
    out["in_kind"] = reader.choice("in_kind", InKind, required=False, default=InKind.VALUED_APART.value)
    done(reader, AidRules)
    if not any(problem.path[: len(reader.path)] == reader.path for problem in reader.problems):
        try:
            parse_aid(out)
        except BadAidRules as error:
            steps = [int(step) if step.isdigit() else step for step in error.path.split(".") if step]
            reader.problem(_("This rule cannot be computed (%(why)s).") % {"why": error.problem}, *steps)
    return out


def _rate(reader: Reader, key: str) -> str | dict[str, str]:
    if not isinstance(reader.take(key, required=True), dict):
        return _shown(reader.percent(key, required=False))
    child = reader.child(key)
    assert child is not None  # a mapping was found there
    read = {recipient: child.percent(recipient, required=False) for recipient in Recipient.values}
    child.done()
    rates = {recipient: _shown(rate) for recipient, rate in read.items() if rate is not None}
    if not rates and not child.node:
        child.problem(_("Give the rate of at least one type of recipient."))
    return rates


def _category(reader: Reader) -> dict:
    name = reader.text("name", max_length=300)
    out = {
        "key": reader.key(),
        "name_fr": name.fr,
        "name_en": name.en,
        "eligible": reader.boolean("eligible", default=True),
    }
    cap = reader.percent("cap_percent_after", required=False)
    if cap is not None:
        out["cap_percent_after"] = _shown(cap)
    most = reader.money("max_per_item", required=False)
    if most is not None:
        out["max_per_item"] = _shown(most)
    if "rate" in reader.node:
        out["rate"] = _rate(reader, "rate")
    done(reader, Category)
    return out


def _check_categories(reader: Reader, readers: list[Reader], form: Form) -> None:
    """The categories of the rules and those of the form's budget are the same: none refused by surprise, none
    unused."""
    for budget in form.of_type(QuestionType.BUDGET):
        offered = {option.key for option in budget.options}
        ruled = [child.node.get("key") for child in readers]
        for child in readers:
            if child.node.get("key") not in list(offered):
                child.problem(
                    _("The budget “%(name)s” of the form does not offer this category.") % {"name": budget.key}, "key"
                )
        for index, option in enumerate(budget.options):
            if option.key not in ruled:
                reader.problems.append(
                    Problem((*budget.path, "options", index), _("The aid rules say nothing of this category."))
                )


def _shown(number: Decimal | None) -> str:
    return "" if number is None else format(number, "f")


def aid_as_written(aid: dict) -> dict:
    """Computed aid rules as a bundle writes them: each category's names as one text in both languages."""
    out = dict(aid)
    out["categories"] = []
    for category in aid.get("categories", ()):
        kept = {key: value for key, value in category.items() if key not in ("name_fr", "name_en", "eligible")}
        kept["name"] = {"fr": category.get("name_fr", ""), "en": category.get("name_en", "")}
        if not category.get("eligible", True):
            kept["eligible"] = False
        out["categories"].append(kept)
    return out
