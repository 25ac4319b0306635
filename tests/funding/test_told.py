"""No amount of one file is told outside the chain before its letter has left: entries, balances, what they leave."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from funding import ledger
from funding.access import entries_open_to
from funding.figures import as_read, burn, statement
from funding.ledger.told import _takes_what_is_told, tell_left_over
from funding.models import Envelope, LedgerEntry, ToldEntry
from funding.money import Cause
from funding.querysets import LedgerQuerySet
from moves.services import declare_standing
from tests.databases import at_once
from tests.mutants import proves
from work import clock

START = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
FILE, OTHER = 42, 43
LOCKED = {"without .of_entries()": "the envelopes of others are locked, and asked in vain"}


class Book:
    """An envelope of 100 000 $ where an act is made each minute."""

    def __init__(self, envelope, by):
        self.envelope, self.by, self.minute = envelope, by, 0

    def now(self):
        return START + timedelta(minutes=self.minute)

    def act(self, verb, amount=None, *, file=FILE, because=Cause.RECOMMEND, **more):
        self.minute += 1
        with clock.at(self.now()):
            if amount is None:
                return verb(file, by=self.by, because=because, **more)
            return verb([(self.envelope, Decimal(amount))], application_id=file, by=self.by, because=because, **more)

    def reserve(self, amount, **more):
        return self.act(ledger.reserve, amount, **more)

    def commit(self, amount, **more):
        return self.act(ledger.commit, amount, because=Cause.ISSUE, **more)

    def give_back(self, from_="reserved", because=Cause.VOID_RECOMMENDATION, **more):
        return self.act(ledger.release_all, from_=from_, because=because, **more)

    def award(self, amount, **more):
        self.reserve(amount, **more)
        self.commit(amount, **more)

    def letter(self, file=FILE):
        self.minute += 1
        return ledger.tell(file, at=self.now())

    def own(self, verb, **more):
        """An act on the envelope itself."""
        self.minute += 1
        with clock.at(self.now()):
            return verb(self.envelope, by=self.by, **more)

    def entries(self):
        """What is told, in the order in which it was: kind, amount, the minute at which it was told."""
        rows = LedgerEntry.objects.told().filter(envelope=self.envelope).order_by("told_at", "id")
        return [(one.kind, int(one.amount), (one.told_at - START) // timedelta(minutes=1)) for one in rows]

    def balances(self):
        """What is told of the balances, above zero, in dollars; and what is free by them."""
        (told,) = as_read([Envelope.objects.get(pk=self.envelope.pk)], LedgerEntry.objects.told())
        folded = {bucket: int(amount) for bucket, amount in told.balances.items() if amount}
        return folded | {"free": int(told.free)}

    def told_at(self):
        """The minute at which what may be told of the envelope last changed."""
        return (Envelope.objects.get(pk=self.envelope.pk).told_at - START) // timedelta(minutes=1)


@pytest.fixture
def book(excellence, nadia):
    with clock.at(START):
        envelope = Envelope.objects.create(agreement=excellence, fiscal_year=2026)
        ledger.allocate(envelope, amount=Decimal(100_000), by=nadia)
    return Book(envelope, nadia)


BEGINNING = [("allocate", 100_000, 0)]
NOTHING = {"allocated": 100_000, "free": 100_000}


def test_award_is_told_when_its_letter_leaves_and_what_is_paid_of_it_as_it_is_made(book):
    book.award(40_000)
    assert (book.entries(), book.balances(), book.told_at()) == (BEGINNING, NOTHING, 0)
    book.letter()
    told = [*BEGINNING, ("reserve", 40_000, 3), ("commit", 40_000, 3)]
    assert book.entries() == told
    assert (book.balances(), book.told_at()) == ({"allocated": 100_000, "committed": 40_000, "free": 60_000}, 3)
    book.act(ledger.pay, 12_000)
    book.act(ledger.accrue, 28_000)
    book.act(ledger.recover, 2_000)
    assert book.entries() == [*told, ("pay", 12_000, 4), ("accrue", 28_000, 5), ("recover", 2_000, 6)]
    assert book.balances() == {
        "allocated": 100_000, "payable": 28_000, "paid": 12_000, "recovered": 2_000, "free": 60_000,
    }  # fmt: skip
    assert book.told_at() == 6
    (figures,) = as_read([Envelope.objects.get(pk=book.envelope.pk)], LedgerEntry.objects.told())
    assert burn(figures) == burn(Envelope.objects.get(pk=book.envelope.pk))


def test_part_of_an_award_that_is_less_than_was_reserved_is_told_whole(book):
    book.reserve(40_000)
    book.commit(30_000)
    book.give_back()
    book.letter()
    assert book.entries() == [*BEGINNING, ("reserve", 40_000, 4), ("commit", 30_000, 4), ("release", 10_000, 4)]
    assert book.balances() == {"allocated": 100_000, "committed": 30_000, "free": 70_000}


@pytest.fixture
def two(book, excellence):
    """`two(verb, n, minute)`: an act on the file in both years, of n dollars in the first, of n + 1 in the other."""
    with clock.at(START):
        other = Envelope.objects.create(agreement=excellence, fiscal_year=2025)
        ledger.allocate(other, amount=Decimal(100_000), by=book.by)

    def act(verb, n, minute, *, file=FILE, **more):
        shares = [(book.envelope, Decimal(n)), (other, Decimal(n + 1))]
        with clock.at(START + timedelta(minutes=minute)):
            verb(shares, application_id=file, by=book.by, because=Cause.RECOMMEND, **more)

    return act


def named(entries):
    return [(one.envelope.fiscal_year, one.kind, int(one.amount)) for one in entries]


def at(minute):
    return START + timedelta(minutes=minute)


def told_at():
    return {one.fiscal_year: (one.told_at - START) // timedelta(minutes=1) for one in Envelope.objects.all()}


@proves(ledger.tell, moot=LOCKED)
def test_letter_tells_of_each_year_what_its_own_file_did_there_until_then(book, two):
    two(ledger.reserve, 70, 1, file=OTHER)
    two(ledger.reserve, 30, 1), two(ledger.commit, 30, 2), two(ledger.reserve, 5, 3), two(ledger.reserve, 6, 4)
    assert named(ledger.tell(FILE, at=at(3))) == [
        (2026, "reserve", 30), (2026, "commit", 30), (2026, "reserve", 5),
        (2025, "reserve", 31), (2025, "commit", 31), (2025, "reserve", 6),
    ]  # fmt: skip
    assert told_at() == {2025: 3, 2026: 3}
    assert ledger.tell(FILE, at=at(3)) == []
    assert named(ledger.tell(FILE, at=at(5))) == [(2026, "reserve", 6), (2025, "reserve", 7)]


@proves(ledger.tell_given_back, moot=LOCKED)
def test_file_that_leaves_tells_what_it_gave_back_of_each_year_and_nothing_else(book, two):
    """Not what was paid of it, made since its letter left; not what another file gave back."""
    for file in (OTHER, FILE):
        two(ledger.reserve, 30, 1, file=file), two(ledger.commit, 30, 2, file=file)
    ledger.tell(OTHER, at=at(3))
    two(ledger.release, 30, 4, file=OTHER, from_="committed")
    two(ledger.pay, 10, 4)
    ledger.tell(FILE, at=at(3))
    two(ledger.release, 9, 5, from_="committed")
    assert named(ledger.tell_given_back(FILE, at=at(6))) == [(2026, "release", 9), (2025, "release", 10)]
    assert told_at() == {2025: 6, 2026: 6}
    assert ledger.tell_given_back(FILE, at=at(7)) == []


@proves(_takes_what_is_told)
def test_what_a_file_may_tell_is_measured_by_what_was_told_of_it_alone(book):
    book.award(1_000, file=OTHER)
    book.letter(OTHER)
    book.award(20)
    book.act(ledger.pay, 10)
    assert [amount for _kind, amount, _minute in book.entries()] == [100_000, 1_000, 1_000]
    book.letter()
    book.act(ledger.recover, 10)
    assert book.entries()[-1] == ("recover", 10, book.minute)


@proves(tell_left_over, moot={"`entry.pk < one.pk` with the bound moved": "what files left is of none of them"})
def test_what_files_left_is_told_in_its_order_whatever_was_reserved_since(book):
    book.reserve(20, file=OTHER)
    for amount in (200, 100, 300):
        book.own(ledger.lapse, amount=Decimal(amount))
    book.reserve(5)
    assert [int(one.amount) for one in book.letter(OTHER)] == [20, 200, 100, 300]
    book.own(ledger.lapse, amount=Decimal(7))
    assert not LedgerEntry.objects.told().filter(amount__in=(5, 7)).exists()
    book.give_back()
    assert [one.kind for one in LedgerEntry.objects.told().filter(amount__in=(5, 7))] == ["lapse"]


def test_what_came_to_nothing_is_never_told(book):
    """A file that was withdrawn; one that was sent back, recommended for less, and told that."""
    book.reserve(20_000, file=OTHER)
    book.give_back(because=Cause.WITHDRAW, file=OTHER)
    book.reserve(40_000)
    book.give_back()
    book.award(30_000)
    assert book.letter(OTHER) == []
    assert (book.entries(), book.balances(), book.told_at()) == (BEGINNING, NOTHING, 0)
    book.letter()
    assert book.entries() == [*BEGINNING, ("reserve", 30_000, 8), ("commit", 30_000, 8)]


def test_second_decision_is_as_secret_as_the_first(book):
    book.award(30_000)
    book.letter()
    told, balances = book.entries(), book.balances()
    book.reserve(50_000)
    book.give_back("committed", because=Cause.SUPERSEDE)
    book.commit(50_000)
    book.act(ledger.pay, 30_001)  # of what is not told: it would tell it
    assert (book.entries(), book.balances(), book.told_at()) == (told, balances, 3)
    book.letter()
    later = [("reserve", 50_000, 8), ("release", 30_000, 8), ("commit", 50_000, 8), ("pay", 30_001, 8)]
    assert book.entries() == [*told, *later]
    assert book.balances() == {"allocated": 100_000, "committed": 19_999, "paid": 30_001, "free": 50_000}


@proves(ledger.tell_given_back, moot=LOCKED)
@pytest.mark.parametrize("again", [20_000, 30_001, None])
def test_award_that_is_given_up_is_told_with_the_leaving_and_what_a_later_decision_took_is_not(book, again):
    """Whatever the later decision had taken: less, more, or nothing, when it declined."""
    book.award(30_000)
    book.letter()
    told = book.entries()
    if again:
        book.reserve(again)
    book.give_back("committed", because=Cause.SUPERSEDE)
    if again:
        book.commit(again)
        book.give_back("committed", because=Cause.WITHDRAW)
    assert book.entries() == told
    book.minute += 1
    ledger.tell_given_back(FILE, at=book.now())
    assert book.entries() == [*told, ("release", 30_000, book.minute)]
    assert (book.balances(), book.told_at()) == (NOTHING, book.minute)
    assert book.letter() == []  # of the second decision: it came to nothing, or what it gave back is told


def test_correction_of_what_was_told_is_told(book):
    book.award(30_000)
    book.letter()
    (paid,) = book.act(ledger.pay, 10_000)
    book.minute += 1
    with clock.at(book.now()):
        ledger.reverse_entry(paid, by=book.by, note="Deux fois.")
    assert book.entries()[-1] == ("pay", 10_000, 5)
    assert book.balances() == {"allocated": 100_000, "committed": 30_000, "free": 70_000}


def test_what_lapses_is_told_once_no_file_holds_anything_that_is_not(book):
    """What is free is all but what files hold: its amount would be theirs."""
    book.award(30_000)
    book.reserve(20_000, file=OTHER)
    book.own(ledger.lapse)
    assert (book.entries(), book.balances()) == (BEGINNING, NOTHING)
    book.letter()
    assert [kind for kind, *_rest in book.entries()] == ["allocate", "reserve", "commit"]
    book.give_back(file=OTHER)
    assert book.entries()[-1] == ("lapse", 50_000, 6)
    assert book.balances() == {"allocated": 100_000, "committed": 30_000, "lapsed": 50_000, "free": 20_000}
    book.reserve(5_000, file=OTHER)  # after it: what lapses now would tell it
    book.own(ledger.lapse, amount=Decimal(1_000))
    assert book.entries()[-1] == ("lapse", 50_000, 6)
    book.letter(OTHER)
    assert book.entries()[-2:] == [("reserve", 5_000, 9), ("lapse", 1_000, 9)]


def test_what_the_partner_does_itself_is_told_at_once_whatever_files_hold(book, excellence):
    book.reserve(20_000)
    book.own(ledger.receive, amount=Decimal(7))
    book.own(ledger.charge_fee)
    with clock.at(START):
        next_year = Envelope.objects.create(agreement=excellence, fiscal_year=2027)
    book.minute += 1
    with clock.at(book.now()):
        ledger.reprofile(book.envelope, next_year, amount=Decimal(100), consent="MEIE-1", by=book.by)
    assert book.entries() == [*BEGINNING, ("receive", 7, 2), ("fee", 8_000, 3), ("reprofile_out", 100, 4)]
    assert book.told_at() == 4


def test_closing_of_a_year_is_told(book):
    later = datetime(2027, 4, 2, 15, tzinfo=UTC)
    with clock.at(later):
        ledger.close_year(book.envelope, by=book.by)
    assert Envelope.objects.get(pk=book.envelope.pk).told_at == book.envelope.told_at == later


def test_when_an_entry_was_told_is_never_changed(book):
    book.award(10)
    book.letter()
    assert book.letter() == []
    for change in (lambda: ToldEntry.objects.update(at=START), lambda: ToldEntry.objects.all()._raw_delete("default")):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()


@proves(
    LedgerQuerySet.untold, LedgerQuerySet.told, LedgerQuerySet.told_or_of, LedgerQuerySet.open_to, as_read, statement,
    entries_open_to,
    moot={
        "without `envelope__in": "the sums of others are not asked for: it only reads fewer rows",
        "`__lte` for `__lt`": "what is hidden is of a file, and what files left is of none",
    },
)  # fmt: skip
def test_entries_are_shown_outside_the_chain_to_who_decides_on_one_file_and_to_whom_one_is_closed(book, excellence):
    with clock.at(START):
        other = Envelope.objects.create(agreement=excellence, fiscal_year=2027)
        ledger.allocate(other, amount=Decimal(5_000), by=book.by)
        ledger.reserve([(other, Decimal(11))], application_id=45, by=book.by, because=Cause.RECOMMEND)
    book.award(1_000, file=OTHER)
    book.letter(OTHER)
    book.reserve(20)
    book.give_back()
    book.own(ledger.lapse, amount=Decimal(300))  # nobody holds what is not told: it is
    book.reserve(400)
    book.own(ledger.lapse, amount=Decimal(500))
    book.reserve(6_000, file=OTHER)
    book.own(ledger.lapse, amount=Decimal(7_000))
    shown = {
        "untold": LedgerEntry.objects.untold(),
        "told": LedgerEntry.objects.told(),
        "to who decides": LedgerEntry.objects.told_or_of(FILE),
        "file closed": entries_open_to(barred("a@aero.example", FILE)),
        "other closed": entries_open_to(barred("b@aero.example", OTHER)),
        "one of the other year closed": entries_open_to(barred("d@aero.example", 45)),
        "none closed": entries_open_to(barred("c@aero.example", 44)),
    }
    every = [100_000, 1_000, 1_000, 20, 20, 300, 400, 500, 6_000, 7_000]
    told = [100_000, 1_000, 1_000, 300]
    assert {who: [int(one.entry.amount) for one in statement(book.envelope, rows)] for who, rows in shown.items()} == {
        "untold": [20, 20, 400, 500, 6_000, 7_000],
        "told": told,
        "to who decides": [100_000, 1_000, 1_000, 20, 20, 300, 400],
        "file closed": [*told, 6_000],
        "other closed": every[:-2],
        "one of the other year closed": every,
        "none closed": every,
    }
    free = {}
    for who, rows in shown.items():
        first, second, empty = as_read([book.envelope, other, Envelope(pk=0)], rows)
        free[who] = int(first.free), int(second.free)
        assert statement(book.envelope, rows)[-1].balances == first.balances
        assert not any(empty.balances.values())
    assert free == {
        "untold": (-13_900, -11),
        "told": (98_700, 5_000),
        "to who decides": (98_300, 5_000),
        "file closed": (92_700, 4_989),
        "other closed": (97_800, 4_989),
        "one of the other year closed": (84_800, 5_000),
        "none closed": (84_800, 4_989),
    }
    assert len(statement(book.envelope)) == 10


def barred(email, file):
    person = User.objects.create(email=email)
    declare_standing(file, user=person, standing="conflict")
    return person


@pytest.mark.slow
def test_entry_made_while_its_letter_leaves_is_told_or_waits_for_the_next(committed_db, excellence, nadia):
    """Neither is lost between the two: each takes the envelope in turn."""
    book = Book(Envelope.objects.create(agreement=excellence, fiscal_year=2026), nadia)
    ledger.allocate(book.envelope, amount=Decimal(100_000), by=nadia)
    shares = [(book.envelope, Decimal(10))]
    ledger.reserve(shares, application_id=FILE, by=nadia, because=Cause.RECOMMEND)

    def commit():
        ledger.commit([(Envelope.objects.get(), Decimal(10))], application_id=FILE, by=nadia, because=Cause.ISSUE)

    outcomes = at_once(commit, lambda: ledger.tell(FILE, at=clock.now()))
    assert not any(isinstance(one, Exception) for one in outcomes), outcomes
    ledger.tell(FILE, at=clock.now())
    assert [one.kind for one in LedgerEntry.objects.told().order_by("id")] == ["allocate", "reserve", "commit"]
