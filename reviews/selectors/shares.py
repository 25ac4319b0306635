"""How an award would be split between fiscal years and agreements: a proposal, which the chair changes at will."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from applications import constants
from applications.models import Application
from applications.selectors import answers_of, form_of, rows_of
from funding.models import Envelope
from funding.money import fiscal_end, fiscal_year
from programs.models import ProgramFunding
from questions.constants import QuestionType
from reviews.selectors.ranking import open_envelopes
from work import clock
from work.money import split


def proposed_shares(application: Application, amount: Decimal) -> list[tuple[Envelope, Decimal]]:
    """`[(envelope, dollars), …]` over every open envelope of the call, in order of year, whose total is `amount`.

    Years weigh what the budget spends in them: each line by its own dates, else by the project's, else now. A year that
    is closed, or has no envelope, falls to the next one that has, else to the last. In a year, agreements share as the
    programme funds them. Cents go by largest remainder, so that the parts sum to the whole.
    """
    envelopes = open_envelopes(application.call)
    if not envelopes or amount <= 0:
        return [(envelope, Decimal("0.00")) for envelope in envelopes]
    years = sorted({envelope.fiscal_year for envelope in envelopes})
    weights = dict.fromkeys(years, Decimal(0))
    for year, weight in spending_by_year(application).items():
        weights[next((open_year for open_year in years if open_year >= year), years[-1])] += weight
    funding = dict(ProgramFunding.objects.filter(program=application.call.program).values_list("agreement", "share"))
    shares = []
    for envelope in envelopes:
        in_year = sum(funding[e.agreement_id] for e in envelopes if e.fiscal_year == envelope.fiscal_year)
        shares.append(weights[envelope.fiscal_year] * funding[envelope.agreement_id] / in_year)
    return list(zip(envelopes, split(amount, [_whole(share) for share in shares]), strict=True))


def _whole(weight: Decimal) -> Decimal:
    """A weight with few enough digits to be counted exactly."""
    return weight.quantize(Decimal("0.0001"))


def spending_by_year(application: Application) -> dict[int, Decimal]:
    """Dollars of the budget by fiscal year, `{2026: Decimal, …}`: the year that a line gives, else its days, else
    those of the project; the year that runs, where nothing is dated."""
    answers = answers_of(application)
    period = answers.get(constants.PERIOD)
    whole = _days(period, "from", "to") if isinstance(period, dict) else None
    here = clock.today()
    found: dict[int, Decimal] = {}
    for row in rows_of(form_of(application), answers, QuestionType.BUDGET):
        try:
            amount = Decimal(str(row.get("amount") or 0))
        except ArithmeticError:
            continue
        if asked := str(row.get("fiscal_year") or ""):  # of a form that asks each cost by year
            found[int(asked)] = found.get(int(asked), Decimal(0)) + amount
            continue
        first, last = _days(row, "date_from", "date_to") or whole or (here, here)
        length = (last - first).days + 1
        start = first
        while start <= last:
            year = fiscal_year(start)
            end = min(last, fiscal_end(year))
            found[year] = found.get(year, Decimal(0)) + amount * ((end - start).days + 1) / length
            start = end + timedelta(days=1)
    return found if any(found.values()) else {fiscal_year(here): Decimal(1)}


def _days(row: Mapping[str, object], first: str, last: str) -> tuple[date, date] | None:
    """Two days of a row; None when either is missing, unreadable, or they are not in order."""
    try:
        days = date.fromisoformat(str(row.get(first) or "")), date.fromisoformat(str(row.get(last) or ""))
    except ValueError:
        return None
    return days if days[0] <= days[1] else None
