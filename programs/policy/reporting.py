"""What an award reports: its claims, and the results that it measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from django.db.models import TextChoices
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from programs.policy.numbers import written
from questions.schema.reading import Reader
from questions.schema.standing import Decides, Part, Promised, Refused, done, rule, said
from work.money import format_percent
from work.texts import Said, Text

CLAIMS = Promised(Part.CLAIMS)
REPORTS = Promised(Part.REPORTS)


class Every(TextChoices):
    """How often costs are claimed."""

    MONTH = "month", gettext_lazy("Every month.")
    QUARTER = "quarter", gettext_lazy("Every quarter.")
    HALF_YEAR = "half_year", gettext_lazy("Every six months.")
    YEAR = "year", gettext_lazy("Every year.")
    MILESTONE = "milestone", gettext_lazy("At each milestone.")


class HoldbackUntil(TextChoices):
    """When what was held back is paid."""

    FINAL_REPORT = "final_report", gettext_lazy("Once the final report is accepted.")
    CLOSE_OUT = "close_out", gettext_lazy("Once the award is closed out.")


@dataclass(frozen=True)
class ClaimRules:
    """`holdback_percent` of each payment is held back until `holdback_until`."""

    REFUSED: ClassVar[Mapping[str, Refused]] = {}

    every: Every | None = field(default=None, metadata=rule(CLAIMS, Decides.AFTER))
    holdback_percent: Decimal = field(default=Decimal(0), metadata=rule(CLAIMS, Decides.AFTER))
    holdback_until: HoldbackUntil | None = field(default=None, metadata=rule(CLAIMS, Decides.AFTER))

    def to_definition(self) -> dict:
        out = {"holdback_percent": written(self.holdback_percent)}
        out |= {"every": str(self.every)} if self.every else {}
        return out | ({"holdback_until": str(self.holdback_until)} if self.holdback_until else {})

    def said(self) -> list[Said]:
        """How costs are claimed and what is held back, in words."""
        held = _("%(share)s of each payment.") % {
            "share": format_percent(self.holdback_percent, get_language() or "fr")
        }
        lines = [said(self, "every", name=_("Claims"), words=str(self.every.label))] if self.every else []
        lines.append(said(self, "holdback_percent", name=_("Held back"), words=held))
        if self.holdback_until:
            when = str(self.holdback_until.label)
            lines.append(said(self, "holdback_until", name=_("Payment of the holdback"), words=when))
        return lines


@dataclass(frozen=True)
class Indicator:
    """A result that reports give, with its unit."""

    REFUSED: ClassVar[Mapping[str, Refused]] = {}

    key: str = field(metadata=rule(REPORTS, Decides.AFTER))
    name: Text = field(metadata=rule(REPORTS, Decides.AFTER))
    unit: Text = field(metadata=rule(REPORTS, Decides.AFTER))

    def to_definition(self) -> dict:
        return {"key": self.key, "name": self.name.as_dict(), "unit": self.unit.as_dict()}

    def __str__(self) -> str:
        return _("%(result)s (%(unit)s)") % {"result": self.name, "unit": self.unit}


def said_of(indicators: Sequence[Indicator]) -> list[Said]:
    """The results that reports give, in words."""
    if not indicators:
        return []
    names = "; ".join(str(one) for one in indicators)
    return [said(indicators[0], "name", "unit", name=_("Results that reports give"), words=names)]


def read_claims(reader: Reader) -> ClaimRules:
    every, percent = reader.choice("every", Every), reader.percent("holdback_percent")
    until = reader.choice("holdback_until", HoldbackUntil)
    done(reader, ClaimRules)
    return ClaimRules(
        Every(every) if every else None,
        Decimal(0) if percent is None else percent,
        HoldbackUntil(until) if until else None,
    )


def read_indicators(top: Reader) -> tuple[Indicator, ...]:
    """The items under `indicators`."""
    readers = top.children("indicators", at_least=1, at_most=60)
    found = []
    for child in readers:
        found.append(Indicator(child.key(), child.text("name", max_length=200), child.text("unit", max_length=60)))
        done(child, Indicator)
    top.unique(readers, [indicator.key for indicator in found])
    return tuple(found)
