"""The ledger of public money: what each verb does, what it refuses, and what the database itself refuses."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from inspect import Parameter, signature
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import translation
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import User
from applications.models import Application
from audit.actors import CLOCK
from audit.models import Change, Entry
from decisions.models import Decision
from funding import ledger
from funding.figures import burn, parts_of, statement
from funding.ledger import InsufficientFunds
from funding.ledger.entries import lock
from funding.models import Agreement, Envelope, LedgerEntry
from funding.money import BUCKETS, Cause
from funding.querysets import EnvelopeQuerySet, LedgerQuerySet
from moves.refusals import WrongMoment
from moves.registry import declared, subject_name
from tests.databases import at_once
from tests.mutants import proves
from tests.programs.test_money import table
from work import clock

NOVEMBER = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
AFTER_YEAR_END = datetime(2027, 4, 10, 15, 0, tzinfo=UTC)
FILE, OTHER_FILE = 42, 43


def D(text):
    return Decimal(text).quantize(Decimal("0.01"))


@pytest.fixture
def paid(first_year, nadia):
    """2026-2027 with 30 000 $ paid to the file."""
    shares = [(first_year, D("30000"))]
    ledger.reserve(shares, application_id=FILE, by=nadia, because=Cause.RECOMMEND)
    ledger.commit(shares, application_id=FILE, by=nadia, because=Cause.ISSUE)
    ledger.pay(shares, application_id=FILE, by=nadia, because=Cause.ISSUE)
    return first_year


def stored(envelope):
    """The balances above zero, as the database has them."""
    balances = Envelope.objects.get(pk=envelope.pk).balances
    return {bucket: str(amount) for bucket, amount in balances.items() if amount}


# Verbs


@pytest.mark.parametrize("verb", ["reserve", "commit", "release", "release_all", "accrue", "pay", "recover"])
def test_money_of_a_file_never_moves_without_the_act_it_moves_for(verb):
    assert signature(getattr(ledger, verb)).parameters["because"].default is Parameter.empty


def test_fee_is_the_agreements_percentage_and_is_charged_once(first_year, nadia):
    ledger.charge_fee(first_year, by=nadia)
    assert ledger.charge_fee(first_year, by=nadia) is None
    assert stored(first_year) == {"allocated": "100000.00", "fee": "8000.00"}
    assert first_year.awardable == D("92000")


def test_file_goes_from_reserve_to_payment(first_year, nadia):
    everything = {"application_id": FILE, "by": nadia}
    ledger.reserve([(first_year, D("40000"))], **everything, because=Cause.RECOMMEND)
    ledger.commit([(first_year, D("30000"))], **everything, because=Cause.ISSUE)
    ledger.release([(first_year, D("10000"))], from_="reserved", **everything, because=Cause.VOID_RECOMMENDATION)
    ledger.pay([(first_year, D("12000"))], **everything, because=Cause.ISSUE)
    ledger.accrue([(first_year, D("8000"))], **everything, because=Cause.ISSUE)
    ledger.pay([(first_year, D("3000"))], from_="payable", **everything, because=Cause.ISSUE)
    ledger.release([(first_year, D("10000"))], from_="committed", **everything, because=Cause.VOID_RECOMMENDATION)
    assert stored(first_year) == {"allocated": "100000.00", "payable": "5000.00", "paid": "15000.00"}
    assert ledger.available(first_year) == D("80000")
    assert [e.kind for e in first_year.entries.filter(application_id=FILE)] == [
        "reserve",
        "commit",
        "release",
        "pay",
        "accrue",
        "pay",
        "release",
    ]
    assert ledger.reconcile() == []


def test_award_is_split_over_two_years_or_not_at_all(first_year, second_year, nadia):
    shares = [(second_year, D("20000")), (first_year, D("60000"))]
    made = ledger.reserve(shares, application_id=FILE, by=nadia, because=Cause.RECOMMEND)
    assert [(e.envelope, e.amount) for e in made] == [(first_year, D("60000")), (second_year, D("20000"))]
    with pytest.raises(InsufficientFunds):
        ledger.reserve(
            [(first_year, D("10000")), (second_year, D("30000.01"))],
            application_id=OTHER_FILE,
            by=nadia,
            because=Cause.RECOMMEND,
        )
    assert stored(first_year)["reserved"] == "60000.00"
    assert stored(second_year)["reserved"] == "20000.00"


def test_two_shares_of_one_envelope_are_one_entry(first_year, nadia):
    made = ledger.reserve(
        [(first_year, D("1")), (first_year, D("2"))], application_id=FILE, by=nadia, because=Cause.RECOMMEND
    )
    assert [e.amount for e in made] == [D("3")]


def test_last_cent_can_be_reserved_and_not_one_more(first_year, nadia):
    ledger.reserve([(first_year, D("100000"))], application_id=FILE, by=nadia, because=Cause.RECOMMEND)
    with pytest.raises(InsufficientFunds) as refusal:
        ledger.reserve([(first_year, D("0.01"))], application_id=OTHER_FILE, by=nadia, because=Cause.RECOMMEND)
    assert (refusal.value.available, refusal.value.asked) == (D("0"), D("0.01"))


def test_refusal_names_the_envelope_and_both_amounts_in_the_readers_language(first_year, nadia):
    with pytest.raises(InsufficientFunds) as refusal:
        ledger.reserve([(first_year, D("100000.01"))], application_id=FILE, by=nadia, because=Cause.RECOMMEND)
    with translation.override("en"):
        assert refusal.value.message == ("Envelope MEIE-2026-114 2026-2027: $100,000.01 asked, $100,000.00 free.")
    with translation.override("fr"):
        assert refusal.value.message == (
            "Enveloppe MEIE-2026-114 2026-2027\u00a0: montant demandé, 100\u00a0000,01\u00a0$; "
            "montant libre, 100\u00a0000,00\u00a0$."
        )
    assert [r.code for r in refusal.value.refusals] == ["insufficient_funds"]


@proves(lock, EnvelopeQuerySet.locked, EnvelopeQuerySet.of_entries, LedgerQuerySet.of_file)
def test_envelopes_are_locked_in_the_order_of_their_ids_and_those_of_others_are_not(
    excellence, second_year, first_year, nadia
):
    third = Envelope.objects.create(agreement=excellence, fiscal_year=2025)
    ledger.reserve([(second_year, D("1"))], application_id=OTHER_FILE, by=nadia, because=Cause.RECOMMEND)
    for _time in range(2):
        ledger.reserve(
            [(second_year, D("2")), (first_year, D("3"))], application_id=FILE, by=nadia, because=Cause.RECOMMEND
        )
    with transaction.atomic():
        assert lock([first_year, second_year, first_year]) == [second_year, first_year]
        assert list(Envelope.objects.locked()) == [second_year, first_year, third]
    of = {file: LedgerEntry.objects.of_file(file) for file in (FILE, OTHER_FILE, None)}
    assert {file: [int(entry.amount) for entry in own] for file, own in of.items()} == {
        FILE: [2, 3, 2, 3],
        OTHER_FILE: [1],
        None: [50_000, 100_000],
    }
    assert list(Envelope.objects.of_entries(of[FILE])) == [first_year, second_year]
    assert list(Envelope.objects.of_entries(of[OTHER_FILE])) == [second_year]


def test_file_cannot_commit_what_another_one_reserved(first_year, nadia):
    ledger.reserve([(first_year, D("5000"))], application_id=OTHER_FILE, by=nadia, because=Cause.RECOMMEND)
    with pytest.raises(InsufficientFunds) as refusal:
        ledger.commit([(first_year, D("5000"))], application_id=FILE, by=nadia, because=Cause.ISSUE)
    assert refusal.value.available == D("0")


def test_release_all_gives_back_every_envelope_of_a_file(first_year, second_year, nadia):
    ledger.reserve(
        [(first_year, D("10")), (second_year, D("20"))], application_id=FILE, by=nadia, because=Cause.RECOMMEND
    )
    ledger.reserve([(first_year, D("7"))], application_id=OTHER_FILE, by=nadia, because=Cause.RECOMMEND)
    assert len(ledger.release_all(FILE, by=CLOCK, because=Cause.WITHDRAW)) == 2
    assert ledger.release_all(FILE, by=CLOCK, because=Cause.WITHDRAW) == []
    assert stored(first_year)["reserved"] == "7.00"
    assert "reserved" not in stored(second_year)


def test_recovered_money_is_returned_and_never_more(paid, nadia):
    ledger.recover([(paid, D("9000"))], application_id=FILE, by=nadia, because=Cause.ISSUE)
    ledger.return_funds(paid, amount=D("4000"), by=nadia)
    assert paid.due_to_partner == D("5000")
    with pytest.raises(InsufficientFunds) as refusal:
        ledger.return_funds(paid, amount=D("5000.01"), by=nadia)
    assert refusal.value.available == D("5000")
    with pytest.raises(InsufficientFunds) as refusal:
        ledger.recover([(paid, D("21000.01"))], application_id=FILE, by=nadia, because=Cause.ISSUE)
    assert refusal.value.available == D("21000")


def test_recovered_money_is_awarded_again_only_where_the_agreement_says_so(paid, nadia):
    ledger.recover([(paid, D("9000"))], application_id=FILE, by=nadia, because=Cause.ISSUE)
    with pytest.raises(WrongMoment) as refusal:
        ledger.reuse([(paid, D("9000"))], application_id=FILE, by=nadia)
    assert refusal.value.refusals[0].code == "not_reusable"
    paid.agreement.recovered_reusable = True
    paid.agreement.save()
    ledger.reuse([(paid, D("9000"))], application_id=FILE, by=nadia)
    assert stored(paid) == {"allocated": "100000.00", "paid": "21000.00"}


def test_carry_over_needs_the_partners_consent(first_year, second_year, nadia):
    with pytest.raises(WrongMoment) as refusal:
        ledger.reprofile(first_year, second_year, amount=D("10000"), consent=" ", by=nadia)
    assert refusal.value.refusals[0].code == "consent"
    out, in_ = ledger.reprofile(
        first_year, second_year, amount=D("10000"), consent="Letter of 3 November 2026", by=nadia
    )
    assert (out.counterpart, in_.counterpart) == (second_year, first_year)
    assert (stored(first_year)["allocated"], stored(second_year)["allocated"]) == ("90000.00", "60000.00")


def test_carry_over_never_takes_what_is_reserved(first_year, second_year, nadia):
    ledger.reserve([(first_year, D("95000"))], application_id=FILE, by=nadia, because=Cause.RECOMMEND)
    with pytest.raises(InsufficientFunds) as refusal:
        ledger.reprofile(first_year, second_year, amount=D("5000.01"), consent="Letter", by=nadia)
    assert refusal.value.available == D("5000")
    assert stored(second_year) == {"allocated": "50000.00"}


def test_carry_over_stays_within_one_agreement(first_year, nadia):
    with pytest.raises(WrongMoment) as refusal:
        ledger.reprofile(first_year, first_year, amount=D("1"), consent="Letter", by=nadia)
    assert refusal.value.refusals[0].code == "agreement"


def test_correction_is_a_new_entry_made_once(first_year, nadia):
    (wrong,) = ledger.reserve([(first_year, D("4000"))], application_id=FILE, by=nadia, because=Cause.RECOMMEND)
    correction = ledger.reverse_entry(wrong, by=nadia, note="Wrong file")
    assert correction.reverses == wrong
    assert stored(first_year) == {"allocated": "100000.00"}
    for entry in (wrong, correction):
        with pytest.raises(WrongMoment) as refusal:
            ledger.reverse_entry(entry, by=nadia, note="Again")
        assert refusal.value.refusals[0].code == "reversed"
    assert ledger.reconcile() == []


def test_correction_needs_a_reason(first_year, nadia):
    with pytest.raises(WrongMoment):
        ledger.reverse_entry(first_year.entries.get(), by=nadia, note=" ")


def test_year_closes_when_it_is_over_and_nothing_is_open(first_year, nadia):
    ledger.reserve([(first_year, D("10000"))], application_id=FILE, by=nadia, because=Cause.RECOMMEND)
    with clock.at(NOVEMBER), pytest.raises(WrongMoment) as refusal:
        ledger.close_year(first_year, by=nadia)
    assert refusal.value.refusals[0].code == "open"
    with clock.at(AFTER_YEAR_END):
        with pytest.raises(WrongMoment) as refusal:
            ledger.close_year(first_year, by=nadia)
        assert refusal.value.refusals[0].code == "open_balances"
        ledger.commit([(first_year, D("10000"))], application_id=FILE, by=nadia, because=Cause.ISSUE)
        ledger.accrue([(first_year, D("10000"))], application_id=FILE, by=nadia, because=Cause.ISSUE)
        ledger.close_year(first_year, by=nadia)
    assert stored(first_year) == {"allocated": "100000.00", "payable": "10000.00", "lapsed": "90000.00"}
    assert first_year.closed_on == date(2027, 4, 10)


@pytest.mark.parametrize(("day", "is_over"), [(31, False), (32, True)])
def test_year_is_over_the_day_after_its_last(first_year, nadia, day, is_over):
    with clock.at(datetime(2027, 3, 1, 15, tzinfo=UTC) + timedelta(days=day - 1)):
        if is_over:
            assert ledger.close_year(first_year, by=nadia).closed_on == date(2027, 4, 1)
        else:
            with pytest.raises(WrongMoment):
                ledger.close_year(first_year, by=nadia)


def test_year_does_not_close_on_a_commitment(first_year, nadia):
    shares = [(first_year, D("1"))]
    ledger.reserve(shares, application_id=FILE, by=nadia, because=Cause.RECOMMEND)
    ledger.commit(shares, application_id=FILE, by=nadia, because=Cause.ISSUE)
    with clock.at(AFTER_YEAR_END), pytest.raises(WrongMoment) as refusal:
        ledger.close_year(first_year, by=nadia)
    assert refusal.value.refusals[0].code == "open_balances"


def test_carry_over_is_not_corrected_as_an_entry(first_year, second_year, nadia):
    for entry in ledger.reprofile(first_year, second_year, amount=D("10"), consent="Lettre", by=nadia):
        with pytest.raises(WrongMoment) as refusal:
            ledger.reverse_entry(entry, by=nadia, note="Non")
        assert refusal.value.refusals[0].code == "carry_over"


def test_closed_year_accepts_only_what_closes_it(first_year, second_year, nadia):
    shares = [(first_year, D("10000"))]
    ledger.reserve(shares, application_id=FILE, by=nadia, because=Cause.RECOMMEND)
    ledger.commit(shares, application_id=FILE, by=nadia, because=Cause.ISSUE)
    ledger.accrue(shares, application_id=FILE, by=nadia, because=Cause.ISSUE)
    with clock.at(AFTER_YEAR_END):
        ledger.close_year(first_year, by=nadia)
    one = [(first_year, D("1"))]
    refused = [
        lambda: ledger.allocate(first_year, amount=D("1"), by=nadia),
        lambda: ledger.charge_fee(first_year, amount=D("1"), by=nadia),
        lambda: ledger.receive(first_year, amount=D("1"), by=nadia),
        lambda: ledger.reserve(one, application_id=FILE, by=nadia, because=Cause.RECOMMEND),
        lambda: ledger.commit(one, application_id=FILE, by=nadia, because=Cause.ISSUE),
        lambda: ledger.release(
            one, from_="committed", application_id=FILE, by=nadia, because=Cause.VOID_RECOMMENDATION
        ),
        lambda: ledger.accrue(one, application_id=FILE, by=nadia, because=Cause.ISSUE),
        lambda: ledger.pay(one, application_id=FILE, by=nadia, because=Cause.ISSUE),
        lambda: ledger.lapse(first_year, amount=D("1"), by=nadia),
        lambda: ledger.reprofile(first_year, second_year, amount=D("1"), consent="Letter", by=nadia),
        lambda: ledger.reprofile(second_year, first_year, amount=D("1"), consent="Letter", by=nadia),
        lambda: ledger.close_year(first_year, by=nadia),
    ]
    for act in refused:
        with pytest.raises(WrongMoment) as refusal:
            act()
        assert [r.code for r in refusal.value.refusals] == ["closed"]
    ledger.pay(shares, from_="payable", application_id=FILE, by=nadia, because=Cause.ISSUE)
    ledger.recover(one, application_id=FILE, by=nadia, because=Cause.ISSUE)
    ledger.return_funds(first_year, amount=D("1"), by=nadia)
    assert stored(second_year) == {"allocated": "50000.00"}


def test_federal_money_is_committed_only_with_its_authorisation(first_year, nadia):
    agreement = first_year.agreement
    agreement.jurisdiction = "federal"
    agreement.save()
    shares = [(first_year, D("100"))]
    ledger.reserve(shares, application_id=FILE, by=nadia, because=Cause.RECOMMEND)
    with pytest.raises(WrongMoment) as refusal:
        ledger.commit(shares, application_id=FILE, by=nadia, because=Cause.ISSUE)
    assert refusal.value.refusals[0].code == "not_authorised"
    agreement.authorisation_number, agreement.authorisation_date = "1042-2026", date(2026, 6, 3)
    agreement.save()
    ledger.commit(shares, application_id=FILE, by=nadia, because=Cause.ISSUE)
    assert stored(first_year)["committed"] == "100.00"


@pytest.mark.parametrize(
    ("threshold", "amount", "needed"),
    [("75000", "75000", False), ("75000", "75000.01", True), ("0", "0.01", True), (None, "999999", False)],
)
def test_partner_concurs_strictly_above_the_threshold(excellence, threshold, amount, needed):
    excellence.concurrence_above = threshold and D(threshold)
    assert excellence.needs_concurrence(D(amount)) is needed


@pytest.mark.parametrize("amount", [D("0"), D("-1"), Decimal("0.001"), 1.5, 3])
def test_amount_that_is_not_positive_cents_is_a_programming_error(first_year, nadia, amount):
    with pytest.raises(ValueError, match="positive amount"):
        ledger.allocate(first_year, amount=amount, by=nadia)


@pytest.mark.parametrize("row", table("held"))
def test_part_of_the_envelope_is_held_for_reconsideration(row):
    envelope = Envelope(allocated=D(row["allocated"]), fee=D(row["fee"]), reserved=D(row["reserved"]))
    assert str(ledger.available(envelope, held_percent=Decimal(row["held %"]))) == row["available"]


def test_new_award_leaves_the_held_part_and_a_reconsideration_takes_it(first_year, nadia):
    with pytest.raises(InsufficientFunds) as refusal:
        ledger.reserve(
            [(first_year, D("97000.01"))], application_id=FILE, by=nadia, held_percent=3, because=Cause.RECOMMEND
        )
    assert refusal.value.available == D("97000")
    ledger.reserve([(first_year, D("97000"))], application_id=FILE, by=nadia, held_percent=3, because=Cause.RECOMMEND)
    ledger.reserve([(first_year, D("3000"))], application_id=OTHER_FILE, by=nadia, because=Cause.RECOMMEND)
    assert ledger.available(first_year, held_percent=3) == D("-3000")
    with pytest.raises(InsufficientFunds) as refusal:
        ledger.reserve(
            [(first_year, D("0.01"))], application_id=FILE, by=nadia, held_percent=3, because=Cause.RECOMMEND
        )
    assert refusal.value.available == 0  # what is said: there is never less than nothing


# Trail and feed


def test_cause_of_an_entry_is_a_move_or_a_recommendation_that_no_longer_stands():
    models = [Application, Decision]
    moves = {f"{subject_name(model)}.{name}" for model in models for name, _step in declared(model)}
    assert {cause.value for cause in Cause} - moves == {"recommendation.void"}


def test_each_entry_is_in_the_trail_and_in_the_feed(first_year, nadia):
    (entry,) = ledger.reserve([(first_year, D("2000"))], application_id=FILE, by=nadia, because=Cause.RECOMMEND)
    trail = Entry.objects.filter(subject_type="envelope", subject_id=first_year.pk).order_by("seq").last()
    assert (trail.verb, trail.actor_id) == ("ledger.reserve", nadia.pk)
    assert trail.given == {
        "entry": str(entry.public_id),
        "amount": "2000.00",
        "from": "",
        "before": {"reserved": "0.00"},
        "after": {"reserved": "2000.00"},
        "application": FILE,
        "move": "application.recommend",
    }
    changes = Change.objects.order_by("-id")[:2]
    assert {(c.kind, c.public_id, c.application_id) for c in changes} == {
        ("envelope", first_year.public_id, None),
        ("ledger_entry", entry.public_id, FILE),
    }


def test_the_clock_may_move_money_and_is_named(first_year):
    (entry,) = ledger.reserve([(first_year, D("1"))], application_id=FILE, by=CLOCK, because=Cause.RECOMMEND)
    assert (entry.actor, entry.by) == ("clock", None)


# Figures


def test_statement_runs_every_balance(first_year, nadia):
    with clock.at(NOVEMBER):
        ledger.charge_fee(first_year, by=nadia)
        ledger.reserve([(first_year, D("30000"))], application_id=FILE, by=nadia, because=Cause.RECOMMEND)
        (wrong,) = ledger.reserve(
            [(first_year, D("500"))], application_id=OTHER_FILE, by=nadia, because=Cause.RECOMMEND
        )
        ledger.reverse_entry(wrong, by=nadia, note="Wrong file")
        ledger.commit([(first_year, D("30000"))], application_id=FILE, by=nadia, because=Cause.ISSUE)
    rows = statement(first_year)
    assert [(r.entry.kind, str(r.free)) for r in rows] == [
        ("allocate", "100000.00"),
        ("fee", "92000.00"),
        ("reserve", "62000.00"),
        ("reserve", "61500.00"),
        ("reserve", "62000.00"),
        ("commit", "62000.00"),
    ]
    assert rows[-1].changes == {"reserved": D("-30000"), "committed": D("30000")}
    assert rows[-1].balances == Envelope.objects.get(pk=first_year.pk).balances


def test_statement_asks_the_same_number_of_questions_whatever_its_length(first_year, nadia, django_assert_num_queries):
    with django_assert_num_queries(1):
        statement(first_year)
    ledger.reserve([(first_year, D("1"))], application_id=FILE, by=nadia, because=Cause.RECOMMEND)
    ledger.reserve([(first_year, D("1"))], application_id=FILE, by=nadia, because=Cause.RECOMMEND)
    with django_assert_num_queries(1):
        assert [str(r.entry.by) for r in statement(first_year)] == ["Nadia Roy"] * 3


def test_burn_is_measured_against_what_can_be_awarded(paid, nadia):
    ledger.charge_fee(paid, by=nadia)
    figures = burn(paid)
    assert (figures.awardable, figures.free) == (D("92000"), D("62000"))
    assert ledger.available(paid, held_percent=3) == D("59000")  # 3 % of all that was allocated is held
    assert (figures.engaged_percent, figures.paid_percent) == (Decimal("32.6087"), Decimal("32.6087"))


def test_parts_of_a_bar_go_from_what_is_paid_to_what_is_free_and_make_the_whole():
    """Those of nothing are left out; that nothing is free is said."""
    balances = {"fee": D(8), "reserved": D(10), "committed": D(20), "payable": D(5), "paid": D(30), "lapsed": D(1)}
    year = burn(Envelope(fiscal_year=2026, allocated=D(100), **balances))
    drawn = [(part["kind"], part["label"], part["amount"]) for part in parts_of(year)]
    assert drawn == [
        ("paid", "Versé", 30), ("committed", "Compte à payer", 5), ("committed", "Engagé", 20),
        ("reserved", "Réservé", 10), ("rest", "Périmé", 1), ("rest", "Libre", 26),
    ]  # fmt: skip
    assert sum(amount for _kind, _label, amount in drawn) == year.awardable
    spent = burn(Envelope(fiscal_year=2026, allocated=D(100), paid=D(100)))
    assert [(part["kind"], part["amount"]) for part in parts_of(spent)] == [("paid", 100), ("rest", 0)]


def test_burn_of_an_empty_envelope_is_zero(excellence):
    assert burn(Envelope(agreement=excellence, fiscal_year=2028)).engaged_percent == Decimal("0.0000")


# Proof


def test_reconciliation_names_the_balance_that_differs(first_year):
    Envelope.objects.filter(pk=first_year.pk).update(paid=D("12.34"))
    (fault,) = ledger.reconcile()
    assert (fault.bucket, fault.balance, fault.entries) == ("paid", D("12.34"), D("0"))
    errors = StringIO()
    with pytest.raises(CommandError, match=r"1 balance\(s\) differ"):
        call_command("reconcile_ledger", stderr=errors)
    assert errors.getvalue() == "MEIE-2026-114 2026-2027 paid: balance 12.34, entries 0.00\n"


def test_reconciliation_command_says_that_all_is_well(first_year):
    out = StringIO()
    call_command("reconcile_ledger", stdout=out)
    assert out.getvalue() == "1 envelope(s): every balance is the sum of its entries.\n"


# What the database itself refuses


def refused_by(sql, *params):
    """The name of the constraint that refuses a statement."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)
    return refusal.value.__cause__.diag.constraint_name


