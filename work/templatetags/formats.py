"""Amounts, percentages, numbers, days and hours as the page's language writes them; and what the components draw."""

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal

from django import template
from django.utils.translation import get_language

from work import clock
from work.money import NBSP, format_money, format_percent

Figure = Decimal | int | float | str | None  # a number as it comes to a template

register = template.Library()


def _language() -> str:
    return get_language() or "fr"


@register.filter
def money(x: Figure) -> str:
    """{{ x|money }}: « 1 234,56 $ », "$1,234.56"; nothing for None."""
    return "" if x in (None, "") else format_money(Decimal(x), _language())


@register.filter
def percent(x: Figure) -> str:
    """{{ x|percent }}: « 62,5 % », "62.5%"; nothing for None."""
    return "" if x in (None, "") else format_percent(Decimal(str(x)), _language())


@register.filter
def number(x: Figure, places: int | str | None = None) -> str:
    """{{ x|number }} or {{ x|number:2 }}: « 12 345,5 », "12,345.5"; without `places`, as many decimals as it has."""
    if x in (None, ""):
        return ""
    exact = Decimal(str(x))
    if places is None:
        places = max(0, -int(exact.normalize().as_tuple().exponent))
    text = f"{abs(exact):,.{int(places)}f}"
    if _language().startswith("fr"):
        text = text.replace(",", NBSP).replace(".", ",")
    return f"\u2212{text}" if exact < 0 else text


@register.filter
def day(x: date | datetime | None) -> str:
    """{{ d|day }}: « 1er novembre 2026 », "November 1, 2026"."""
    return "" if not x else clock.format_day(x, _language())


@register.filter
def hour(x: datetime | time | None) -> str:
    """{{ t|hour }}: « 14 h 05 », "2:05 pm" (in Québec)."""
    return "" if not x else clock.format_hour(x, _language())


@register.filter
def instant(x: datetime | None) -> str:
    """{{ t|instant }}: « 1er novembre 2026 à 17 h », "November 1, 2026 at 5 pm" (in Québec)."""
    return "" if not x else clock.format_instant(x, _language())


@register.filter
def told(text: str) -> str:
    """{{ fact|told }}: the text itself; an instant kept in ISO 8601 (with its hour) as people write one."""
    try:
        return instant(datetime.fromisoformat(text)) if "T" in text else text
    except ValueError:
        return text


@register.filter
def size(octets: int | None) -> str:
    """{{ file.size|size }}: « 1,4 Mo », "1.4 MB" (powers of ten, as files are sold)."""
    french = _language().startswith("fr")
    units = ["o", "ko", "Mo", "Go"] if french else ["bytes", "KB", "MB", "GB"]
    x, k = Decimal(octets or 0), 0
    while x >= 1000 and k < len(units) - 1:
        x, k = x / 1000, k + 1
    return f"{number(x.quantize(Decimal('0.1')) if k else x)}{NBSP}{units[k]}"


@register.filter
def laid_out(parts: Iterable[Mapping[str, object]], total: Figure) -> list[dict[str, object]]:
    """The parts of a money bar (`kind`, `label`, `amount`) with `share` (percent), `start` and `width` (of 1000)."""
    whole, start = Decimal(total or 0), Decimal(0)
    drawn: list[dict[str, object]] = []
    for part in parts:
        amount = Decimal(str(part["amount"]))
        share = amount * 100 / whole if whole else Decimal(0)
        width = max(Decimal(0), share * 10)
        drawn.append(
            {
                **part,
                "share": share.quantize(Decimal("0.1")),
                "start": f"{start:.1f}",
                "width": f"{width:.1f}",
            }
        )
        start += width
    return drawn


@register.filter
def compared(before: object, after: object) -> dict[str, list[dict[str, object]]]:
    """Two texts, word by word, as pieces: {"before": [{"text", "changed"}, …], "after": […]}."""
    old, new = (re.findall(r"\s+|\w+|[^\w\s]", str(x or "")) for x in (before, after))
    sides: dict[str, list[dict[str, object]]] = {"before": [], "after": []}
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        for side, text in (("before", "".join(old[a:b])), ("after", "".join(new[c:d]))):
            if text:
                sides[side].append({"text": text, "changed": kind != "equal"})
    return sides
