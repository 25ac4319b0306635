"""How much aid a budget can receive, with every step of the calculation (docs/money.md).

The steps are exact fractions; each figure shown is rounded half up at the cent once, at the end.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

from programs.money.reasons import EARLY, RECOVERABLE_TAX, REQUESTED_TOO_MUCH, UNREAD, AidReason
from programs.money.result import Aid, CategoryLine, FinancingLine, RowLine
from programs.policy.aid import AidRules, Category
from work.money import CENT, cents
from work.numbers import NotANumber, read_number

ZERO = Decimal("0.00")
SHOWN = 40  # characters of an amount that could not be read


def compute_aid(
    rules: AidRules,
    budget: Iterable[Mapping],
    financing: Iterable[Mapping] = (),
    *,
    submitted_on: date,
    recipient: str = "enterprise",
    levels: int = 0,
    requested: Decimal | None = None,
) -> Aid:
    """The aid a budget and its financing can receive under a programme's rules.

    `rules`: the programme's. `budget`, `financing`: rows as the tables of the form keep them; an amount left
    empty counts for nothing. `submitted_on`: the day of submission, or today while it is a draft. `recipient`: type of
    the organisation, which a row may replace with its own `recipient`. `levels`: full levels the assessment may gain.
    `requested`: what the applicant asks, without the bonus, when it is known.
    Source: product.md 1.7; the guides of Filière Excellence and Envol vert.
    """
    rows = tuple(_judge(row, rules, submitted_on, recipient) for row in budget)
    sources = tuple(_weigh(row, rules) for row in financing)
    kept = {key: sum((Fraction(r.kept) for r in rows if r.category == key), Fraction(0)) for key in rules.categories}
    capped = cap_after(kept, {k: c.cap_percent_after for k, c in rules.categories.items()})
    aid = {key: _aid_of(category, rows, kept[key], capped[key], rules) for key, category in rules.categories.items()}
    eligible = sum(capped.values(), Fraction(0))
    at_rate = sum(aid.values(), Fraction(0))
    shown_eligible, shown_aid = _parts(capped), _parts(aid)
    cash = [r for r in rows if not r.in_kind]
    costs = sum((r.amount for r in cash), ZERO)
    recoverable = sum((x.params["amount"] for r in cash for x in r.reasons if x.code == RECOVERABLE_TAX), ZERO)
    steps = _limit(rules, eligible, at_rate, sources, levels)
    others = sum((s.amount for s in sources), ZERO)
    ours = steps["reimbursement"] if requested is None else min(cents(requested), steps["reimbursement"])
    reasons = steps.pop("reasons")
    if requested is not None and cents(requested) > steps["reimbursement"]:
        reasons += (AidReason(REQUESTED_TOO_MUCH, {"amount": cents(requested), "limit": steps["reimbursement"]}),)
    return Aid(
        rows=rows,
        categories=tuple(
            _category_line(category, rows, kept[key], capped[key], shown_eligible[key], shown_aid[key])
            for key, category in rules.categories.items()
        ),
        financing=sources,
        costs=costs,
        in_kind=sum((r.amount for r in rows if r.in_kind), ZERO),
        recoverable_tax=recoverable,
        eligible=_cents(eligible),
        refused=costs - _cents(eligible),
        aid_at_rate=_cents(at_rate),
        requested=None if requested is None else cents(requested),
        financing_total=others,
        financing_gap=costs - recoverable - others - ours,
        reasons=reasons,
        **steps,
    )


def cap_after(kept: Mapping[str, Fraction], caps: Mapping[str, Decimal | None]) -> dict[str, Fraction]:
    """What each category keeps when some may be at most a share of the total *after* the cap.

    With T the total kept, a capped category keeps min(x, p·T). The largest such T is found by starting from everything
    and binding what is too large, until nothing more binds: T = (what is not bound) ÷ (1 − Σ p of what is bound).
    Others 60 000, salaries 80 000 at 40 % → T = 60 000 ÷ 0.60 = 100 000, so 40 000 of salaries are kept.
    """
    share = {key: Fraction(p) / 100 for key, p in caps.items() if p is not None}
    bound: set[str] = set()
    while True:
        free = sum((x for key, x in kept.items() if key not in bound), Fraction(0))
        total = free / (1 - sum(share[key] for key in bound))
        more = {key for key in share if key not in bound and kept[key] > share[key] * total}
        if not more:
            return {key: share[key] * total if key in bound else x for key, x in kept.items()}
        bound |= more


def _judge(row: Mapping, rules: AidRules, submitted_on: date, recipient: str) -> RowLine:
    """One budget line: what of it may be counted, before the cap of its category."""
    amount = _amount(row.get("amount"))
    category = rules.categories.get(row.get("category") or "")
    in_kind = row.get("kind") == "in_kind"
    reasons = _reasons_against(row, amount, category, rules, submitted_on)
    kept = ZERO if in_kind or reasons else amount
    if in_kind:
        reasons = (AidReason("in_kind"),)
    elif not reasons:
        tax = min(_amount(row.get("recoverable_tax")), amount)
        if tax > 0:
            kept, reasons = amount - tax, (AidReason(RECOVERABLE_TAX, {"amount": tax}),)
    return RowLine(
        category=row.get("category") or "",
        description=str(row.get("description") or ""),
        recipient=row.get("recipient") or recipient,
        amount=amount,
        kept=kept,
        refused=ZERO if in_kind else amount - kept,
        in_kind=in_kind,
        reasons=reasons,
    )


def _reasons_against(
    row: Mapping, amount: Decimal, category: Category | None, rules: AidRules, submitted_on: date
) -> tuple[AidReason, ...]:
    """Everything for which a whole line is refused, so that the applicant can mend it all at once."""
    typed = row.get("amount")
    if not _is_empty(typed) and _read(typed) is None:
        return (AidReason(UNREAD, {"typed": str(typed)[:SHOWN]}),)
    if amount < 0:
        return (AidReason("amount_negative"),)
    if category is None:
        return (AidReason("category_unknown"),)
    if not category.eligible:
        return (AidReason("category_not_eligible", {"category": category.name}),)
    found = []
    start = rules.window.start if isinstance(rules.window.start, date) else submitted_on
    first, last = _day(row.get("date_from")), _day(row.get("date_to"))
    begun, ended = first or last, last or first
    if begun and begun < start:
        found.append(AidReason(EARLY, {"category": category.name, "day": start}))
    if rules.window.until and ended and ended > rules.window.until:
        found.append(AidReason("after_window", {"category": category.name, "day": rules.window.until}))
    # The price of a piece is what it costs once the tax that comes back is taken off.
    pieces = max(1, int(_amount(row.get("quantity") or 1)))
    price = (amount - min(_amount(row.get("recoverable_tax")), amount)) / pieces
    if category.max_per_item is not None and price > category.max_per_item:
        figures = {"category": category.name, "limit": category.max_per_item, "amount": cents(price)}
        found.append(AidReason("item_too_dear", figures))
    return tuple(found)


def _weigh(row: Mapping, rules: AidRules) -> FinancingLine:
    """One source. Only a government's money counts in the stacking; money that is not confirmed yet counts too."""
    amount = max(ZERO, _amount(row.get("amount")))
    kind = row.get("kind") or "other"
    government = bool(row.get("government", False))
    weight = rules.weight_of(kind) if government else Decimal(0)
    return FinancingLine(
        kind=kind,
        source=str(row.get("source") or ""),
        amount=amount,
        government=government,
        confirmed=bool(row.get("confirmed", False)),
        weight=weight,
        counted=_cents(_share(Fraction(amount), weight)),
    )


