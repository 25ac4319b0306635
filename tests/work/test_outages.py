"""Outages: one row from the first work kept waiting to the first done again; asked again soon, never in a rush."""

import threading
import time
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from tests.databases import at_once
from tests.mutants import proves
from work import clock, outages
from work.models import Outage
from work.outages import (
    ENDED_OTHERWISE,
    QUESTIONS,
    _again,
    _just_over,
    _outages_of,
    ask_after_machines,
    asks_after,
    check_questions,
    is_left_alone,
    miss_database,
    note_away,
    note_back,
    note_database_back,
    note_met,
    open_outages,
    reason_of,
)
from work.states import Machine


@pytest.mark.django_db
def test_outage_is_one_row_with_its_last_reason():
    now = clock.now()
    with clock.at(now):
        note_away(Machine.MAIL, "refused")
    with clock.at(now + timedelta(minutes=3)):
        note_away(Machine.MAIL, "silent")
        note_away(Machine.STORAGE, "full")
    mail, storage = open_outages()
    assert (mail.since, mail.tries, mail.reason) == (now, 2, "silent")
    assert (storage.machine, storage.tries) == (Machine.STORAGE, 1)


@proves(open_outages)
@pytest.mark.django_db
def test_machines_that_are_away_come_the_longest_away_first():
    now = clock.now()
    for machine, minutes in ((Machine.PDF, 2), (Machine.MAIL, 3), (Machine.STORAGE, 2), (Machine.SCANNER, 1)):
        Outage.objects.create(machine=machine, since=now - timedelta(minutes=minutes))
    Outage.objects.create(machine=Machine.MAIL, since=now - timedelta(hours=1), over_at=now - timedelta(minutes=30))
    away = [Machine.MAIL, Machine.PDF, Machine.STORAGE, Machine.SCANNER]
    assert [outage.machine for outage in open_outages()] == away


@proves(_outages_of)
@pytest.mark.django_db
def test_what_is_written_of_a_machine_is_written_of_no_other():
    now = clock.now()
    with clock.at(now):
        note_away(Machine.PDF, "no Pango")
    with clock.at(now + timedelta(seconds=5)):
        note_met(Machine.STORAGE, "full")
        note_away(Machine.MAIL, "refused")
        assert not is_left_alone(Machine.PDF)
        assert is_left_alone(Machine.STORAGE)
        assert note_back(Machine.STORAGE) == 1
    away = open_outages().values_list("machine", "reason", "tries")
    assert list(away) == [(Machine.PDF, "no Pango", 1), (Machine.MAIL, "refused", 1)]


@proves(_again, _just_over)
@pytest.mark.django_db
def test_outage_that_goes_on_is_the_machine_s_own_and_its_last():
    """Two that ended so lately: the clock was set back in between."""
    now = clock.now()
    ended = {}
    for machine, seconds in ((Machine.MAIL, 20), (Machine.MAIL, 10), (Machine.MAIL, 15), (Machine.PDF, 5)):
        over = now - timedelta(seconds=seconds)
        ended[seconds] = Outage.objects.create(machine=machine, since=over - timedelta(minutes=1), over_at=over)
    with clock.at(now):
        assert note_away(Machine.MAIL, "refused") == ended[10]
        assert note_away(Machine.STORAGE, "full").since == now
        miss_database("refused")
        note_database_back()
    over = [outage.over_at for outage in Outage.objects.order_by("pk")]
    assert over == [ended[20].over_at, None, ended[15].over_at, ended[5].over_at, None, now]


@proves(is_left_alone)
@pytest.mark.django_db
def test_machine_is_left_alone_five_seconds_then_ten_then_thirty_at_most():
    now = clock.now()
    waits = []
    for _n in range(6):
        with clock.at(now):
            outage = note_away(Machine.MAIL, "refused")
        waits.append(outage.next_try - now)
        with clock.at(outage.next_try - timedelta(milliseconds=1)):
            assert is_left_alone(Machine.MAIL)
            assert not is_left_alone(Machine.PDF)
        with clock.at(outage.next_try):
            assert not is_left_alone(Machine.MAIL)
        now = outage.next_try
    assert [wait.total_seconds() for wait in waits] == [5, 10, 20, 30, 30, 30]


