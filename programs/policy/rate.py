"""What share of eligible costs is paid: one rate for everybody, or one for each type of recipient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from programs.constants import Recipient
from work.money import format_percent


@dataclass(frozen=True)
class Rate:
    """Percentages, 0 to 100: one for `everyone`, or one for each type of recipient that is paid."""

    everyone: Decimal | None = None
    recipients: Mapping[Recipient, Decimal] | None = None

    def __post_init__(self) -> None:
        if (self.everyone is None) == (self.recipients is None):
            raise ValueError("a rate is one for everyone, or one for each type of recipient")

    def of(self, recipient: str) -> Decimal | None:
        """What this type of recipient is paid; None for nothing. A small or medium enterprise is an enterprise where
        it has no rate of its own."""
        if self.recipients is None:
            return self.everyone
        found = self.recipients.get(Recipient(recipient))
        if found is None and recipient == Recipient.SME:
            return self.recipients.get(Recipient.ENTERPRISE)
        return found

    @property
    def lines(self) -> list[str]:
        """The rate in words, a line for each type of recipient; in the reader's language."""
        language = get_language() or "fr"
        if self.recipients is None:
            assert self.everyone is not None  # one of the two is given
            return [format_percent(self.everyone, language)]
        return [
            _("%(recipient)s: %(rate)s") % {"recipient": one.label, "rate": format_percent(rate, language)}
            for one in Recipient
            if (rate := self.recipients.get(one)) is not None
        ]

    def __str__(self) -> str:
        return "; ".join(self.lines)

    def to_definition(self) -> str | dict[str, str]:
        if self.recipients is None:
            return format(self.everyone, "f")
        return {str(recipient): format(rate, "f") for recipient, rate in self.recipients.items()}
