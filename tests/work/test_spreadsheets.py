"""What people write never becomes a formula at somebody else's desk, whatever their spreadsheet splits lines at."""

import pytest

from work.spreadsheets import plain


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
@pytest.mark.parametrize("before", ["", " ", "\u200b", "\ufeff", "\n", "Acme;", "Acme; ", 'Acme;"', "Acme\t", "Acme\n"])
def test_sign_that_begins_a_cell_gets_an_apostrophe(before, sign):
    kept = plain(f"{before}{sign}SUM(1+1)")
    for cell in kept.replace("\t", ";").replace("\r", ";").replace("\n", ";").split(";"):
        assert cell.strip(' "\u200b\ufeff')[:1] not in ("=", "+", "-", "@", "＝", "＋", "－", "＠")


@pytest.mark.parametrize(
    "text", ["", "Usinage Gauthier inc.", "a=b", "Robot - phase 2", "R&D, +20 %", "x;y", "é@é.example"]
)
def test_other_texts_stay_as_they_are(text):
    assert plain(text) == text
