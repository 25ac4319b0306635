"""Which partners must concur in a decision, and which agreements may not pay for it."""

import pytest

from decisions.checks import agreements_to_concur, shares_by_agreement, unauthorised_agreements
from decisions.states import FUNDED, DecisionKind
from funding.models import Agreement, Envelope
from tests.decisions import files
from tests.decisions.files import D
from tests.mutants import proves

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreements(programme):
    """Three agreements, of three partners, in the order they were made."""
    return [Agreement.objects.get(), *(files.other_agreement(programme, name) for name in ("DEC", "MDN"))]


def paid(cast, programme, shares, *, kind="approved", amount="600.00"):
    """A decision paid by these `(agreement, fiscal year, dollars)`."""
    decision = files.decision_row(cast, programme, state="draft", kind=kind, amount=amount)
    for agreement, year, dollars in shares:
        envelope, _made = Envelope.objects.get_or_create(agreement=agreement, fiscal_year=year)
        decision.shares.create(envelope=envelope, amount=D(dollars))
    return decision


@proves(shares_by_agreement)
def test_shares_are_added_up_by_agreement_the_first_made_first(cast, programme, agreements):
    first, second, third = agreements
    shares = [(third, 2026, "300.00"), (first, 2027, "99.99"), (second, 2026, "200.00"), (first, 2026, "0.01")]
    paid(cast, programme, [(second, 2026, "7.00")])  # another decision
    decision = paid(cast, programme, shares)
    for envelope in first.envelopes.all():
        envelope.save()  # the last of its table: the order is not that of the rows
    found = shares_by_agreement(decision)
    assert list(found.items()) == [(first, D("100.00")), (second, D("200.00")), (third, D("300.00"))]


def test_partner_concurs_when_the_whole_award_passes_the_threshold_of_its_agreement(cast, programme, agreements):
    """Not its part of it. Only the partners that pay are asked, each once an agreement."""
    for agreement, above in zip(agreements, (None, "599.99", "600.00"), strict=True):
        Agreement.objects.filter(pk=agreement.pk).update(concurrence_above=above)
    shares = [(agreement, year, "100.00") for agreement in reversed(agreements) for year in (2026, 2027)]
    assert agreements_to_concur(paid(cast, programme, shares)) == [agreements[1]]
    assert agreements_to_concur(paid(cast, programme, shares[:2])) == []
    Agreement.objects.update(concurrence_above="0.00")
    assert agreements_to_concur(paid(cast, programme, shares)) == agreements


def test_federal_agreement_pays_only_with_its_authorisation(cast, programme, agreements):
    Agreement.objects.exclude(pk=agreements[0].pk).update(jurisdiction="federal")
    Agreement.objects.filter(pk=agreements[1].pk).update(authorisation_none_reason="Organisme non visé.")
    shares = [(agreement, 2026, "200.00") for agreement in reversed(agreements)]
    assert unauthorised_agreements(paid(cast, programme, shares)) == ["MDN-2026-7"]


@pytest.mark.parametrize("kind", DecisionKind)
def test_only_an_award_asks_of_the_agreements(cast, programme, agreements, kind):
    Agreement.objects.update(concurrence_above="0.00", jurisdiction="federal")
    decision = paid(cast, programme, [(agreements[0], 2026, "600.00")], kind=kind)
    asked = [agreements[0]] if kind in FUNDED else []
    assert agreements_to_concur(decision) == asked
    assert unauthorised_agreements(decision) == [one.reference for one in asked]