@pytest.mark.parametrize("bucket", BUCKETS)
def test_database_refuses_a_balance_below_zero(excellence, bucket):
    Envelope.objects.create(
        agreement=excellence, fiscal_year=2026, **({"allocated": 9} if bucket != "allocated" else {})
    )
    names = {refused_by(f"UPDATE programs_envelope SET {bucket} = -0.01")}
    # Below zero, `allocated` and `recovered` break a second limit too, and the database names the first it meets.
    also = {"allocated": {"envelope_within_allocation"}, "recovered": {"envelope_returned_was_recovered"}}
    also["paid"] = {"envelope_recovered_was_paid"}
    assert names <= {f"envelope_{bucket}_not_negative"} | also.get(bucket, set())


@pytest.mark.parametrize("bucket", ["fee", "reserved", "committed", "payable", "paid", "lapsed"])
def test_database_refuses_a_cent_above_the_allocation(first_year, bucket):
    assert refused_by(f"UPDATE programs_envelope SET {bucket} = 100000.01") == "envelope_within_allocation"


def test_database_refuses_the_sum_above_the_allocation(first_year):
    sql = "UPDATE programs_envelope SET fee = 50000, reserved = 30000, committed = 20000.01"
    assert refused_by(sql) == "envelope_within_allocation"


