"""How long one may ask that a decision be looked at again, and what is kept for it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from programs.policy.numbers import written
from questions.schema.reading import Reader

ASK_DAYS = 30  # calendar days from the service of the letter, where the programme says nothing
ANSWER_DAYS = 30  # calendar days from the request


@dataclass(frozen=True)
class ReconsiderationRules:
    """Calendar days. `held_percent`: the share of each envelope kept for reconsiderations, in percent."""

    ask_days: int = ASK_DAYS
    answer_days: int = ANSWER_DAYS
    held_percent: Decimal = Decimal(0)

    def to_definition(self) -> dict:
        return {
            "ask_days": self.ask_days,
            "answer_days": self.answer_days,
            "held_percent": written(self.held_percent),
        }


def read_reconsideration(reader: Reader) -> ReconsiderationRules:
    ask, answer = (reader.integer(key, at_least=1, at_most=365) for key in ("ask_days", "answer_days"))
    held = reader.percent("held_percent")
    reader.done()
    return ReconsiderationRules(ask or ASK_DAYS, answer or ANSWER_DAYS, Decimal(0) if held is None else held)
