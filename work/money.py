"""Money: exact decimals, one rounding, and splits whose parts sum to the whole. Amounts are dollars.

Rounding is half up at the cent, once, at the end. Formats follow each language of Canada: « 1 234,56 $ »,
"$1,234.56".
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
NBSP = "\u00a0"  # French puts a space that never breaks between thousands and before a unit


def cents(x: Decimal | int | str) -> Decimal:
    """`x` at the cent, half up (away from zero). TypeError for a float, which is not the number it shows."""
    if isinstance(x, float):
        raise TypeError("a float is not an amount of money: give a Decimal, an int or a text")
    return Decimal(x).quantize(CENT, rounding=ROUND_HALF_UP)


def split(total: Decimal, weights: Sequence[Decimal | int]) -> list[Decimal]:
    """`total` shared in proportion to `weights`, by largest remainder.

    The parts are cents and sum to the whole. The cents left over go to the largest
    remainders, the earlier part first when two are equal.
    ValueError when a weight is negative, when all are zero, or when the total is not a number of cents.
    """
    if any(w < 0 for w in weights) or not any(weights):
        raise ValueError("weights must be positive or zero, and not all zero")
    if Decimal(total) != cents(total):
        raise ValueError("only whole cents can be split")
    if total < 0:
        return [-part for part in split(-total, weights)]
    whole = int(cents(total) * 100)
    shares = [Decimal(w) for w in weights]
    # Over integers, so that no division is rounded on the way: the remainder of each part is exact.
    scale = Decimal(10) ** max(0, *(-int(s.as_tuple().exponent) for s in shares))
    units = [int(s * scale) for s in shares]
    quotients = [divmod(whole * u, sum(units)) for u in units]
    parts = [q for q, _ in quotients]
    by_remainder = sorted(range(len(parts)), key=lambda k: (-quotients[k][1], k))
    for k in by_remainder[: whole - sum(parts)]:
        parts[k] += 1
    return [Decimal(p) * CENT for p in parts]


def share(amount: Decimal, rate: Decimal) -> Decimal:
    """`rate` percent of `amount`, at the cent."""
    return cents(Decimal(amount) * Decimal(rate) / 100)


def _grouped(x: Decimal, language: str, places: int) -> str:
    text = f"{abs(x):,.{places}f}"
    if language.startswith("fr"):
        text = text.replace(",", NBSP).replace(".", ",")
    return text


def format_money(x: Decimal | int, language: str) -> str:
    """An amount as the language writes it: « 1 234,56 $ », "$1,234.56"; with a minus sign below zero."""
    x = cents(x)
    sign = "\u2212" if x < 0 else ""
    text = _grouped(x, language, 2)
    return f"{sign}{text}{NBSP}$" if language.startswith("fr") else f"{sign}${text}"


def format_percent(x: Decimal | int, language: str) -> str:
    """A percentage, at most four decimals and no needless zeros: « 62,5 % », "62.5%"."""
    x = Decimal(x).quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP).normalize()
    sign = "\u2212" if x < 0 else ""
    text = _grouped(x, language, max(0, -int(x.as_tuple().exponent)))
    return f"{sign}{text}{NBSP}%" if language.startswith("fr") else f"{sign}{text}%"