def test_database_refuses_more_returned_than_recovered_than_paid(paid):
    assert refused_by("UPDATE programs_envelope SET returned = 0.01") == "envelope_returned_was_recovered"
    assert refused_by("UPDATE programs_envelope SET recovered = 30000.01") == "envelope_recovered_was_paid"


def test_database_refuses_a_second_envelope_for_a_year(first_year):
    with pytest.raises(IntegrityError, match="envelope_one_per_year"), transaction.atomic():
        Envelope.objects.create(agreement=first_year.agreement, fiscal_year=2026)


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("ends_on", date(2025, 1, 1), "agreement_starts_before_it_ends"),
        ("fee_percent", Decimal("100.0001"), "agreement_fee_is_a_percentage"),
        ("concurrence_above", D("-0.01"), "agreement_concurrence_not_negative"),
        ("language_regime", "latin", "agreement_language_regime_known"),
        ("jurisdiction", "municipal", "agreement_jurisdiction_known"),
        ("authorisation_number", "1042-2026", "agreement_authorisation_has_number_and_date"),
    ],
)
def test_database_refuses_an_impossible_agreement(excellence, column, value, constraint):
    assert refused_by(f"UPDATE programs_agreement SET {column} = %s", value) == constraint


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"amount": D("0")}, "ledger_entry_amount_positive"),
        ({"amount": D("-5")}, "ledger_entry_amount_positive"),
        ({"kind": "gift"}, "ledger_entry_flow_known"),
        ({"kind": "release", "application_id": FILE}, "ledger_entry_flow_known"),
        ({"kind": "pay", "from_bucket": "reserved", "application_id": FILE}, "ledger_entry_flow_known"),
        ({"kind": "reserve"}, "ledger_entry_names_its_file"),
        ({"kind": "reprofile_out"}, "ledger_entry_carry_over_has_consent"),
        ({"actor": "clock"}, "ledger_entry_has_an_actor"),
    ],
)
def test_database_refuses_an_impossible_entry(first_year, nadia, change, constraint):
    entry = {"envelope": first_year, "kind": "allocate", "amount": D("1"), "by": nadia} | change
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        LedgerEntry.objects.create(**entry)
    assert refusal.value.__cause__.diag.constraint_name == constraint


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE programs_ledgerentry SET amount = 1",
        "DELETE FROM programs_ledgerentry",
        "TRUNCATE programs_ledgerentry CASCADE",
    ],
)
def test_database_refuses_to_change_the_ledger(first_year, sql):
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; " + sql)  # TRUNCATE waits for deferred checks otherwise
    assert first_year.entries.count() == 1


