"""The language of conditions: what it reads, what it answers, what it refuses and where."""

from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from questions.conditions import (
    And,
    Call,
    Compare,
    ConditionError,
    Listing,
    Literal,
    Name,
    Not,
    Or,
    evaluate,
    in_words,
    names,
    parse,
    to_text,
)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("text", "answers", "expected"),
    [
        ("employees >= 25", {"employees": 25}, True),
        ("employees >= 25", {"employees": 24}, False),
        ("employees >= 25", {}, False),
        ("employees != 25", {}, False),
        ("not employees >= 25", {}, True),
        ("cost > 20000", {"cost": "20000.01"}, True),
        ("cost = 20000", {"cost": "20000.00"}, True),
        ("share <= 12.5", {"share": "12.5"}, True),
        ("sponsored", {"sponsored": True}, True),
        ("sponsored = no", {"sponsored": False}, True),
        ("sponsored = no", {}, False),
        ("answered(sponsored)", {"sponsored": False}, True),
        ("answered(files)", {"files": []}, False),
        ("count(files) >= 2", {"files": ["a", "b"]}, True),
        ('kind in ["loan", "grant"]', {"kind": "grant"}, True),
        ('kind not in ["loan", "grant"]', {"kind": "own"}, True),
        ('kind not in ["loan", "grant"]', {}, False),
        ('"other" in certifications', {"certifications": ["as9100", "other"]}, True),
        ('naics < "3364" or naics >= "3365"', {"naics": "336410"}, False),
        ('naics < "3364" or naics >= "3365"', {"naics": "332710"}, True),
        ('day >= "2027-01-31"', {"day": "2027-02-01"}, True),
        ("a = 1 or b = 1 and c = 1", {"a": 1}, True),
        ("(a = 1 or b = 1) and c = 1", {"a": 1}, False),
        ("kind > 3", {"kind": "grant"}, False),
        ("sponsored = 1", {"sponsored": True}, False),
        ("a == 1", {"a": 1}, True),
    ],
)
def test_evaluate_answers(text, answers, expected):
    assert evaluate(parse(text), answers) is expected


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("", "The condition is empty.", 1),
        ("employees >", "The condition stops too early.", 12),
        ("employees > > 3", "“>” was not expected here.", 13),
        ("(a = 1", "The condition stops where “)” was expected.", 7),
        ("a = 1)", "“)” was not expected here.", 6),
        ('a = "open', "This text in quotation marks is never closed.", 5),
        ("a; b", "“;” has no meaning here.", 2),
        ("a.__class__ = 1", "“.” has no meaning here.", 2),
        ("answered(3)", "The key of a question was expected here.", 10),
        ("a in [b]", "A list holds numbers, texts, yes or no; not “b”.", 7),
        ("3", "A number or a text alone is not a condition; compare it with something.", 1),
        ("a not = 1", "“not” was not expected here.", 3),
        ("not " * 40 + "a", "The condition has too many levels of parentheses.", 121),
        ("(" * 40 + "a" + ")" * 40, "The condition has too many levels of parentheses.", 31),
    ],
)
def test_parse_says_what_is_wrong_and_where(text, message, position):
    with pytest.raises(ConditionError) as error:
        parse(text)
    assert (error.value.message, error.value.position) == (message, position)


def test_parse_refuses_a_very_long_condition():
    with pytest.raises(ConditionError, match="longer than 1000 characters"):
        parse("a = 1 or " * 200 + "a = 1")


def test_parse_speaks_french():
    with translation.override("fr"), pytest.raises(ConditionError) as error:
        parse("employees >")
    assert str(error.value) == "La condition s’arrête trop tôt. (caractère 12)"


def test_names_lists_what_is_read_with_positions():
    read = names(parse('a = 1 and answered(b) and "x" in c'))
    assert [(name.key, name.position) for name in read] == [("a", 1), ("b", 20), ("c", 34)]


KEYS = st.sampled_from(["a", "employees", "x_1", "yes_or_no", "inside"])
NAMES = KEYS.map(Name)
LITERALS = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-999, max_value=999),
    st.integers(-999, 999).map(Decimal),
    st.text(max_size=8),
    st.booleans(),
).map(Literal)
CALLS = st.builds(Call, st.sampled_from(["answered", "count"]), NAMES)
LISTS = st.lists(LITERALS, min_size=1, max_size=3).map(tuple).map(Listing)
VALUES = st.one_of(NAMES, LITERALS, CALLS)
COMPARISONS = st.one_of(
    st.builds(Compare, VALUES, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), VALUES),
    st.builds(Compare, VALUES, st.sampled_from(["in", "not in"]), st.one_of(LISTS, NAMES)),
)


def _parts(inner, kind):
    return st.lists(inner.filter(lambda node: not isinstance(node, kind)), min_size=2, max_size=3).map(tuple).map(kind)


TREES = st.recursive(
    st.one_of(COMPARISONS, NAMES, CALLS),
    lambda inner: st.one_of(_parts(inner, And), _parts(inner, Or), inner.map(Not)),
    max_leaves=6,
)


@settings(deadline=None)  # a shared machine may pause
@given(TREES)
def test_what_is_printed_is_read_back_the_same(tree):
    assert parse(to_text(tree)) == tree


@settings(deadline=None)  # a shared machine may pause
@given(TREES, st.dictionaries(KEYS, st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.text()))))
def test_evaluate_always_answers(tree, answers):
    assert evaluate(tree, answers) in (True, False)


@settings(deadline=None)  # a shared machine may pause
@given(st.text(max_size=40))
def test_parse_of_anything_gives_a_tree_or_a_position(text):
    tree, position = _parsed(text)
    if tree is None:
        assert 1 <= position <= len(text) + 1
    else:
        assert parse(to_text(tree)) == tree


def _parsed(text):
    try:
        return parse(text), None
    except ConditionError as error:
        return None, error.position


class Asked:
    def name(self, key):
        return key.upper()

    def answer(self, key, value):
        return {True: "Yes", False: "No"}.get(value, str(value)) if isinstance(value, bool) else f"<{value}>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("employees >= 10 and employees <= 250", "at least <10> and at most <250>"),
        ("25 < employees", "more than <25>"),  # read from the other side
        ("10 >= employees", "at most <10>"),
        ("employees < 5", "less than <5>"),
        ("employees = 5", "<5>"),
        ("employees != 5", "anything but <5>"),
        ("not employees = 5", "not the case: <5>"),
        ("sponsored", "“SPONSORED”: Yes"),
        ("sponsored = no", "“SPONSORED”: No"),
        ("answered(sponsored)", "“SPONSORED”: there is an answer"),
        ("count(files) >= 2", "“FILES”: number of lines: at least <2>"),
        ('kind in ["loan", "grant"]', "“KIND”: one of these: <loan>; <grant>"),
        ('kind not in ["loan"]', "“KIND”: none of these: <loan>"),
        ("employees > staff", "more than the answer to “STAFF”"),
        (
            "employees > 1 and (a = yes or b = no) and not (a = no and b = no)",
            "more than <1> and (“A”: Yes or “B”: No) and not the case: (“A”: No and “B”: No)",
        ),
    ],
)
def test_condition_is_said_in_words(text, expected):
    assert in_words(parse(text), Asked(), own="employees") == expected
