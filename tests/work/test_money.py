from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work.money import cents, format_money, format_percent, share, split

amounts = st.decimals(min_value=0, max_value=Decimal("99999999999.99"), places=2, allow_nan=False)
weights = st.lists(
    st.decimals(min_value=0, max_value=1_000_000, places=4, allow_nan=False), min_size=1, max_size=12
).filter(any)


@pytest.mark.parametrize(
    ("x", "expected"),
    [("1.005", "1.01"), ("1.0049999", "1.00"), ("-1.005", "-1.01"), ("75000.005", "75000.01"), ("0", "0.00")],
)
def test_cents_rounds_half_up(x, expected):
    assert str(cents(Decimal(x))) == expected


def test_cents_refuses_a_float():
    with pytest.raises(TypeError, match="float"):
        cents(1.005)


@given(st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, places=6))
def test_cents_is_never_half_a_cent_away(x):
    assert abs(cents(x) - x) <= Decimal("0.005")
    assert cents(cents(x)) == cents(x)


def test_split_gives_the_cents_left_over_to_the_largest_remainders():
    assert split(Decimal("100.00"), [1, 1, 1]) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert split(Decimal("0.05"), [Decimal("0.5"), Decimal("0.3"), Decimal("0.2")]) == [
        Decimal("0.03"),
        Decimal("0.01"),
        Decimal("0.01"),
    ]
    assert split(Decimal("-100.00"), [2, 1]) == [Decimal("-66.67"), Decimal("-33.33")]
    assert split(Decimal("10.00"), [0, 1]) == [Decimal("0.00"), Decimal("10.00")]


@given(amounts, weights)
def test_split_sums_to_the_whole_and_no_part_is_a_cent_off(total, shares):
    parts = split(total, shares)
    assert sum(parts) == total
    whole = sum(map(Fraction, shares))
    for part, weight in zip(parts, shares, strict=True):
        exact = Fraction(total) * Fraction(weight) / whole
        assert abs(Fraction(part) - exact) < Fraction(1, 100)


@given(amounts, weights)
def test_split_favours_the_earlier_part_when_two_are_equal(total, shares):
    parts = split(total, shares)
    for a in range(len(shares)):
        for b in range(a + 1, len(shares)):
            if shares[a] == shares[b]:
                assert parts[a] >= parts[b]


@pytest.mark.parametrize("shares", [[], [0, 0], [1, -1]])
def test_split_refuses_weights_that_share_nothing(shares):
    with pytest.raises(ValueError, match="weights"):
        split(Decimal("1.00"), shares)


def test_split_refuses_a_part_of_a_cent():
    with pytest.raises(ValueError, match="cents"):
        split(Decimal("1.001"), [1])


def test_share_takes_percent_and_rounds_once():
    assert share(Decimal("150000.01"), Decimal("62.5")) == Decimal("93750.01")


@pytest.mark.parametrize(
    ("x", "french", "english"),
    [
        ("1234.56", "1\u00a0234,56\u00a0$", "$1,234.56"),
        ("75000", "75\u00a0000,00\u00a0$", "$75,000.00"),
        ("-0.5", "\u22120,50\u00a0$", "\u2212$0.50"),
        ("1234567.895", "1\u00a0234\u00a0567,90\u00a0$", "$1,234,567.90"),
    ],
)
def test_money_is_written_as_each_language_writes_it(x, french, english):
    assert format_money(Decimal(x), "fr") == french
    assert format_money(Decimal(x), "en") == english


def test_percent_drops_needless_zeros():
    assert format_percent(Decimal("62.5000"), "fr") == "62,5\u00a0%"
    assert format_percent(100, "en") == "100%"
    assert format_percent(Decimal("33.3333"), "en") == "33.3333%"