@pytest.mark.django_db
def test_machine_that_is_back_closes_its_own_outage_and_the_next_is_another():
    note_away(Machine.MAIL, "refused")
    note_away(Machine.PDF, "no Pango")
    assert note_back(Machine.MAIL) == 1
    assert note_back(Machine.MAIL) == 0
    assert [outage.machine for outage in open_outages()] == [Machine.PDF]
    with clock.at(clock.now() + timedelta(seconds=40)):
        assert note_away(Machine.MAIL, "refused").tries == 1
    assert Outage.objects.filter(machine=Machine.MAIL).count() == 2


@pytest.mark.django_db
def test_machine_found_away_before_the_clock_was_set_back_is_asked_now():
    now = clock.now()
    with clock.at(now + timedelta(hours=1)):
        note_away(Machine.MAIL, "refused")
        assert is_left_alone(Machine.MAIL)
    with clock.at(now):
        assert not is_left_alone(Machine.MAIL)


@pytest.mark.slow
def test_workers_that_find_it_together_write_one_outage(committed_db):
    for _round in range(5):
        results = at_once(*[lambda: note_away(Machine.MAIL, "refused").pk] * 4)
        assert len(set(results)) == 1, results
        note_back(Machine.MAIL)


@pytest.mark.django_db
def test_database_that_was_away_is_written_once_it_is_back():
    now = clock.now()
    with clock.at(now):
        note_database_back()
        assert not Outage.objects.exists()
        miss_database("the connection is closed")
    with clock.at(now + timedelta(seconds=9)):
        miss_database("refused")
        note_database_back()
        note_database_back()
    (outage,) = Outage.objects.all()
    assert (outage.machine, outage.since, outage.over_at) == (Machine.DATABASE, now, now + timedelta(seconds=9))
    assert outage.reason == "the connection is closed"


@pytest.mark.django_db
def test_processes_that_missed_the_database_together_write_one_row():
    now = clock.now()
    for seconds in (9, 11):
        with clock.at(now):
            miss_database("refused")
        with clock.at(now + timedelta(seconds=seconds)):
            note_database_back()
    with clock.at(now + timedelta(minutes=10)):
        miss_database("refused")
    with clock.at(now + timedelta(minutes=11)):
        note_database_back()
    assert [(o.over_at - o.since).total_seconds() for o in Outage.objects.order_by("since")] == [11, 60]


@proves(_just_over)
@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "number"), [(20, 1), (30, 1), (31, 2), (40, 2)])
@pytest.mark.parametrize("machine", [Machine.DATABASE, Machine.STORAGE])
def test_outages_less_than_half_a_minute_apart_are_one(machine, seconds, number):
    """As long as a machine is left alone at most: nobody knows that it was there in between."""
    now = clock.now()
    for begins in (0, 10 + seconds):
        with clock.at(now + timedelta(seconds=begins)):
            miss_database("refused") if machine == Machine.DATABASE else note_away(machine, "refused")
        with clock.at(now + timedelta(seconds=begins + 10)):
            note_database_back()
            note_back(machine)
    found = Outage.objects.order_by("since")
    assert len(found) == number
    assert (found[0].since, found[number - 1].over_at) == (now, now + timedelta(seconds=20 + seconds))
    if machine == Machine.STORAGE:
        assert [outage.tries for outage in found] == ([2] if number == 1 else [1, 1])


def test_reason_is_what_a_column_can_hold():
    assert reason_of(OSError(28, "No space left on device")) == "OSError: [Errno 28] No space left on device"
    assert reason_of("550 no\x00such \udcff mailbox") == "550 no\ufffdsuch ? mailbox"
    assert len(reason_of("é" * 5000)) == 2000


@pytest.mark.django_db
def test_reason_with_a_null_character_is_kept():
    note_away(Machine.MAIL, "421 \x00 busy")
    miss_database("\x00 refused")
    note_database_back()
    assert set(Outage.objects.values_list("reason", flat=True)) == {"421 \ufffd busy", "\ufffd refused"}


# ------------------------------------------------------------------ who ends an outage


