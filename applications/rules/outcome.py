"""What the end of a file asks: the decision issued, and its reconsideration."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _

from applications.states import FUNDED
from moves.refusals import Refusal
from moves.transitions import Facts, Input
from work import clock

if TYPE_CHECKING:
    from applications.models import Application


@dataclass(frozen=True)
class Decided(Input):
    """The decision that was issued on the file: its kind, and its dollars."""

    outcome: str
    amount: Decimal


@dataclass(frozen=True)
class WithItsCall(Input):
    """The call (its public id) whose end ends the file."""

    call: UUID


@dataclass(frozen=True)
class Contested(Facts):
    """The decision that a reconsideration is, or would be, of."""

    already_asked: bool
    until: datetime | None
    followed_reviews: bool
    of_ineligibility: bool


def is_funded(_application: "Application", _facts: object, given: Decided) -> Refusal | None:
    if given.outcome not in FUNDED:
        return Refusal(_("The decision grants no money."), code="outcome")
    return None


def asked_in_time(_application: "Application", facts: Contested) -> Refusal | None:
    if facts.already_asked:
        return Refusal(_("This decision has already been reconsidered once."), code="once")
    if facts.until is None:
        early = _(
            "The time to request a reconsideration begins once the letter is received, which has not happened yet."
        )
        return Refusal(early, code="early")
    if clock.now() > facts.until:
        return Refusal(_("The time to request a reconsideration has expired."), code="late")
    return None


def followed_reviews(_application: "Application", facts: Contested) -> Refusal | None:
    if not facts.followed_reviews:
        return Refusal(_("The decision did not follow reviews."), code="kind")
    return None


def was_of_ineligibility(_application: "Application", facts: Contested) -> Refusal | None:
    if not facts.of_ineligibility:
        return Refusal(_("The decision was not one of ineligibility."), code="kind")
    return None