def _aid_of(category: Category, rows: Sequence[RowLine], kept: Fraction, capped: Fraction, rules: AidRules) -> Fraction:
    """The aid of one category at its rates. A cap lowers every line of the category in the same proportion."""
    if not kept:
        return Fraction(0)
    asked = Fraction(0)
    for row in rows:
        if row.category == category.key:
            asked += _share(Fraction(row.kept), rules.rate_for(category, row.recipient) or Decimal(0))
    return asked * capped / kept


def _category_line(
    category: Category, rows: Sequence[RowLine], kept: Fraction, capped: Fraction, eligible: Decimal, aid: Decimal
) -> CategoryLine:
    """One category as it is shown: `eligible` and `aid` are its parts of the totals."""
    mine = [r for r in rows if r.category == category.key and not r.in_kind]
    total = sum((r.amount for r in mine), ZERO)
    reasons = []
    if capped < kept:
        figures: dict[str, Any] = {
            "percent": category.cap_percent_after,
            "kept": eligible,
            "amount": _cents(kept),
        }
        reasons.append(AidReason("category_cap", {"category": category.name} | figures))
    if capped and not aid:
        reasons.append(AidReason("no_rate", {"category": category.name}))
    return CategoryLine(
        key=category.key,
        name=category.name,
        total=total,
        before_cap=_cents(kept),
        eligible=eligible,
        refused=total - eligible,
        aid=aid,
        reasons=tuple(reasons),
    )


