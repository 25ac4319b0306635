"""How long one may ask that a decision be looked at again, and what is kept for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from programs.policy.numbers import written
from questions.schema.reading import Reader
from questions.schema.standing import Decides, Obeyed, Refused, done, rule, said
from work.money import format_percent
from work.texts import Said

ASK_DAYS = 30  # calendar days from the service of the letter, where the programme says nothing
ANSWER_DAYS = 30  # calendar days from the request


@dataclass(frozen=True)
class ReconsiderationRules:
    """Calendar days. `held_percent`: the share of each envelope kept for reconsiderations, in percent."""

    REFUSED: ClassVar[Mapping[str, Refused]] = {}

    ask_days: int = field(
        default=ASK_DAYS,
        metadata=rule(
            Obeyed(
                "decisions.selectors.reconsideration:ask_until",
                "tests/decisions/test_reconsideration.py::test_delay_runs_thirty_days_from_service",
            ),
            Decides.DELAYS,
        ),
    )
    answer_days: int = field(
        default=ANSWER_DAYS,
        metadata=rule(
            Obeyed(
                "applications.selectors.deadlines:clock_of",
                "tests/decisions/test_reconsideration.py::test_answer_is_due_the_days_that_the_rules_say",
            ),
            Decides.DELAYS,
        ),
    )
    held_percent: Decimal = field(
        default=Decimal(0),
        metadata=rule(
            Obeyed(
                "reviews.selectors.ranking:held_for",
                "tests/reviews/test_selectors.py::test_part_held_for_reconsiderations_is_not_offered",
            ),
            Decides.MONEY,
        ),
    )

    def to_definition(self) -> dict:
        return {
            "ask_days": self.ask_days,
            "answer_days": self.answer_days,
            "held_percent": written(self.held_percent),
        }

    def said(self) -> list[Said]:
        """The two delays and what is kept, in words."""
        ask = ngettext(
            "Within %(count)s calendar day of the letter being received.",
            "Within %(count)s calendar days of the letter being received.",
            self.ask_days,
        )
        answer = ngettext(
            "Within %(count)s calendar day of the request.",
            "Within %(count)s calendar days of the request.",
            self.answer_days,
        )
        held = _("%(share)s, until the time to request one has expired.") % {
            "share": format_percent(self.held_percent, get_language() or "fr")
        }
        return [
            said(self, "ask_days", name=_("Asking for a reconsideration"), words=ask % {"count": self.ask_days}),
            said(self, "answer_days", name=_("Answering it"), words=answer % {"count": self.answer_days}),
            said(
                self, "held_percent",
                name=_("Share of each envelope held for reconsiderations"),
                words=held if self.held_percent else _("Nothing."),
            ),
        ]  # fmt: skip


def read_reconsideration(reader: Reader) -> ReconsiderationRules:
    ask, answer = (reader.integer(key, at_least=1, at_most=365) for key in ("ask_days", "answer_days"))
    held = reader.percent("held_percent")
    done(reader, ReconsiderationRules)
    return ReconsiderationRules(ask or ASK_DAYS, answer or ANSWER_DAYS, Decimal(0) if held is None else held)
