"""Government fiscal years: 1 April to 31 March, named after the year they begin in."""

from datetime import date


def fiscal_year(day: date) -> int:
    """The fiscal year a day falls in: 2026 means 1 April 2026 to 31 March 2027. `day` is a date in Toronto."""
    return day.year if day.month >= 4 else day.year - 1


def fiscal_label(year: int) -> str:
    """How a fiscal year is written in both languages: 2026 → '2026-2027'."""
    return f"{year}-{year + 1}"


def fiscal_start(year: int) -> date:
    """The first day of a fiscal year."""
    return date(year, 4, 1)


def fiscal_end(year: int) -> date:
    """The last day of a fiscal year, after which only what closes it may be entered."""
    return date(year + 1, 3, 31)