def _limit(
    rules: AidRules, eligible: Fraction, at_rate: Fraction, sources: Sequence[FinancingLine], levels: int
) -> dict[str, Any]:
    """The maximum, the stacking and the bonus, in that order; the figures of `Aid` that come from them."""
    public = [s for s in sources if s.government]
    weighted = sum((_share(Fraction(s.amount), s.weight) for s in public), Fraction(0))
    limit = _share(eligible, rules.stacking_cap)
    room = limit - weighted
    within = at_rate if rules.max_aid is None else min(at_rate, Fraction(rules.max_aid))
    enough = eligible > 0 and eligible >= Fraction(rules.min_project)
    reimbursement = max(Fraction(0), min(within, room)) if enough else Fraction(0)
    asked = Fraction(rules.bonus.per_level) * max(0, levels) if rules.bonus else Fraction(0)
    left = room - reimbursement
    if rules.max_aid is not None and rules.bonus and rules.bonus.within_maximum:
        left = min(left, Fraction(rules.max_aid) - reimbursement)
    bonus = max(Fraction(0), min(asked, left)) if enough else Fraction(0)
    total = _cents(reimbursement + bonus)
    kept = total - _cents(reimbursement)  # so that the parts always sum to the total
    return {
        "maximum": rules.max_aid,
        "aid_within_maximum": _cents(within),
        "stacking_cap": rules.stacking_cap,
        "stacking_limit": _cents(limit),
        "other_public_aid": sum((s.amount for s in public), ZERO),
        "other_weighted": _cents(weighted),
        "stacking_room": _cents(room),
        "reimbursement": _cents(reimbursement),
        "levels": max(0, levels),
        "bonus_asked": _cents(asked),
        "bonus": kept,
        "total": total,
        "stack_percent_before": _percent(weighted, eligible),
        "stack_percent": _percent(weighted + Fraction(total), eligible),
        "reasons": _reasons(rules, eligible, at_rate, within, weighted, room, asked, Fraction(kept)),
    }


def _reasons(
    rules: AidRules,
    eligible: Fraction,
    at_rate: Fraction,
    within: Fraction,
    weighted: Fraction,
    room: Fraction,
    asked: Fraction,
    bonus: Fraction,
) -> tuple[AidReason, ...]:
    """Why the total is not what the rate alone would give, in the order of the steps."""
    if not eligible:
        return (AidReason("no_costs"),)
    if eligible < Fraction(rules.min_project):
        return (AidReason("below_minimum", {"amount": _cents(eligible), "limit": rules.min_project}),)
    found = []
    if within < at_rate:
        found.append(AidReason("maximum", {"limit": rules.max_aid}))
    figures = {"percent": rules.stacking_cap, "amount": _cents(weighted)}
    if room <= 0:
        found.append(AidReason("stacking_full", figures))
    elif room < within:
        found.append(AidReason("stacking", figures | {"limit": _cents(room)}))
    if bonus < asked:
        found.append(AidReason("bonus_lowered", {"amount": _cents(asked), "limit": _cents(bonus)}))
    return tuple(found)


def _amount(value: object) -> Decimal:
    """An amount as a form keeps it; what is empty, or could not be read there, counts for nothing."""
    return ZERO if _is_empty(value) else _read(value) or ZERO


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _read(value: object) -> Decimal | None:
    """The amount; None for what the form refuses as dollars and cents, and keeps as it was typed."""
    try:
        number = read_number(value, money=True)
    except NotANumber:
        return None
    return cents(number) if number == cents(number) else None


def _day(value: object) -> date | None:
    if isinstance(value, date):
        return value
    if not value:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _share(amount: Fraction, percent: Decimal) -> Fraction:
    return amount * Fraction(percent) / 100


def _cents(x: Fraction) -> Decimal:
    """A fraction at the cent, half up. A half cent is a finite decimal, so sixty digits never hide one."""
    return cents(_decimal(x))


def _parts(exact: Mapping[str, Fraction]) -> dict[str, Decimal]:
    """Exact parts at the cent, by largest remainder, so that they sum to their total at the cent; the earlier part
    first when two remainders are equal."""
    units = {key: divmod(x * 100, 1) for key, x in exact.items()}
    missing = int(_cents(sum(exact.values(), Fraction(0))) * 100) - sum(int(whole) for whole, _rest in units.values())
    up = sorted(units, key=lambda key: -units[key][1])[:missing]
    return {key: (int(whole) + (key in up)) * CENT for key, (whole, _rest) in units.items()}


def _percent(part: Fraction, whole: Fraction) -> Decimal:
    """A part in percent of the whole, four decimals, half up; zero of nothing."""
    if not whole:
        return Decimal("0.0000")
    return _decimal(part * 100 / whole).quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)


def _decimal(x: Fraction) -> Decimal:
    with localcontext(prec=60):
        return Decimal(x.numerator) / Decimal(x.denominator)