def test_every_machine_that_can_be_away_is_asked_after_or_says_what_ends_its_outage(monkeypatch):
    assert set(QUESTIONS) == {Machine.MAIL, Machine.STORAGE, Machine.PDF, Machine.SCANNER}
    assert set(QUESTIONS) | set(ENDED_OTHERWISE) == set(Machine)
    check_questions()
    monkeypatch.delitem(QUESTIONS, Machine.MAIL)
    with pytest.raises(ImproperlyConfigured, match="mail"):
        check_questions()


@proves(ask_after_machines)
@pytest.mark.django_db
@pytest.mark.parametrize("machine", sorted(QUESTIONS))
def test_machine_that_is_away_is_asked_after_until_it_is_back(monkeypatch, machine):
    words = ["still away"]
    monkeypatch.setattr(outages, "QUESTIONS", {})
    asks_after(machine, lambda: words[0])
    now = clock.now()
    with clock.at(now):
        note_away(machine, "away")
        assert ask_after_machines() == 0
        assert Outage.objects.get().tries == 1  # too soon to ask
    with clock.at(now + timedelta(seconds=30)):
        assert ask_after_machines() == 0
        assert (Outage.objects.get().tries, Outage.objects.get().reason) == (2, "still away")
    words[0] = None  # work that waits for it asks better
    with clock.at(now + timedelta(seconds=60)):
        assert ask_after_machines() == 0
        assert Outage.objects.get().tries == 2
    words[0] = ""
    with clock.at(now + timedelta(seconds=90)):
        assert ask_after_machines() == 1
    assert list(open_outages()) == []


@pytest.mark.django_db
def test_machines_that_are_there_are_not_asked_after(monkeypatch):
    monkeypatch.setattr(outages, "QUESTIONS", {Machine.STORAGE: lambda: pytest.fail("nobody missed it")})
    assert ask_after_machines() == 0


@pytest.mark.django_db
def test_question_that_breaks_keeps_nobody_from_the_next(monkeypatch):
    def breaks():
        raise ValueError("a fault of ours")

    monkeypatch.setattr(outages, "QUESTIONS", {Machine.STORAGE: breaks, Machine.PDF: lambda: ""})
    now = clock.now()
    with clock.at(now):
        note_away(Machine.STORAGE, "away")
        note_away(Machine.PDF, "away")
    with clock.at(now + timedelta(seconds=5)):
        assert ask_after_machines() == 1
    assert open_outages().get().reason == "ValueError: a fault of ours"


# ------------------------------------------------------------------ what a request met


@pytest.mark.django_db
def test_what_requests_met_is_written_once_an_outage(django_assert_num_queries):
    note_met(Machine.STORAGE, "full")
    (outage,) = open_outages()
    assert (outage.machine, outage.reason, outage.tries) == (Machine.STORAGE, "full", 1)
    with django_assert_num_queries(3):  # a savepoint, the question, its end: nothing is written
        note_met(Machine.STORAGE, "full")
    assert Outage.objects.get().tries == 1


@pytest.mark.django_db
def test_cache_that_is_away_is_not_written():
    note_met(Machine.CACHE, "refused")
    assert not Outage.objects.exists()


@pytest.mark.django_db
def test_nobody_waits_for_a_database_that_is_missed_to_write_of_another_machine(django_assert_num_queries):
    miss_database("refused")
    with django_assert_num_queries(0):
        note_met(Machine.STORAGE, "full")


@pytest.mark.django_db
def test_what_a_request_met_in_a_broken_transaction_is_left_out(caplog):
    with transaction.atomic():
        transaction.set_rollback(True)
        note_met(Machine.STORAGE, "full")
    assert not Outage.objects.exists()
    assert "That storage is away could not be written" in caplog.text


def test_what_a_request_met_waits_for_nobody_s_lock(committed_db, caplog):
    """Another one opens the same outage, and does not commit: the answer goes out all the same."""

    took = []

    def meet():
        began = time.monotonic()
        note_met(Machine.STORAGE, "full")
        connection.close()
        took.append(time.monotonic() - began)

    thread = threading.Thread(target=meet, daemon=True)
    with transaction.atomic():
        note_away(Machine.STORAGE, "full")
        thread.start()
        thread.join(timeout=10)
        assert took, "it still waits"
    assert took[0] < 5
    assert "could not be written" in caplog.text
    assert open_outages().count() == 1
