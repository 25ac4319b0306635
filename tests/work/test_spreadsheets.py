"""What people write never becomes a formula at somebody else's desk, whatever their spreadsheet splits lines at."""

from decimal import Decimal

import pytest

from work.spreadsheets import lines_of, plain


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
@pytest.mark.parametrize("before", ["", " ", "\u200b", "\ufeff", "\n", "Acme;", "Acme; ", 'Acme;"', "Acme\t", "Acme\n"])
def test_sign_that_begins_a_cell_gets_an_apostrophe(before, sign):
    kept = plain(f"{before}{sign}SUM(1+1)")
    for cell in kept.replace("\t", ";").replace("\r", ";").replace("\n", ";").split(";"):
        assert cell.strip(' "\u200b\ufeff')[:1] not in ("=", "+", "-", "@", "＝", "＋", "－", "＠")


@pytest.mark.parametrize("blank", ["\u3000", "\u2003", "\x0b", "\x1c", "\x85", "\u2028", "\u200e", " \u3000\u2003"])
def test_sign_after_what_a_spreadsheet_shows_as_nothing_gets_an_apostrophe(blank):
    assert plain(f"{blank}=SUM(1+1)").startswith("'")
    assert plain(f"Acme;{blank}=SUM(1+1)").startswith("Acme;'")


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("fr", 'Usinage, inc.;"a;b";"dit ""x""";1234,50;-7;\'=1;\'\u3000+1;Acme,\'=1;\r\n'),
        ("en", '"Usinage, inc.",a;b,"dit ""x""",1234.50,-7,\'=1,\'\u3000+1,"Acme,=1",\r\n'),
    ],
)
def test_line_is_of_the_language_s_spreadsheets_and_starts_no_formula_in_the_other_s(language, line):
    """An amount may be below zero; a text in a French file starts no cell at a comma, where English ones split."""
    row = ["Usinage, inc.", "a;b", 'dit "x"', Decimal("1234.50"), Decimal(-7), "=1", "\u3000+1", "Acme,=1", ""]
    assert lines_of([row], language=language).decode() == line


@pytest.mark.parametrize(
    "text", ["", "Usinage Gauthier inc.", "a=b", "Robot - phase 2", "R&D, +20 %", "x;y", "é@é.example"]
)
def test_other_texts_stay_as_they_are(text):
    assert plain(text) == text
