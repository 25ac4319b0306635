"""Identifiers: what passes, and the sentence for what does not."""

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn

from accounts.identifiers import business_number, naics, neq, postal_code


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("typed", "clean"), [("1142345678", "1142345678"), ("22 4567-8901", "2245678901"), (" 8840000000 ", "8840000000")]
)
def test_neq_is_cleaned(typed, clean):
    assert (neq(typed).value, neq(typed).error, neq(typed).warning) == (clean, "", "")


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("", "Enter the NEQ, the 10-digit Québec enterprise number."),
        ("114234567", "The NEQ has 10 digits; you typed 9."),
        ("4442345678", "The NEQ starts with 11, 22, 33 or 88; this one starts with 44."),
        ("11423456X8", "The NEQ has digits only, for example 1142345678."),
        ("１１42345678", "The NEQ has digits only, for example 1142345678."),
    ],
)
def test_neq_says_what_is_wrong(typed, error):
    assert (neq(typed).value, neq(typed).error) == (None, error)


def test_neq_with_an_unusual_third_digit_only_warns():
    assert neq("1112345678").value == "1112345678"
    assert neq("1112345678").warning == "This NEQ is unusual: its third digit is rarely under 4. Please check it."


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("12302 6635", "123026635"),
        ("12302 6635 RC 0001", "123026635RC0001"),
        ("123026635 rr 0001", "123026635RR0001"),
        ("123-026-635-RT0001", "123026635RT0001"),
    ],
)
def test_business_number_is_cleaned(typed, clean):
    assert business_number(typed).value == clean


@pytest.mark.parametrize(
    ("typed", "start"),
    [
        ("123456783", "The check digit"),
        ("000000000", "The check digit"),
        ("12345", "The business number starts with 9 digits"),
        ("123026635 R 0001", "After its 9 digits"),
        ("123026635 RC 01", "After its 9 digits"),
    ],
)
def test_business_number_says_what_is_wrong(typed, start):
    assert business_number(typed).value is None
    assert business_number(typed).error.startswith(start)


def test_business_number_may_need_its_program_account():
    assert business_number("123026635", program_account=True).error.startswith("Add the program account")


@pytest.mark.parametrize(("typed", "clean"), [("h3b1a7", "H3B 1A7"), ("H2Y 3X7", "H2Y 3X7"), ("g1r-4p5", "G1R 4P5")])
def test_postal_code_is_cleaned(typed, clean):
    assert postal_code(typed).value == clean


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("H3B 1O7", "A postal code never has the letter O."),
        ("D3B 1A7", "A postal code never has the letter D."),
        ("W3B 1A7", "A postal code never starts with W."),
        ("Z3B 1A7", "A postal code never starts with Z."),
        ("75001", "A postal code has three letters and three digits, alternating: for example H3B 1A7."),
        ("", "Enter the postal code."),
    ],
)
def test_postal_code_says_what_is_wrong(typed, error):
    assert (postal_code(typed).value, postal_code(typed).error) == (None, error)


def test_naics_may_be_limited_to_a_branch():
    assert naics("336410", starts_with="3364").value == "336410"
    assert naics("332710", starts_with="3364").error == "The NAICS code must start with 3364."
    assert naics("990000").error == "No NAICS sector starts with 99."


def test_errors_are_in_the_readers_language():
    with translation.override("fr"):
        assert neq("114234567").error == "Le NEQ a 10 chiffres; vous en avez entré 9."
        assert postal_code("H3B 1O7").error == "Un code postal ne contient jamais la lettre O."


@settings(deadline=None)  # a shared machine may pause
@given(st.sampled_from(["11", "22", "33", "88"]), st.integers(4, 9), st.integers(0, 9_999_999))
def test_any_well_formed_neq_passes(prefix, third, rest):
    number = f"{prefix}{third}{rest:07}"
    assert neq(f"{number[:4]} {number[4:7]} {number[7:]}").value == number


@settings(deadline=None)  # a shared machine may pause
@given(st.integers(1, 99_999_999))
def test_one_wrong_digit_of_a_business_number_is_caught(root):
    body = f"{root:08}"
    good = body + luhn.calc_check_digit(body)
    assert business_number(good).value == good
    for wrong in set("0123456789") - {good[4]}:
        assert business_number(good[:4] + wrong + good[5:]).value is None


@settings(deadline=None)  # a shared machine may pause
@given(st.text(max_size=20))
def test_anything_typed_gives_a_value_or_a_sentence(typed):
    for check in (neq, business_number, postal_code, naics):
        checked = check(typed)
        assert (checked.value is None) == bool(checked.error)
        if checked:
            assert check(checked.value).value == checked.value
