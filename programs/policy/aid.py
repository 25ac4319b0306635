"""What a programme pays: rate, limits, categories of costs, stacking, window, bonus; each said in words.

Percentages are 0 to 100, amounts in dollars. `programs.policy.aid_parsing` reads them, `programs.money` computes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from programs.policy.rate import Rate
from questions.constants import FinancingKind
from questions.schema.standing import Decides, Obeyed, Part, Refused, rule, said
from work.clock import format_day
from work.money import format_money, format_percent
from work.texts import Said, Text

TESTS = "tests/programs/test_money.py::"


def _computed(by: str, shown_by: str, *, key: str = "", values: Mapping[object, Refused] | None = None) -> dict:
    """A rule of the arithmetic (`programs.money.aid`)."""
    return rule(Obeyed(f"programs.money.aid:{by}", TESTS + shown_by), Decides.MONEY, key=key, values=values)


def _language() -> str:
    return get_language() or "fr"


def _money(amount: Decimal) -> str:
    return format_money(amount, _language())


def _percent(share: Decimal) -> str:
    return format_percent(share, _language())


@dataclass(frozen=True)
class Category:
    """One kind of cost. `cap_percent_after` limits it to a share of eligible costs once the cap has been applied."""

    REFUSED: ClassVar[Mapping[str, Refused]] = {}

    key: str = field(metadata=_computed("compute_aid", "test_line_is_kept_or_refused_as_documented"))
    name: Mapping[str, str] = field(metadata=_computed("_judge", "test_reason_is_written_in_the_readers_language"))
    eligible: bool = field(
        default=True, metadata=_computed("_reasons_against", "test_line_is_kept_or_refused_as_documented")
    )
    cap_percent_after: Decimal | None = field(
        default=None, metadata=_computed("cap_after", "test_category_cap_applies_to_what_is_eligible_after_it")
    )
    max_per_item: Decimal | None = field(
        default=None, metadata=_computed("_reasons_against", "test_line_is_kept_or_refused_as_documented")
    )
    # Replaces the programme's rate for this category.
    rate: Rate | None = field(
        default=None, metadata=_computed("_aid_of", "test_rates_follow_the_recipient_and_the_category")
    )

    def to_definition(self) -> dict:
        out = {
            "key": self.key,
            "name_fr": self.name["fr"],
            "name_en": self.name["en"],
            "eligible": self.eligible,
            "cap_percent_after": _text(self.cap_percent_after),
            "max_per_item": _text(self.max_per_item),
            "rate": None if self.rate is None else self.rate.to_definition(),
        }
        return {key: value for key, value in out.items() if value is not None}

    def said(self) -> Said:
        """The category, what of it is paid, and its own rate."""
        limits = [] if self.eligible else [_("not eligible")]
        if self.cap_percent_after is not None:
            limits.append(_("at most %(share)s of eligible costs, once the cap is applied") % self._share())
        if self.max_per_item is not None:
            limits.append(_("at most %(amount)s a piece") % {"amount": _money(self.max_per_item)})
        if self.rate is not None:
            limits.append(_("at a rate of its own: %(rate)s") % {"rate": self.rate})
        return Said(str(Text(**self.name)), "; ".join(limits) or _("eligible"))

    def _share(self) -> dict[str, str]:
        assert self.cap_percent_after is not None  # asked of a category that has one
        return {"share": _percent(self.cap_percent_after)}


@dataclass(frozen=True)
class Window:
    """When a cost must be incurred. `start`: a day, or `submission`: the day the file is submitted."""

    REFUSED: ClassVar[Mapping[str, Refused]] = {}

    start: date | str = field(
        default="submission",
        metadata=_computed("_reasons_against", "test_first_day_of_costs_is_the_day_that_the_rules_say", key="from"),
    )
    until: date | None = field(
        default=None, metadata=_computed("_reasons_against", "test_line_is_kept_or_refused_as_documented")
    )

    def to_definition(self) -> dict:
        out = {"from": str(self.start)}
        return out if self.until is None else out | {"until": self.until.isoformat()}

    def said(self) -> list[Said]:
        first = (
            format_day(self.start, _language())
            if isinstance(self.start, date)
            else _("The day on which the application is submitted.")
        )
        last = _("None.") if self.until is None else format_day(self.until, _language())
        return [Said(_("First day of eligible costs"), first), Said(_("Last day of eligible costs"), last)]


@dataclass(frozen=True)
class Bonus:
    """What each full level gained adds, outside the aid rate; `within_maximum`: but never beyond the programme's."""

    REFUSED: ClassVar[Mapping[str, Refused]] = {}

    per_level: Decimal = field(metadata=_computed("_limit", "test_stacking_leaves_what_is_documented"))
    within_maximum: bool = field(default=True, metadata=_computed("_limit", "test_maximum_can_leave_the_bonus_out"))
    outside_rate: bool = field(
        default=True,
        metadata=_computed("_limit", "test_stacking_leaves_what_is_documented", values={False: Refused()}),
    )

    def to_definition(self) -> dict:
        return {
            "per_level": _text(self.per_level),
            "outside_rate": self.outside_rate,
            "within_maximum": self.within_maximum,
        }

    def said(self) -> Said:
        amount = {"amount": _money(self.per_level)}
        words = (
            _("%(amount)s, outside the aid rate; with the reimbursement, never above the maximum.")
            if self.within_maximum
            else _("%(amount)s, outside the aid rate, and above the maximum where it comes to that.")
        )
        return Said(_("Bonus for each full level gained"), words % amount)


