"""Outages: one row from the first work kept waiting to the first done again; asked again soon, never in a rush."""

from datetime import timedelta

import pytest

from tests.databases import at_once
from work import clock
from work.models import Outage
from work.outages import (
    is_left_alone,
    miss_database,
    note_away,
    note_back,
    note_database_back,
    open_outages,
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
    assert note_away(Machine.MAIL, "refused").tries == 1
    assert Outage.objects.filter(machine=Machine.MAIL).count() == 2


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
