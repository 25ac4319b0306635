"""Which rows of a table of work wait, were given up, ask for attention, or were set aside: one of each kind."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from notifications.models import Message
from tests.mutants import proves
from work import clock
from work.querysets import ATTEMPTS, given_up, held, set_aside, stopped, unfinished, waiting
from work.selectors import SHOWN, GivenUp, WorkTable, read_table
from work.states import Table

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)
BEFORE, AFTER = NOW - timedelta(minutes=1), NOW + timedelta(minutes=1)
LOST = {"attempts": ATTEMPTS}

ROWS = {
    "due now": {},
    "due before": {"due": BEFORE},
    "not due yet": {"due": AFTER},
    "in its last try": {"attempts": ATTEMPTS - 1, "claimed_until": AFTER},
    "before its last try": {"attempts": ATTEMPTS - 1},
    "held": {"claimed_until": AFTER},
    "let go now": {"claimed_until": NOW},
    "let go before": {"claimed_until": BEFORE},
    "done": {"done_at": BEFORE},
    "done, late": {"done_at": BEFORE, "due": AFTER},
    "set aside": {"set_aside_at": BEFORE},
    "lost": LOST,
    "lost, let go now": LOST | {"claimed_until": NOW},
    "lost, let go before": LOST | {"claimed_until": BEFORE},
    "lost, not due": LOST | {"due": AFTER},
    "lost, held": LOST | {"claimed_until": AFTER},
    "lost, held, set aside": LOST | {"claimed_until": AFTER, "set_aside_at": BEFORE},
    "lost, held, done": LOST | {"claimed_until": AFTER, "done_at": BEFORE},
    "lost, done": LOST | {"done_at": BEFORE},
    "lost, set aside": LOST | {"set_aside_at": BEFORE},
}
CLAIMABLE = {"due now", "due before", "before its last try", "let go now", "let go before"}
GIVEN_UP = {"lost", "lost, let go now", "lost, let go before", "lost, not due", "lost, set aside"}


def put(**fields):
    """A row for each of `fields`, made at once, in their order."""
    return Message.objects.bulk_create(
        Message(kind="letter", address="camille@usinage.example", key=name, **({"due": NOW, "language": "fr"} | more))
        for name, more in fields.items()
    )


@proves(waiting, given_up, stopped, unfinished, set_aside, held)
def test_row_waits_is_held_is_lost_or_set_aside_at_the_very_instant():
    put(**ROWS)
    with clock.at(NOW):
        found = {ask: {row.key for row in ask(Message.objects.all())} for ask in (waiting, given_up, stopped)}
        left = {row.key for row in unfinished(Message.objects.all())}
        kept = {row.key for row in held(Message.objects.all())}
        aside = {row.key for row in set_aside(Message.objects.all())}
    assert found[waiting] == CLAIMABLE
    assert found[given_up] == GIVEN_UP
    assert found[stopped] == GIVEN_UP - {"lost, set aside"}
    assert left == CLAIMABLE | {"not due yet", "held", "in its last try", "lost, held"}
    assert kept == {"held", "in its last try", "lost, held", "lost, held, set aside"}
    assert aside == {name for name in ROWS if "set aside" in name}


@proves(set_aside)
def test_rows_set_aside_come_the_latest_first():
    minutes = {"second": 2, "first of all": 3, "older of two": 1, "newer of two": 1}
    put(**{name: {"set_aside_at": NOW + timedelta(minutes=n)} for name, n in minutes.items()})
    order = ["first of all", "second", "newer of two", "older of two"]
    assert [row.key for row in set_aside(Message.objects.all())] == order


@proves(read_table)
def test_table_is_read_oldest_first_and_of_what_is_hidden_nothing():
    """What is written in English is told to nobody, nor what nobody set aside: it was too late to be of use. The oldest
    that waits is the row made first, whenever it is due."""
    aside = {"set_aside_by": User.objects.create(email="maude@aerofil.example")}
    hidden = {"language": "en", "due": BEFORE}
    put(
        **{"hidden": hidden, "hidden, lost": LOST | hidden, "waits first": {"due": AFTER}, "waits": {"due": BEFORE}},
        **{f"lost {n}": LOST | {"due": NOW + timedelta(minutes=n)} for n in (3, 1, 2, 4)},
        **{"lost 2, again": LOST | {"due": NOW + timedelta(minutes=2)}},
        **{f"aside {n}": aside | {"set_aside_at": NOW + timedelta(minutes=n)} for n in range(SHOWN + 1)},
        **{"overtaken": {"set_aside_at": NOW + timedelta(days=1)}},
    )
    told = Message.objects.filter(language="fr")
    table = WorkTable(Table.MESSAGES, Message, lambda user, files: told, told_as, lambda rows, by: 0)
    with clock.at(NOW):
        read, next_page = read_table(table, told), read_table(table, told, start=1, most=2)
    assert (read.waiting, read.oldest, read.why) == (2, AFTER, "waits first")
    assert [line.reason for line in read.given_up] == ["lost 1", "lost 2", "lost 2, again", "lost 3", "lost 4"]
    assert [line.reason for line in next_page.given_up] == ["lost 2", "lost 2, again"]
    assert (read.first, read.total, next_page.first, next_page.last) == (1, 5, 2, 3)
    assert [aside.line.reason for aside in read.aside] == [f"aside {n}" for n in range(SHOWN, 0, -1)]
    nothing = read_table(table, Message.objects.filter(language="xx"))
    assert (nothing.oldest, nothing.why, nothing.given_up, nothing.total) == (None, "", [], 0)
    assert (nothing.waiting, nothing.aside) == (0, [])


def told_as(row):
    return GivenUp(row.pk, what="", about="", since=row.due, reason=row.key)