# Two people at the same second


def test_two_simultaneous_reserves_for_the_last_dollars_never_both_pass(committed_db, first_year, nadia):
    ledger.reserve([(first_year, D("85000"))], application_id=1, by=nadia, because=Cause.RECOMMEND)
    outcomes = at_once(
        *[
            lambda file=file: ledger.reserve(
                [(first_year, D("15000"))], application_id=file, by=nadia, because=Cause.RECOMMEND
            )
            for file in (FILE, OTHER_FILE, 44)
        ]
    )
    assert sorted(type(o).__name__ for o in outcomes) == ["InsufficientFunds", "InsufficientFunds", "list"]
    assert stored(first_year)["reserved"] == "100000.00"
    assert ledger.reconcile() == []


def test_two_simultaneous_commitments_for_the_last_dollars_never_both_pass(committed_db, first_year, nadia):
    """Each reserves and commits in one transaction, as the issue of a decision does."""
    ledger.lapse(first_year, amount=D("85000"), by=nadia)

    def award(file):
        with transaction.atomic():
            ledger.reserve([(first_year, D("15000"))], application_id=file, by=nadia, because=Cause.RECOMMEND)
            return ledger.commit([(first_year, D("15000"))], application_id=file, by=nadia, because=Cause.ISSUE)

    outcomes = at_once(lambda: award(FILE), lambda: award(OTHER_FILE))
    assert sorted(type(o).__name__ for o in outcomes) == ["InsufficientFunds", "list"]
    assert stored(first_year)["committed"] == "15000.00"
    assert ledger.reconcile() == []


