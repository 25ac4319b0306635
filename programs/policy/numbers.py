"""How a number stands in a definition."""

from decimal import Decimal


def written(number: Decimal) -> int | str:
    """A whole number as itself, any other as text with all its decimals: never a float."""
    return int(number) if number.as_tuple().exponent == 0 else format(number, "f")