class InKind(StrEnum):
    """What contributions in kind are worth."""

    VALUED_APART = "valued_apart"


@dataclass(frozen=True)
class AidRules:
    """The rules of one programme, at one version."""

    # Those that come with the consortium (Envol vert): docs/money.md.
    REFUSED: ClassVar[Mapping[str, Refused]] = dict.fromkeys(
        ("overhead", "max_per_recipient", "max_share_percent", "tax_credit_rate"), Refused(Part.CONSORTIUM)
    )

    rate: Rate = field(metadata=_computed("_aid_of", "test_rates_follow_the_recipient_and_the_category"))
    categories: Mapping[str, Category]
    stacking_cap: Decimal = field(metadata=_computed("_limit", "test_stacking_leaves_what_is_documented"))
    weights: Mapping[str, Decimal] = field(metadata=_computed("_weigh", "test_stacking_leaves_what_is_documented"))
    max_aid: Decimal | None = field(
        default=None, metadata=_computed("_limit", "test_stacking_leaves_what_is_documented")
    )
    min_project: Decimal = field(
        default=Decimal("0.00"), metadata=_computed("_limit", "test_stacking_leaves_what_is_documented")
    )
    window: Window = Window()
    bonus: Bonus | None = None
    in_kind: InKind = field(default=InKind.VALUED_APART, metadata=_computed("_judge", "test_in_kind_is_valued_apart"))

    def rate_for(self, category: Category, recipient: str) -> Decimal | None:
        """The percentage paid to this recipient type in this category; None when the programme pays it nothing."""
        return (category.rate or self.rate).of(recipient)

    @property
    def tells_recipients_apart(self) -> bool:
        """Whether any of its rates depends on who receives it."""
        rates = [self.rate, *(one.rate for one in self.categories.values() if one.rate)]
        return any(rate.recipients is not None for rate in rates)

    def weight_of(self, kind: str) -> Decimal:
        """How much of a public aid of this kind counts in the stacking. A kind that is not named counts whole."""
        return self.weights.get(kind, Decimal(100))

    def to_definition(self) -> dict:
        """The dictionary that `parse_aid` reads."""
        out = {
            "rate": self.rate.to_definition(),
            "stacking_cap": _text(self.stacking_cap),
            "min_project": _text(self.min_project),
            "max_aid": _text(self.max_aid),
            "weights": {kind: _text(weight) for kind, weight in self.weights.items()},
            "categories": [category.to_definition() for category in self.categories.values()],
            "window": self.window.to_definition(),
            "bonus": self.bonus and self.bonus.to_definition(),
            "in_kind": str(self.in_kind),
        }
        return {key: value for key, value in out.items() if value is not None}

    def said(self) -> list[Said]:
        """Every rule of aid, in words."""
        most = _("No maximum.") if self.max_aid is None else _money(self.max_aid)
        least = {"amount": _money(self.min_project)}
        lines = [
            said(self, "rate", name=_("Aid rate, of eligible costs"), words=str(self.rate)),
            said(self, "max_aid", name=_("Maximum aid"), words=most),
            said(
                self, "min_project",
                name=_("Smallest project, in eligible costs"),
                words=_("%(amount)s; nothing is paid below it.") % least if self.min_project else _("No minimum."),
            ),
            said(
                self, "stacking_cap",
                name=_("All public aid together, at most"),
                words=_("%(share)s of eligible costs.") % {"share": _percent(self.stacking_cap)},
            ),
            said(self, "weights", name=_("How other public aid counts in it"), words=self._weights()),
        ]  # fmt: skip
        lines += [Said(_("Costs: %(name)s") % {"name": one.name}, one.words) for one in self._categories()]
        lines += self.window.said()
        lines += [self.bonus.said()] if self.bonus else []
        in_kind = _("Valued apart: they are in no total of costs and are never reimbursed.")
        return [*lines, said(self, "in_kind", name=_("Contributions in kind"), words=in_kind)]

    def _categories(self) -> list[Said]:
        return [category.said() for category in self.categories.values()]

    def _weights(self) -> str:
        whole = _("every other kind counts whole")
        named = [
            _("%(kind)s: %(share)s") % {"kind": kind.label, "share": _percent(self.weights[kind])}
            for kind in FinancingKind
            if kind in self.weights
        ]
        return "; ".join([*named, whole])


def _text(number: Decimal | None) -> str | None:
    return None if number is None else format(number, "f")