def test_one_reserve_is_never_committed_twice(committed_db, first_year, nadia):
    ledger.reserve([(first_year, D("15000"))], application_id=FILE, by=nadia, because=Cause.RECOMMEND)
    act = lambda: ledger.commit([(first_year, D("15000"))], application_id=FILE, by=nadia, because=Cause.ISSUE)  # noqa: E731
    outcomes = at_once(act, act)
    assert sorted(type(o).__name__ for o in outcomes) == ["InsufficientFunds", "list"]
    assert stored(first_year) == {"allocated": "100000.00", "committed": "15000.00"}


def test_splits_in_opposite_order_never_wait_for_each_other(committed_db, first_year, second_year, nadia):
    forth = [(first_year, D("10")), (second_year, D("20"))]
    acts = [
        lambda shares=shares, file=file: ledger.reserve(shares, application_id=file, by=nadia, because=Cause.RECOMMEND)
        for file, shares in enumerate([forth, forth[::-1]] * 4, start=1)
    ]
    outcomes = at_once(*acts)
    assert [type(o) for o in outcomes] == [list] * 8
    assert (stored(first_year)["reserved"], stored(second_year)["reserved"]) == ("80.00", "160.00")
    assert ledger.reconcile() == []


# Any order of anything

amounts = st.decimals(min_value=Decimal("0.01"), max_value=60, places=2).map(D)
files = st.sampled_from([1, 2, 3])


