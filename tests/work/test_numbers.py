import re
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import example, given, settings
from hypothesis import strategies as st

from work.numbers import NotANumber, read_number, write_number

TYPED = [
    ("1 234,56", "1234.56"),
    ("1\u00a0234,56 $", "1234.56"),
    ("1\u202f234\u202f567,89\u00a0$", "1234567.89"),
    ("$1,234.56", "1234.56"),
    ("9.500,00", "9500.00"),
    ("1.234.567,8", "1234567.8"),
    ("1,234,567", "1234567"),
    ("1.234.567", "1234567"),
    ("1 234.5", "1234.5"),
    ("\u202a1 234,5\u200b $\u202c", "1234.5"),
    ("1 234,567", "1234.567"),
    ("1234,567", "1234.567"),
    ("0,125", "0.125"),
    ("0.125", "0.125"),
    ("1234,5", "1234.5"),
    ("12,5 %", "12.5"),
    ("1234,", "1234"),
    (",5", "0.5"),
    ("-3", "-3"),
    ("\u22123", "-3"),
    ("-$5", "-5"),
    ("$-5", "-5"),
    ("1'234.56", "1234.56"),
    ("1’234,50", "1234.5"),
    ("1’234’567.8", "1234567.8"),
    ("150 000 $ CA", "150000"),
    ("150\u00a0000,50\u00a0$\u00a0CA", "150000.5"),
    ("CA$1,234.56", "1234.56"),
    ("CA $ 1,234.56", "1234.56"),
    ("1 234,56 CAD", "1234.56"),
    ("cad 1,234.56", "1234.56"),
    ("$1,234.56 CAD", "1234.56"),
    ("-5 $ CA", "-5"),
    ("CA$-5", "-5"),
    ("150 000\r\n", "150000"),  # one cell, copied whole
    ("\t12,5", "12.5"),
    ("9" * 12, "9" * 12),
    ("0" * 13 + "5", "5"),
    (12, "12"),
    (1.5, "1.5"),
]


@pytest.mark.parametrize(("typed", "value"), TYPED, ids=ascii)
def test_number_is_read_as_people_of_both_languages_type_it(typed, value):
    assert read_number(typed) == read_number(typed, money=True) == Decimal(value)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "$",
        "-",
        ",",
        "cent mille",
        "1.2.3",
        "1e5",
        "12,34,5",
        "1 2 3",
        "1 234,567,8",
        "1,234 567.8",
        "1.234,567,8",
        "CA",
        "CAD",
        "5 CA",
        "5 US$",
        "CAD CAD",
        "1’23",
    ]
    + ["\u0663", "\u00b2", "1_000", "0x10", "--5", "NaN", "Infinity", True, None, float("inf"), "1" * 13, "1;2"],
    ids=ascii,
)
def test_number_that_is_not_one_is_refused(typed):
    for kind in ({}, {"money": True}, {"whole": True}):
        with pytest.raises(NotANumber, match=r"\w"):
            read_number(typed, **kind)


@pytest.mark.parametrize(
    "between", ["\t", "\r\n", "\n", "\r", "\x0b", "\x0c", "\x1f", "\x85", "\u2028", " \t "], ids=ascii
)
@pytest.mark.parametrize("cells", [("3", "250"), ("150", "000"), ("12", "500,00"), ("1", "234 567"), ("-3", "250 $")])
def test_two_cells_pasted_are_not_one_number(between, cells):
    """Saved without a word, 3 and 250 $ became 3 250 $."""
    typed = between.join(cells)
    for kind in ({}, {"money": True}, {"whole": True}):
        with translation.override("en"), pytest.raises(NotANumber) as refused:
            read_number(typed, **kind)
        assert str(refused.value) == f"“{typed}” is not a number. Use digits, for example 1234.56."


def test_one_comma_before_three_digits_is_read_only_where_thousandths_have_no_sense():
    assert read_number("1,234", money=True) == read_number("1,234", whole=True) == Decimal(1234)
    with translation.override("en"), pytest.raises(NotANumber) as refused:
        read_number(" 1,234 %")
    assert str(refused.value) == "“1,234 %” can be read two ways. Write 1234 or 1.234."


@pytest.mark.parametrize("typed", ["12.500", " 12.500 $", "75.000", "-9.500", "1.234", "123.456"])
def test_one_point_before_three_digits_is_never_read_as_a_thousandth_of_the_amount(typed):
    """Saved without a word, 12 500 $ became 12,50 $."""
    thousands = Decimal(re.sub(r"[^0-9-]", "", typed))
    with pytest.raises(NotANumber):
        read_number(typed, money=True)
    assert read_number(typed, whole=True) == thousands
    assert read_number(typed.replace(" $", "")) == thousands / 1000


def test_amount_that_can_be_read_two_ways_is_answered_with_both_as_the_language_writes_them():
    for language, sentence in (
        ("fr", "«\u00a012.500\u00a0» peut se lire de deux façons. Écrivez 12500 ou 12,50."),
        ("en", "“12.500” can be read two ways. Write 12500 or 12.50."),
    ):
        with translation.override(language), pytest.raises(NotANumber) as refused:
            read_number("12.500", money=True)
        assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("typed", "value"),
    [("0.500", "0.5"), ("1234.500", "1234.5"), ("1 234.500", "1234.5"), ("12.50", "12.5"), ("12.5000", "12.5"),
     ("1,234.500", "1234.5"), ("12.500,00", "12500"), (12.125, "12.125"), (Decimal("12.500"), "12.5")],
)  # fmt: skip
def test_point_that_can_only_be_a_decimal_mark_is_one(typed, value):
    assert read_number(typed, money=True) == Decimal(value)


@settings(deadline=None)  # a shared machine may pause
@given(st.decimals(min_value=0, max_value=Decimal("999999999.99"), places=2))
def test_an_amount_reads_the_same_in_both_languages(amount):
    english = f"{amount:,.2f}"
    french = english.replace(",", "\u00a0").replace(".", ",")
    assert read_number(f"${english}", money=True) == amount
    assert read_number(f"{french}\u00a0$", money=True) == amount


@settings(deadline=None)  # a shared machine may pause
@given(st.sampled_from([0, 1, 2, 3, 4]), st.integers(min_value=-(10**11), max_value=10**11))
@example(3, 1250)
@example(0, -1250)
def test_what_is_written_in_a_field_is_read_back(places, units):
    number = Decimal(units).scaleb(-places)
    for language in ("fr", "en"):
        with translation.override(language):
            assert read_number(write_number(number, 4)) == read_number(write_number(number)) == number


@settings(deadline=None)  # a shared machine may pause
@given(st.text(max_size=15) | st.from_regex(re.compile(r"[0-9 ,.$%-]{1,12}", re.ASCII), fullmatch=True))
def test_anything_typed_is_a_number_or_is_refused(typed):
    number, sentence = _read(typed)
    assert sentence if number is None else number.is_finite()


def _read(typed):
    try:
        return read_number(typed), ""
    except NotANumber as refused:
        return None, str(refused)
