"""Why an amount is refused or lowered: a code, its figures, and a sentence in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from work.clock import format_day
from work.money import format_money, format_percent

RECOVERABLE_TAX = "recoverable_tax"
REQUESTED_TOO_MUCH = "requested_too_much"
EARLY = "before_window"
UNREAD = "amount_unread"
SENTENCES = {
    UNREAD: _("“%(typed)s” is not an amount in dollars and cents: this line counts for nothing."),
    "amount_negative": _("The amount is below zero. Enter what the item costs."),
    "category_unknown": _("This category is not one of this programme's categories."),
    "category_not_eligible": _("%(category)s: this category is not eligible."),
    EARLY: _("%(category)s: costs before %(day)s are not eligible. If only part of it comes before, enter two lines."),
    "after_window": _(
        "%(category)s: costs after %(day)s are not eligible. If only part of it comes after, enter two lines."
    ),
    "item_too_dear": _("%(category)s: an item above %(limit)s is not eligible. This one costs %(amount)s."),
    RECOVERABLE_TAX: _("Taxes that can be recovered are not eligible (%(amount)s)."),
    "in_kind": _("A contribution in kind is valued apart and never reimbursed."),
    "category_cap": _("%(category)s: at most %(percent)s of eligible costs, so %(kept)s of %(amount)s are kept."),
    "no_rate": _("%(category)s: this programme reimburses nothing in this category for this kind of organisation."),
    "below_minimum": _("Eligible costs are %(amount)s. A project must have at least %(limit)s."),
    "no_costs": _("No eligible cost is entered, so no aid can be computed."),
    "maximum": _("The aid is limited to the programme's maximum of %(limit)s."),
    "stacking": _(
        "All public aid together may reach %(percent)s of eligible costs. "
        "Other aid already counts for %(amount)s, which leaves %(limit)s."
    ),
    "stacking_full": _(
        "All public aid together may reach %(percent)s of eligible costs. "
        "Other aid already counts for %(amount)s: nothing more can be granted."
    ),
    "bonus_lowered": _("The bonus of %(amount)s is lowered to %(limit)s, so that the limits on aid are kept."),
    REQUESTED_TOO_MUCH: _("The amount requested without the bonus, %(amount)s, exceeds the maximum, %(limit)s."),
}


@dataclass(frozen=True)
class AidReason:
    """A reason with its figures. `code` is stable; `sentence` is read in the current language."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The reason as a person reads it, with money and dates in the reader's format."""
        language = (get_language() or "fr")[:2]
        return str(SENTENCES[self.code]) % {key: _shown(key, value, language) for key, value in self.params.items()}

    def in_language(self, language: str) -> str:
        """The same sentence in the language asked for (`fr` or `en`)."""
        with override(language):
            return self.sentence

    def as_dict(self) -> dict:
        """For JSON: the code and the sentence in the current language."""
        return {"code": self.code, "sentence": self.sentence}


def _shown(key: str, value: Any, language: str) -> str:
    if key == "category":
        return str(value[language] or value["fr"])
    if key == "percent":
        return format_percent(value, language)
    if isinstance(value, Decimal):
        return format_money(value, language)
    if isinstance(value, date):
        return format_day(value, language)
    return str(value)
