"""The arithmetic of aid. The tables of docs/money.md are the specification: read here, and run as they stand."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from programs.money import Parts, compute_aid
from programs.money.aid import cap_after
from programs.policy import BadAidRules, parse_aid
from work.money import split

DOC = Path(__file__).parents[2] / "docs" / "money.md"
SUBMITTED = date(2026, 11, 1)


def excellence(**changes):
    """The rules of Filière Excellence, as its bundle writes them."""
    rules = {
        "rate": "40",
        "max_aid": "90000.00",
        "min_project": "20000.00",
        "stacking_cap": "50",
        "weights": {"grant": "100", "repayable_loan": "30", "tax_credit": "100"},
        "categories": [
            {"key": "consultants", "name_fr": "Consultants externes", "name_en": "Outside consultants"},
            {"key": "salaries", "name_fr": "Salaires", "name_en": "Salaries", "cap_percent_after": "40"},
            {"key": "equipment", "name_fr": "Équipement", "name_en": "Equipment", "max_per_item": "10000.00"},
            {
                "key": "sponsor_time",
                "name_fr": "Temps du donneur d'ordres parrain",
                "name_en": "Sponsor's own time",
                "eligible": False,
            },
        ],
        "window": {"from": "submission", "until": "2029-01-31"},
        "bonus": {"per_level": "5000.00", "outside_rate": True},
        "in_kind": "valued_apart",
    }
    return rules | changes


def cost(amount, category="consultants", **more):
    return {"category": category, "description": "", "amount": amount, "kind": "cash"} | more


def public(kind, amount):
    return {"kind": kind, "source": "Québec", "amount": amount, "government": True, "confirmed": True}


def table(name):
    """The rows of a table of docs/money.md, as dictionaries of text."""
    lines = DOC.read_text().split(f"<!-- table: {name} -->")[1].strip().splitlines()
    cells = [[c.strip() for c in line.strip("|").split("|")] for line in lines[: _length(lines)]]
    head, _rule, *body = cells
    return [pytest.param(dict(zip(head, row, strict=True)), id=row[0]) for row in body]


def _length(lines):
    return next((n for n, line in enumerate(lines) if not line.startswith("|")), len(lines))


FINANCING = ("grant", "repayable_loan", "tax_credit")


def aid(budget, financing=(), rules=None, **options):
    return compute_aid(parse_aid(rules or excellence()), budget, financing, submitted_on=SUBMITTED, **options)


@pytest.mark.parametrize("row", table("lines"))
def test_line_is_kept_or_refused_as_documented(row):
    line = cost(
        row["amount"],
        row["category"],
        kind=row["kind"],
        recoverable_tax=row["tax"],
        quantity=row["pieces"],
        date_from=row["from"],
        date_to=row["to"],
    )
    (result,) = aid([line]).rows
    reasons = ", ".join(r.code for r in result.reasons)
    assert (str(result.kept), str(result.refused), reasons) == (row["kept"], row["refused"], row["reasons"])


@pytest.mark.parametrize("row", table("cap"))
def test_category_cap_applies_to_what_is_eligible_after_it(row):
    result = aid([cost(row["others"]), cost(row["salaries"], "salaries")])
    salaries = next(c for c in result.categories if c.key == "salaries")
    assert (str(salaries.eligible), str(result.eligible)) == (row["salaries kept"], row["eligible"])


@pytest.mark.parametrize("row", table("stacking"))
def test_stacking_leaves_what_is_documented(row):
    financing = [
        public("grant", row["grant"]),
        public("repayable_loan", row["loan"]),
        public("tax_credit", row["tax credit"]),
        {"kind": "grant", "source": "A foundation", "amount": row["private"], "government": False},
    ]
    result = aid([cost(row["costs"])], financing, levels=int(row["levels"]))
    steps = {
        "at rate": result.aid_at_rate,
        "room": result.stacking_room,
        "reimbursement": result.reimbursement,
        "bonus": result.bonus,
        "total": result.total,
        "stack %": result.stack_percent,
    }
    assert {key: str(value) for key, value in steps.items()} == {key: row[key] for key in steps}


def test_aid_names_every_limit_that_lowered_it():
    result = aid(
        [cost("60000"), cost("80000", "salaries")],
        [public("grant", "30000"), public("repayable_loan", "40000")],
        levels=1,
        requested=Decimal("9000"),
    )
    assert [r.code for r in result.reasons] == ["stacking", "bonus_lowered", "requested_too_much"]
    assert (result.eligible, result.refused, result.total) == (
        Decimal("100000.00"),
        Decimal("40000.00"),
        Decimal("8000"),
    )
    assert result.is_fundable is False


def test_public_aid_of_a_kind_that_the_rules_do_not_weigh_counts_whole():
    rules = excellence(weights={"repayable_loan": "30"})
    weighed = [aid([cost("100000")], [public(kind, "10000")], rules).other_weighted for kind in FINANCING]
    assert weighed == [Decimal(amount) for amount in ("10000", "3000", "10000")]


def test_aid_already_above_the_cap_says_so():
    result = aid([cost("100000")], [public("grant", "60000")])
    assert result.is_over_cap
    assert [r.code for r in result.reasons] == ["stacking_full"]


@pytest.mark.parametrize(
    ("grant", "reasons"), [("10000.00", []), ("10000.01", ["stacking"]), ("50000.00", ["stacking_full"])]
)
def test_aid_says_from_which_cent_other_public_aid_lowers_it(grant, reasons):
    assert [r.code for r in aid([cost("100000")], [public("grant", grant)]).reasons] == reasons


def test_reason_is_written_in_the_readers_language():
    (line,) = aid([cost("12000", "equipment")]).rows
    (reason,) = line.reasons
    assert reason.in_language("en") == "Equipment: an item above $10,000.00 is not eligible. This one costs $12,000.00."
    assert reason.in_language("fr") == (
        "Équipement : un bien de plus de 10\u00a0000,00\u00a0$ n’est pas admissible. "
        "Celui-ci coûte 12\u00a0000,00\u00a0$."
    ).replace(" :", "\u00a0:")


def test_aid_as_dict_carries_texts_and_sentences_in_the_current_language():
    with translation.override("en"):
        plain = aid([cost("10000")]).as_dict()
    assert plain["total"] == "0.00"
    assert plain["reasons"] == [
        {
            "code": "below_minimum",
            "sentence": "Eligible costs are $10,000.00. A project must have at least $20,000.00.",
        }
    ]


def test_in_kind_is_valued_apart():
    result = aid([cost("50000"), cost("30000", kind="in_kind")])
    assert (result.costs, result.in_kind, result.eligible, result.total) == (
        Decimal("50000.00"),
        Decimal("30000.00"),
        Decimal("50000.00"),
        Decimal("20000.00"),
    )


def test_financing_gap_leaves_out_recoverable_tax_and_the_bonus():
    result = aid(
        [cost("114975", recoverable_tax="14975")],
        [{"kind": "own", "source": "", "amount": "50000", "government": False}],
        levels=2,
    )
    assert (result.total, result.financing_gap) == (Decimal("50000.00"), Decimal("10000.00"))


def test_rates_follow_the_recipient_and_the_category():
    rules = excellence(rate={"enterprise": "40", "sme": "50", "research": "80"}, max_aid=None, stacking_cap="75")
    rules["categories"][2]["rate"] = "25"
    budget = [
        cost("10000"),
        cost("10000", recipient="sme"),
        cost("10000", recipient="research"),
        cost("8000", "equipment", recipient="sme"),
    ]
    assert aid(budget, rules=rules).aid_at_rate == Decimal("19000.00")


@pytest.mark.parametrize(
    ("start", "kept"), [("2026-11-20", "0.00"), ("2026-11-19", "5000.00"), ("submission", "5000.00")]
)
def test_first_day_of_costs_is_the_day_that_the_rules_say(start, kept):
    rules = excellence(window={"from": start})
    (row,) = aid([cost("5000", date_from="2026-11-19", date_to="2026-12-01")], rules=rules).rows
    assert str(row.kept) == kept


def test_recipient_without_a_rate_is_told():
    result = aid([cost("30000")], rules=excellence(rate={"sme": "50"}))
    assert [r.code for r in result.categories[0].reasons] == ["no_rate"]
    assert result.total == Decimal("0.00")


def test_maximum_can_leave_the_bonus_out():
    rules = excellence(bonus={"per_level": "5000.00", "outside_rate": True, "within_maximum": False})
    assert aid([cost("300000")], rules=rules, levels=1).total == Decimal("95000.00")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"rate": 0.4}, "rate"),
        ({"rate": "140"}, "rate"),
        ({"rate": {"friends": "40"}}, "rate.friends"),
        ({"stacking_cap": ""}, "stacking_cap"),
        ({"max_aid": "-1"}, "max_aid"),
        ({"max_aid": "NaN"}, "max_aid"),
        ({"weights": {"gift": "10"}}, "weights.gift"),
        ({"categories": []}, "categories"),
        ({"categories": [{"key": "a", "name_fr": "A"}]}, "categories.0.name_en"),
        ({"window": {"from": "someday"}}, "window.from"),
        ({"window": {"until": "submission"}}, "window.until"),
        ({"overhead": {"research": "27"}}, "overhead"),
        ({"colour": "blue"}, "colour"),
        ({"in_kind": "reimbursed"}, "in_kind"),
        ({"bonus": {"outside_rate": False}}, "bonus.outside_rate"),
    ],
)
def test_rules_that_cannot_be_computed_are_refused_with_their_place(change, path):
    with pytest.raises(BadAidRules) as refusal:
        parse_aid(excellence(**change))
    assert refusal.value.path == path


def test_two_categories_with_one_key_are_refused():
    rules = excellence()
    rules["categories"].append(dict(rules["categories"][0]))
    with translation.override("en"), pytest.raises(BadAidRules) as refusal:
        parse_aid(rules)
    with translation.override("en"):
        assert str(refusal.value) == "categories.4.key: `consultants` is there twice"


amounts = st.decimals(min_value=0, max_value=2_000_000, places=2)


@given(others=amounts, salaries=amounts, grant=amounts, loan=amounts, levels=st.integers(0, 12))
def test_aid_never_passes_a_cap(others, salaries, grant, loan, levels):
    result = aid(
        [cost(str(others)), cost(str(salaries), "salaries")],
        [public("grant", str(grant)), public("repayable_loan", str(loan))],
        levels=levels,
    )
    cent = Decimal("0.01")  # what rounding half up may add, once
    assert Decimal(0) <= result.reimbursement <= result.aid_within_maximum
    assert result.total == result.reimbursement + result.bonus
    assert result.total <= 90000
    assert result.total <= max(Decimal(0), result.stacking_room) + cent
    salaries_kept = next(c.eligible for c in result.categories if c.key == "salaries")
    assert salaries_kept <= result.eligible * Decimal("0.4") + cent
    assert result.eligible + result.refused == result.costs


@given(
    kept=st.lists(amounts, min_size=2, max_size=5),
    caps=st.lists(st.none() | st.integers(0, 100).map(Decimal), min_size=5, max_size=5),
)
def test_every_category_keeps_as_much_as_its_cap_allows(kept, caps):
    before = {str(n): Fraction(x) for n, x in enumerate(kept)}
    limits = {str(n): caps[n] for n in range(len(kept))}
    after = cap_after(before, limits)
    total = sum(after.values())
    for key, x in before.items():
        limit = x if limits[key] is None else min(x, Fraction(limits[key]) / 100 * total)
        assert after[key] == limit


@given(total=amounts, weights=st.lists(st.integers(0, 10_000), min_size=1, max_size=8).filter(any))
def test_split_gives_every_cent_once(total, weights):
    parts = split(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * weight / sum(weights)) < Decimal("0.01")


def test_parts_of_categories_sum_to_the_total_at_the_cent():
    """20 000.04 twice at 40 % is 16 000.032: once 8 000.02 each, beside a total of 16 000.03."""
    rules = excellence()
    for category in rules["categories"]:
        category.pop("cap_percent_after", None)
    result = aid([cost("20000.04", "consultants"), cost("20000.04", "salaries")], rules=rules)
    parts = [line.aid for line in result.categories if line.total]
    assert (result.aid_at_rate, parts) == (Decimal("16000.03"), [Decimal("8000.02"), Decimal("8000.01")])
    shared = aid([cost("25000.01"), cost("90000", "salaries")])
    assert sum(line.eligible for line in shared.categories) == shared.eligible == Decimal("41666.68")
    assert sum(line.refused for line in shared.categories) == shared.refused
    assert sum(line.aid for line in shared.categories) == shared.aid_at_rate


@pytest.mark.parametrize(("requested", "too_much"), [("40000.00", False), ("40000.01", True), ("50000.00", True)])
def test_most_that_may_be_asked_is_the_reimbursement_wherever_it_is_said(requested, too_much):
    """The bonus is never asked: between the two, the panel once said nothing and the last page refused."""
    result = aid([cost("100000")], levels=2, requested=Decimal(requested))
    said = [reason for reason in result.reasons if reason.code == "requested_too_much"]
    assert (bool(said), result.is_fundable) == (too_much, not too_much)
    assert all(reason.params["limit"] == Decimal("40000.00") for reason in said)


@pytest.mark.parametrize(
    ("granted", "reimbursement", "bonus"),
    [("50000.00", "40000.00", "10000.00"), ("45000.00", "40000.00", "5000.00"), ("40000.00", "40000.00", "0.00"),
     ("39999.99", "39999.99", "0.00")],
)  # fmt: skip
def test_an_amount_granted_reimburses_costs_first_and_the_bonus_is_what_is_left(granted, reimbursement, bonus):
    asked = Parts(Decimal("40000.00"), Decimal("10000.00"))
    parts = asked.of(Decimal(granted))
    assert (parts.reimbursement, parts.bonus) == (Decimal(reimbursement), Decimal(bonus))
    assert parts.total == Decimal(granted)