class Ledger(RuleBasedStateMachine):
    """Random acts on two years of one agreement. Each passes or is refused with a sentence; nothing ever breaks."""

    years = st.integers(0, 1)

    @initialize()
    def begin(self):
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        agreement, self.by = Agreement.objects.get(), User.objects.get()
        agreement.recovered_reusable = True
        agreement.save()
        self.envelopes = [Envelope.objects.create(agreement=agreement, fiscal_year=2030 + n) for n in range(2)]
        for envelope in self.envelopes:
            ledger.allocate(envelope, amount=D("100"), by=self.by)

    def teardown(self):
        if hasattr(self, "transaction"):
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    def attempt(self, act):
        before = [e.balances for e in Envelope.objects.filter(pk__in=[e.pk for e in self.envelopes])]
        try:
            act()
        except WrongMoment as refusal:
            sentence, now = refusal.message, Envelope.objects.filter(pk__in=[e.pk for e in self.envelopes])
        else:
            return
        assert sentence
        assert [e.balances for e in now] == before

    @rule(
        year=years, amount=amounts, verb=st.sampled_from(["allocate", "charge_fee", "lapse", "return_funds", "receive"])
    )
    def of_the_year(self, year, amount, verb):
        self.attempt(lambda: getattr(ledger, verb)(self.envelopes[year], amount=amount, by=self.by))

    @rule(
        year=years,
        file=files,
        amount=amounts,
        verb=st.sampled_from(["reserve", "commit", "accrue", "pay", "recover"]),
    )
    def of_a_file(self, year, file, amount, verb):
        shares = [(self.envelopes[year], amount)]
        self.attempt(lambda: getattr(ledger, verb)(shares, application_id=file, by=self.by, because=Cause.ISSUE))

    @rule(year=years, file=files, amount=amounts)
    def make_available_again(self, year, file, amount):
        shares = [(self.envelopes[year], amount)]
        self.attempt(lambda: ledger.reuse(shares, application_id=file, by=self.by))

    @rule(first=amounts, second=amounts, file=files, verb=st.sampled_from(["reserve", "commit", "pay"]))
    def split(self, first, second, file, verb):
        shares = list(zip(self.envelopes, (first, second), strict=True))
        self.attempt(lambda: getattr(ledger, verb)(shares, application_id=file, by=self.by, because=Cause.ISSUE))

    @rule(
        year=years,
        file=files,
        amount=amounts,
        act=st.sampled_from([("release", "reserved"), ("release", "committed"), ("pay", "payable")]),
    )
    def from_a_balance(self, year, file, amount, act):
        verb, from_ = act
        shares = [(self.envelopes[year], amount)]
        given = {"from_": from_, "application_id": file, "because": Cause.ISSUE}
        self.attempt(lambda: getattr(ledger, verb)(shares, **given, by=self.by))

    @rule(source=years, amount=amounts)
    def carry_over(self, source, amount):
        pair = self.envelopes[source], self.envelopes[1 - source]
        self.attempt(lambda: ledger.reprofile(*pair, amount=amount, consent="Letter", by=self.by))

    @rule(position=st.integers(0, 30))
    def correct(self, position):
        entries = LedgerEntry.objects.filter(envelope__in=self.envelopes)
        entry = entries[position % entries.count()]
        self.attempt(lambda: ledger.reverse_entry(entry, by=self.by, note="A mistake"))

    @rule(year=years)
    def close(self, year):
        with clock.at(datetime(2033, 1, 1, tzinfo=UTC)):
            self.attempt(lambda: ledger.close_year(self.envelopes[year], by=self.by))

    @invariant()
    def entries_are_balances(self):
        if not hasattr(self, "envelopes"):
            return
        now = list(Envelope.objects.filter(pk__in=[e.pk for e in self.envelopes]))
        assert ledger.reconcile(now) == []
        for envelope in now:
            mine = [ledger.held_for(file, envelope) for file in (1, 2, 3)]
            for bucket in ("reserved", "committed", "payable", "paid", "recovered"):
                assert sum(m[bucket] for m in mine) == getattr(envelope, bucket)


@pytest.mark.parametrize("examples", [4, pytest.param(40, marks=pytest.mark.slow)])
def test_ledger_holds_whatever_the_order_of_acts(excellence, nadia, examples):
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=examples, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
