"""Texts that people wrote, in files that spreadsheets open. Pure: no Django."""

import re

# Where a spreadsheet may see the beginning of a cell: at the beginning, and after what it may split a line at. One that
# is set to French splits at semicolons, quotation marks or not.
BLANK = ' \u00a0\u202f\u200b\u2060\ufeff"'
FORMULA = re.compile(f"(^|[;\t\r\n])(?=[{BLANK}]*[=+\\-@＝＋－＠\t\r])")


def plain(text: str) -> str:
    """`text` as no spreadsheet takes it for a formula: an apostrophe stands before what one might begin with."""
    return FORMULA.sub(r"\1'", text)
