"""What a recommendation asks: the panel, the quorum, the scores, the outcome proposed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from applications.states import BELOW_PASS, FUNDED, OFFERED, Outcome
from moves.refusals import Refusal
from moves.rules import Touched
from moves.transitions import Facts, Input
from work import clock
from work.money import format_money

if TYPE_CHECKING:
    from applications.models import Application

# Codes of refusals, for the page that says each beside its field.
AMOUNT = "amount"
SHARES = "shares"
MINIMUM = "minimum"
CEILING = "ceiling"
DISCUSSION = "discussion"
QUORUM = "quorum"


@dataclass(frozen=True)
class Panel(Touched):
    """Whether the programme has reviews; what the reviewers assigned lack of its panel rule, as sentences."""

    has_reviews: bool
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Reviews(Facts):
    """Reviews that count, and how many the panel rule needs."""

    counted: int
    needed: int


@dataclass(frozen=True)
class Scores(Reviews, Touched):
    """What the reviews say together; whether whoever recommends sat on the panel before a reconsideration; until when
    the file's cohort still takes others that it is to be compared with, None once it has them all."""

    passed: bool
    mean: Decimal | None
    must_discuss: bool
    sat_before: bool
    cohort_open_until: datetime | None

    def told(self) -> dict[str, object]:
        return {"counted": self.counted, "needed": self.needed, "passed": self.passed, "mean": self.mean}


@dataclass(frozen=True)
class Proposal(Input):
    """What the chair proposes. Dollars; `shares` by envelope's public id. The discussion is in their words."""

    outcome: str
    amount: Decimal
    shares: Mapping[str, Decimal]
    recommendation: str
    discussion: str

    words_in: ClassVar[str] = "discussion"

    def told(self) -> dict[str, object]:
        shares = [{"envelope": envelope, "amount": amount} for envelope, amount in self.shares.items()]
        return super().told() | {"shares": shares}


NO_REVIEWS = gettext_lazy(
    "This programme has no reviews: its checklist decides. The confirmation of such files is a feature not available "
    "yet."
)


def programme_has_reviews(_application: "Application", facts: Panel) -> Refusal | None:
    return None if facts.has_reviews else Refusal(NO_REVIEWS, code="no_reviews")


def panel_is_complete(_application: "Application", facts: Panel) -> Refusal | None:
    if facts.problems:
        return Refusal(_("The reviewers assigned do not satisfy the programme's rule for its committee."), code="panel")
    return None


def quorum_is_reached(_application: "Application", facts: Reviews) -> Refusal | None:
    if facts.counted < facts.needed:
        return Refusal(
            _("Reviews in: %(counted)d of %(needed)d.") % {"counted": facts.counted, "needed": facts.needed},
            code=QUORUM,
        )
    return None


def outcome_is_whole(application: "Application", _facts: object, given: Proposal) -> Refusal | None:
    """A funded outcome has an amount that it can be of, and as much in all by envelope; any other has none."""
    if given.outcome not in OFFERED:
        return Refusal(_("Choose an outcome."), code="outcome")
    if given.outcome not in FUNDED:
        return grants_nothing(given.amount, given.shares.values())
    amount_wrong = amount_is_of_outcome(application, given.outcome, given.amount)
    return amount_wrong or shares_add_up(given.amount, given.shares.values())


def grants_nothing(amount: Decimal, shares: Iterable[Decimal]) -> Refusal | None:
    """Why an outcome that is not funded cannot have these amounts (dollars), or None: it has none at all."""
    if not amount and not any(shares):
        return None
    sentence = _("Nothing is granted with this outcome: empty what was entered here, or choose an approval.")
    return Refusal(sentence, code=AMOUNT)


def amount_is_of_outcome(application: "Application", outcome: str, amount: Decimal) -> Refusal | None:
    """Why a funded outcome cannot be of this amount (dollars), or None: an approval is of all that is asked; one in
    part, of less, and of no less than what the applicant said it can go on with."""
    asked, least = application.requested_amount, application.minimum_amount
    if amount <= 0:
        return Refusal(_("Enter the amount recommended."), code=AMOUNT)
    if asked is not None and amount > asked:
        return Refusal(_("This is above what is asked, %(asked)s.") % {"asked": _said(asked)}, code=CEILING)
    if outcome == Outcome.APPROVED and asked is not None and amount < asked:
        return Refusal(_("This is less than what is asked: choose “Approve in part”."), code=AMOUNT)
    if outcome == Outcome.PARTIAL and amount == asked:
        return Refusal(_("This is all that is asked: choose “Approve”."), code=AMOUNT)
    if outcome == Outcome.PARTIAL and least is not None and amount < least:
        sentence = _("The applicant cannot go on with less than %(least)s.")
        return Refusal(sentence % {"least": _said(least)}, code=MINIMUM)
    return None


def shares_add_up(amount: Decimal, shares: Iterable[Decimal]) -> Refusal | None:
    """Why these parts, by fiscal year and agreement, are not the amount (dollars), or None."""
    total = sum(shares, Decimal(0))
    if total == amount:
        return None
    sentence = _("The amounts by fiscal year add up to %(total)s; they must add up to %(amount)s.")
    return Refusal(sentence % {"total": _said(total), "amount": _said(amount)}, code=SHARES)


def _said(amount: Decimal) -> str:
    return format_money(amount, get_language() or "fr")


def scores_allow_it(_application: "Application", facts: Scores, given: Proposal) -> Refusal | None:
    """Only a refusal may go below the pass mark; files whose scores spread too much must have been discussed."""
    if given.outcome not in BELOW_PASS and not facts.passed:
        return Refusal(_("The file is below the pass mark."), code="pass_mark")
    if facts.must_discuss and not given.discussion:
        return Refusal(_("The reviewers' totals are too far apart: record the discussion first."), code=DISCUSSION)
    return None


def cohort_has_closed(application: "Application", facts: Scores) -> Refusal | None:
    """Where files are compared with those of their cohort alone, none is recommended before all of them are in."""
    if facts.cohort_open_until is None:
        return None
    language, closing = get_language() or "fr", application.cohort_closes_at
    assert closing is not None  # it has a cohort
    sentence = _(
        "Its cohort closes on %(closing)s, and files may still come into it until %(until)s. All of them are compared "
        "with one another: none is recommended before."
    )
    instants = {
        "closing": clock.format_instant(closing, language),
        "until": clock.format_instant(facts.cohort_open_until, language),
    }
    return Refusal(sentence % instants, code="cohort")


def is_a_new_panel(_application: "Application", facts: Scores) -> Refusal | None:
    """After a reconsideration the file has a new panel: nobody who scored, recommended or approved before."""
    if facts.sat_before:
        return Refusal(
            _("You took part in the decision that is being reconsidered: somebody else recommends."), code="first_panel"
        )
    return None
