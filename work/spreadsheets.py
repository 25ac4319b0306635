"""Texts that people wrote, and lists, in files that spreadsheets open: every CSV is written here. Pure: no Django.

A person's file follows the person's language (`lines_of`, after a MARK); a machine's never does (`machine_line`).
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

# Where a spreadsheet may see the beginning of a cell: at the beginning, and after what it may split a line at. Before
# the sign, it passes over what it shows as nothing.
BLANK = '\\s\\x00-\\x1f\u200b-\u200f\u2060\ufeff\u3164"'
START = f"(?=[{BLANK}]*[=+\\-@＝＋－＠\t\r])"
LINES = "\t\r\n\v\f\x85\u2028\u2029"
# One that is set to French splits at semicolons, and one that is set to English at commas, quotation marks or not: the
# quotation marks of a file protect the cells of a spreadsheet of its own language alone.
FORMULA = re.compile(f"(^|[;{LINES}]){START}")
FORMULA_IN_FRENCH = re.compile(f"(^|[;,{LINES}]){START}")
MARK = "\ufeff"
"""By which a spreadsheet reads the file as UTF-8."""


def plain(text: str) -> str:
    """`text` as no spreadsheet takes it for a formula: an apostrophe stands before what one might begin with."""
    return FORMULA.sub(r"\1'", text)


def lines_of(rows: Iterable[Sequence[str | Decimal]], *, language: str) -> bytes:
    """Rows as a spreadsheet in that language opens them by a double click, in UTF-8, each ended by CR LF.

    French: cells apart by semicolons, and a decimal comma. English: commas, and a point. No text becomes a formula.
    The file begins with MARK.
    """
    french = language.startswith("fr")
    return _written(([_cell(cell, french) for cell in row] for row in rows), ";" if french else ",").encode()


def machine_line(cells: Iterable[str]) -> str:
    """One line as machines read it, in any language alike: commas, and figures as they come. See `plain` for texts."""
    return _written([cells], ",")


def _written(rows: Iterable[Iterable[str]], delimiter: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


def _cell(cell: str | Decimal, french: bool) -> str:
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", ",") if french else f"{cell:f}"
    return FORMULA_IN_FRENCH.sub(r"\1'", cell) if french else plain(cell)
