"""The recommendation's form and its rule: what the form takes is what the move takes, and the other way."""

from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest
from django.utils.translation import override

from applications.models import Application
from applications.rules import Proposal, outcome_is_whole
from applications.states import FUNDED
from funding.models import Agreement, Envelope
from reviews.forms.panel import RecommendForm
from reviews.forms.people import InterestForm
from reviews.selectors import PanelReviews
from work import clock

D = Decimal
CENT = D("0.01")
ASKED, LEAST = D("75000.00"), D("50000.00")
PASSING = PanelReviews((), (), D(80), D(0), {}, (), must_discuss=False)
ENVELOPES = [
    (Envelope(agreement=Agreement(reference=f"MEIE-2026-{year}"), fiscal_year=year), D("1000000.00"))
    for year in (2026, 2027)
]


def answers(outcome, amount, parts, *, asked=ASKED, least=LEAST):
    """What the form says (its sentences), and what the rule says, of one proposal."""
    file = Application(requested_amount=asked, minimum_amount=least)
    typed = {"outcome": outcome, "amount": str(amount), "reasons_fr": "Oui.", "reasons_en": "Yes."}
    shares = [(envelope, part) for (envelope, _left), part in zip(ENVELOPES, parts, strict=True)]
    typed |= {RecommendForm.name_of(envelope): str(part) for envelope, part in shares}
    form = RecommendForm(typed, application=file, envelopes=ENVELOPES, reviews=PASSING)
    given = {str(envelope.public_id): part for envelope, part in shares if part}
    rule = outcome_is_whole(file, None, Proposal(outcome, amount, given, recommendation="", discussion=""))
    return [str(sentence) for found in form.errors.values() for sentence in found], rule


@pytest.mark.parametrize("outcome", ["approved", "partial", "waitlisted", "declined"])
def test_form_takes_what_the_rule_takes_and_says_what_it_says(outcome):
    amounts = {D(0), CENT, *(edge + step for edge in (LEAST, ASKED) for step in (-CENT, 0, CENT))}
    found = {True: 0, False: 0}
    for amount, gap, asked, least in product(sorted(amounts), (-CENT, 0, CENT), (ASKED, None), (LEAST, None)):
        parts = (amount // 2, max(amount - amount // 2 + gap, D(0)))
        said, rule = answers(outcome, amount, parts, asked=asked, least=least)
        assert said == ([str(rule.message)] if rule else []), (amount, gap, asked, least)
        found[rule is None] += 1
    assert found[True]
    assert found[False]
    assert found[True]


@pytest.mark.parametrize(
    ("outcome", "amount", "code", "words"),
    [
        ("approved", ASKED, "", ""),
        ("approved", ASKED - CENT, "amount", "This is less than what is asked: choose “Approve in part”."),
        ("approved", ASKED + CENT, "ceiling", "This is above what is asked, $75,000.00."),
        ("partial", ASKED + CENT, "ceiling", "This is above what is asked, $75,000.00."),
        ("partial", ASKED, "amount", "This is all that is asked: choose “Approve”."),
        ("partial", ASKED - CENT, "", ""),
        ("partial", LEAST, "", ""),
        ("partial", LEAST - CENT, "minimum", "The applicant cannot go on with less than $50,000.00."),
        ("partial", D(0), "amount", "Enter the amount recommended."),
    ],
)
def test_funded_outcome_has_an_amount_that_it_can_be_of(outcome, amount, code, words):
    with override("en"):
        _said, rule = answers(outcome, amount, (amount, D(0)))
    assert (rule.code if rule else "", str(rule.message).replace("\xa0", " ") if rule else "") == (code, words)


def test_only_an_outcome_in_part_has_a_least_amount():
    under = LEAST - CENT
    assert {outcome: answers(outcome, under, (under, D(0)), asked=None)[1] is None for outcome in FUNDED} == {
        "approved": True,
        "partial": False,
    }


@pytest.mark.parametrize("gap", [-CENT, CENT])
def test_parts_by_envelope_are_the_amount(gap):
    with override("en"):
        _said, rule = answers("approved", ASKED, (D("50000.00"), D("25000.00") + gap))
    assert rule.code == "shares"
    total = f"{ASKED + gap:,}"
    assert str(rule.message).replace("\xa0", " ") == (
        f"The amounts by fiscal year add up to ${total}; they must add up to $75,000.00."
    )


@pytest.mark.parametrize(("days", "kept"), [(0, True), (366, True), (367, False)])
def test_interest_may_begin_soon_but_not_years_from_now(days, kept):
    typed = {"kind": "employer", "organisation_name": "Outillage Mauricie inc."}
    form = InterestForm(typed | {"starts_on": (clock.today() + timedelta(days=days)).isoformat()})
    assert (form.is_valid(), "starts_on" in form.errors) == (kept, not kept)
