"""How a number stands in a definition, and in a sentence."""

from decimal import Decimal

from django.utils.translation import get_language


def written(number: Decimal) -> int | str:
    """A whole number as itself, any other as text with all its decimals: never a float."""
    return int(number) if number.as_tuple().exponent == 0 else format(number, "f")


def in_words(number: Decimal) -> str:
    """A number without needless zeros, with the decimal sign of the reader's language."""
    text = format(number.normalize(), "f")
    return text.replace(".", ",") if (get_language() or "fr").startswith("fr") else text
