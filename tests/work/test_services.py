"""The claim loop, on the outbox's rows: real rows of a real table of work."""

from datetime import timedelta

import pytest
from django.db import OperationalError, ProgrammingError, connection

from notifications.models import Message
from tests.databases import at_once, end_our_connection
from tests.mutants import proves
from work import clock
from work.models import Outage
from work.outages import Away, Later, Refused, TooLate, note_away, open_outages
from work.querysets import ATTEMPTS, set_aside, stopped
from work.services import _mine, claim, complete, drain, fail, insist, release, retry, retry_all, stop
from work.states import Machine


def put(key, **fields):
    return Message.objects.create(key=key, kind="letter", address="camille@usinage.example", language="fr", **fields)


@pytest.mark.django_db
def test_claim_takes_what_is_due_oldest_first_and_counts_the_attempt():
    later, first = put("second"), put("first", due=clock.now() - timedelta(hours=1))
    put("not yet", due=clock.now() + timedelta(hours=1))
    put("done", done_at=clock.now())
    assert claim(Message.objects.all()) == [first, later]
    first.refresh_from_db()
    assert first.attempts == 1
    assert first.claimed_until > clock.now()
    assert claim(Message.objects.all()) == []


@proves(claim)
@pytest.mark.django_db
def test_claim_takes_no_more_than_it_asks_for_and_leaves_the_others_as_they_were():
    due = clock.now() - timedelta(hours=1)
    last, middle, first = (put(f"due {n}", due=due - timedelta(minutes=n)) for n in range(3))
    tie = put("due 1, made after", due=middle.due)
    assert claim(Message.objects.all(), limit=3) == [first, middle, tie]
    assert dict(Message.objects.values_list("pk", "attempts")) == {first.pk: 1, middle.pk: 1, tie.pk: 1, last.pk: 0}
    assert claim(Message.objects.all(), limit=3) == [last]


@proves(_mine)
@pytest.mark.django_db
@pytest.mark.parametrize("give_back", [fail, release, stop])
def test_row_is_given_back_by_who_holds_it_and_no_other_is(give_back):
    other = put("of another worker", attempts=1, claimed_until=clock.now() + timedelta(minutes=5))
    row = put("ours")
    (mine,) = claim(Message.objects.filter(pk=row.pk))
    before = Message.objects.filter(pk=other.pk).values().get()
    for since in ({"attempts": 2}, {"attempts": 1, "done_at": clock.now()}):
        Message.objects.filter(pk=row.pk).update(**since)
        kept = Message.objects.filter(pk=row.pk).values().get()
        give_back(Message.objects.get(pk=row.pk) if "done_at" in since else mine, "late")
        assert Message.objects.filter(pk=row.pk).values().get() == kept
    Message.objects.filter(pk=row.pk).update(attempts=1, done_at=None)
    give_back(Message.objects.get(pk=row.pk), "no")
    row.refresh_from_db()
    assert (row.last_error, row.claimed_until) == ("no", None)
    assert Message.objects.filter(pk=other.pk).values().get() == before


@pytest.mark.django_db
def test_a_claim_runs_out_and_the_work_comes_back():
    put("once")
    claim(Message.objects.all(), lease=timedelta(minutes=5))
    with clock.at(clock.now() + timedelta(minutes=6)):
        (again,) = claim(Message.objects.all())
        assert again.attempts == 2


@pytest.mark.django_db
def test_work_that_fails_waits_longer_each_time_and_stops_after_three_attempts():
    put("bad")

    def break_down(item):
        raise OSError("the server said no")

    now = clock.now()
    for attempt, wait in enumerate((timedelta(0), timedelta(minutes=1), timedelta(minutes=10)), start=1):
        now += wait
        with clock.at(now - timedelta(seconds=1) if wait else now):
            if wait:
                assert drain(Message.objects.all(), break_down).failed == 0
        with clock.at(now):
            result = drain(Message.objects.all(), break_down)
        assert (result.failed, result.stopped) == ((1, 0) if attempt < ATTEMPTS else (0, 1))
    item = Message.objects.get()
    assert item.attempts == ATTEMPTS
    assert item.last_error == "OSError: the server said no"
    with clock.at(now + timedelta(days=30)):
        assert claim(Message.objects.all()) == []
        assert list(stopped(Message.objects.all())) == [item]
        retry(item)
        assert drain(Message.objects.all(), lambda item: None).done == 1


@pytest.mark.django_db
def test_work_whose_worker_dies_three_times_stops():
    put("deadly")
    now = clock.now()
    for _attempt in range(ATTEMPTS):
        with clock.at(now):
            assert len(claim(Message.objects.all())) == 1  # and nothing more: the worker is gone
        now += timedelta(minutes=6)
    with clock.at(now):
        assert claim(Message.objects.all()) == []
        assert stopped(Message.objects.all()).count() == 1


@pytest.mark.django_db
def test_a_late_failure_does_not_free_what_another_worker_claimed():
    put("slow")
    (mine,) = claim(Message.objects.all())
    with clock.at(clock.now() + timedelta(minutes=6)):
        (theirs,) = claim(Message.objects.all())
        fail(mine, "too late")
        assert claim(Message.objects.all()) == []
        complete(theirs)
    assert Message.objects.get().done_at


@pytest.mark.django_db
def test_one_failure_does_not_stop_the_others():
    for key in ("a", "b", "c"):
        put(key)

    def refuse_b(item):
        if item.key == "b":
            raise ValueError(item.key)

    result = drain(Message.objects.all(), refuse_b)
    assert (result.done, result.failed) == (2, 1)


def test_two_workers_never_do_the_same_work(committed_db):
    for n in range(40):
        put(f"message {n}")
    done = []
    results = at_once(*[lambda: drain(Message.objects.all(), lambda item: done.append(item.key))] * 3)
    assert sum(r.done for r in results) == 40
    assert sorted(done) == sorted({f"message {n}" for n in range(40)})


def away(item):
    raise Away(Machine.MAIL, "nobody listens")


@pytest.mark.django_db
def test_machine_that_is_away_ends_the_drain_after_two_rows_and_counts_nothing():
    for key in "abcde":
        put(key)
    tried = []

    def find_it_away(item):
        tried.append(item.key)
        away(item)

    result = drain(Message.objects.all(), find_it_away, needs=[Machine.MAIL])
    assert (result.away, result.put_off, result.failed, result.is_full) == (Machine.MAIL, 2, 0, False)
    assert tried == ["a", "b"]
    assert set(Message.objects.values_list("attempts", "claimed_until")) == {(0, None)}
    assert Message.objects.get(key="a").last_error == "nobody listens"


@pytest.mark.django_db
def test_drain_begins_only_when_the_machine_may_be_asked_again():
    put("a")
    now = clock.now()
    with clock.at(now):
        drain(Message.objects.all(), away, needs=[Machine.MAIL])
    with clock.at(now + timedelta(seconds=4)):
        result = drain(Message.objects.all(), lambda item: pytest.fail("too soon"), needs=[Machine.MAIL])
        assert (result.away, result.done) == (Machine.MAIL, 0)
    with clock.at(now + timedelta(seconds=30)):
        assert drain(Message.objects.all(), lambda item: None, needs=[Machine.MAIL]).done == 1
    assert list(open_outages()) == []


@pytest.mark.django_db
def test_row_that_alone_finds_the_machine_away_waits_alone():
    for key in "abc":
        put(key)
    result = drain(Message.objects.all(), lambda i: away(i) if i.key == "a" else None, needs=[Machine.MAIL])
    assert (result.done, result.put_off, result.away) == (2, 1, None)
    assert (Message.objects.get(key="a").attempts, list(open_outages())) == (0, [])


@pytest.mark.django_db
def test_another_machine_holds_back_only_the_rows_that_need_it():
    for key in "abcd":
        put(key)

    def some_need_the_storage(item):
        if item.key in "ac":
            raise Away(Machine.STORAGE, "full")

    result = drain(Message.objects.all(), some_need_the_storage, needs=[Machine.MAIL])
    assert (result.done, result.put_off, result.away) == (2, 2, None)
    assert [outage.machine for outage in open_outages()] == [Machine.STORAGE]


@pytest.mark.django_db
def test_row_put_off_comes_back_when_it_was_told_to():
    put("a")
    now = clock.now()

    def later(item):
        raise Later("mailbox full", after=timedelta(minutes=5))

    with clock.at(now):
        assert drain(Message.objects.all(), later).put_off == 1
    item = Message.objects.get()
    assert (item.attempts, item.due, item.last_error) == (0, now + timedelta(minutes=5), "mailbox full")


@pytest.mark.django_db
def test_drain_says_whether_there_may_be_more(monkeypatch):
    for n in range(3):
        put(str(n))
    assert drain(Message.objects.all(), lambda item: None, limit=2).is_full
    assert not drain(Message.objects.all(), lambda item: None, limit=2).is_full
    put("slow")
    assert drain(Message.objects.all(), lambda item: None, seconds=-1).is_full


@pytest.mark.django_db
def test_release_leaves_alone_what_another_worker_claimed():
    put("a")
    (mine,) = claim(Message.objects.all())
    with clock.at(clock.now() + timedelta(minutes=6)):
        claim(Message.objects.all())
        release(mine, "late")
        item = Message.objects.get()
        assert (item.attempts, item.last_error) == (2, "")


def test_database_that_goes_away_under_a_row_costs_it_nothing(committed_db):
    """A restart of PostgreSQL ends every connection: the row is given back by the next one."""
    put("a")

    def lose_the_database(item):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    for _restart in range(ATTEMPTS + 1):
        with pytest.raises(OperationalError):
            drain(Message.objects.all(), lose_the_database)
        item = Message.objects.get()
        assert (item.attempts, item.claimed_until) == (0, None)
        assert "terminat" in item.last_error
    assert Outage.objects.get().machine == Machine.DATABASE


def test_database_that_goes_away_once_a_row_is_done_loses_no_outcome(committed_db):
    put("a")
    put("b")
    done = []

    def do(item):
        done.append(item.key)
        end_our_connection()

    assert drain(Message.objects.all(), do).done == 2
    assert done == ["a", "b"]
    assert [m.attempts for m in Message.objects.exclude(done_at=None)] == [1, 1]
    assert Outage.objects.get().machine == Machine.DATABASE


@pytest.mark.django_db
def test_everything_given_up_starts_over_and_nothing_else():
    stuck = [put(key, attempts=ATTEMPTS, last_error="no") for key in "ab"]
    put("held", attempts=ATTEMPTS, claimed_until=clock.now() + timedelta(minutes=1))
    put("done", attempts=ATTEMPTS, done_at=clock.now())
    put("waits", attempts=1)
    assert retry_all(Message.objects.all()) == 2
    assert {m.pk for m in Message.objects.filter(attempts=0)} == {m.pk for m in stuck}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "answer", [Refused("550"), Later("451", after=timedelta(minutes=1)), None], ids=["refused", "put off", "done"]
)
def test_any_answer_of_the_machine_between_two_rows_says_that_it_is_there(answer):
    """Away, an answer, away: never two in a row, and the last word was not contradicted."""
    note_away(Machine.MAIL, "an hour ago")
    Outage.objects.update(next_try=clock.now() - timedelta(seconds=1))
    for key in "abc":
        put(key)

    def some(item):
        if item.key != "b":
            away(item)
        if answer:
            raise answer

    tried = drain(Message.objects.all().exclude(key="c"), some, needs=[Machine.MAIL])
    assert (tried.away, list(open_outages())) == (None, [])


@pytest.mark.django_db
def test_row_s_own_fault_says_nothing_of_the_machine():
    for key in "abc":
        put(key)

    def some(item):
        if item.key == "b":
            raise ValueError("a template")
        away(item)

    assert drain(Message.objects.all(), some, needs=[Machine.MAIL]).away == Machine.MAIL


def test_timeout_of_the_database_is_the_row_s_own_failure(committed_db):
    put("slow")

    def too_long(item):
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 20; SELECT pg_sleep(5)")

    assert drain(Message.objects.all(), too_long).failed == 1
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    assert Message.objects.get().attempts == 1
    assert not Outage.objects.exists()


@pytest.mark.django_db
def test_late_failure_changes_nothing_of_what_another_worker_has_done():
    put("slow")
    (mine,) = claim(Message.objects.all())
    with clock.at(clock.now() + timedelta(minutes=6)) as later:
        complete(Message.objects.get())
        fail(mine, "too late")
    item = Message.objects.get()
    assert (item.done_at, item.last_error) == (later, "")


@pytest.mark.django_db
def test_machine_so_slow_that_one_row_takes_the_whole_time_is_asked_by_a_second_row():
    for key in "abc":
        put(key)

    def lose_the_answer(item):
        raise Away(Machine.MAIL, "timed out", uncertain=True)

    result = drain(Message.objects.all(), lose_the_answer, needs=[Machine.MAIL], seconds=-1)
    assert (result.put_off, result.failed, result.away) == (2, 0, Machine.MAIL)
    assert set(Message.objects.values_list("attempts", flat=True)) == {0}


def lose_the_database_and_say_something_else(item):
    """What Django says of a statement after the one that found the connection lost, and what came of it."""
    Message.objects.count()
    end_our_connection()
    try:
        raise ProgrammingError("Cannot open a new connection in an atomic block.")
    except ProgrammingError as error:
        raise ValueError("while telling of it") from error


def test_database_that_is_away_under_an_error_of_another_kind_costs_the_row_nothing(committed_db):
    put("a")
    with pytest.raises(ValueError, match="while telling of it"):
        drain(Message.objects.all(), lose_the_database_and_say_something_else)
    item = Message.objects.get()
    assert (item.attempts, item.claimed_until) == (0, None)
    assert Outage.objects.get().machine == Machine.DATABASE


def test_what_must_be_written_is_written_once_the_database_is_back_whatever_was_raised(committed_db):
    tries = []

    def write():
        tries.append(1)
        if len(tries) <= 2:
            lose_the_database_and_say_something_else(None)
        put("written")

    insist(write)
    assert Message.objects.get().key == "written"


def test_what_cannot_be_written_for_another_reason_is_said_at_once(committed_db):
    tries = []

    def write():
        tries.append(1)
        if len(tries) == 1:
            lose_the_database_and_say_something_else(None)
        raise ZeroDivisionError

    for _once_lost_then_there in range(2):
        with pytest.raises(ZeroDivisionError):
            insist(write)
    assert len(tries) == 3


@pytest.mark.django_db
def test_reason_that_the_database_could_not_hold_is_kept_all_the_same():
    put("fails")
    put("waits")

    def do(item):
        if item.key == "fails":
            raise ValueError("no\x00such mailbox")
        raise Later("452 \x00 full", after=timedelta(minutes=1))

    assert drain(Message.objects.all(), do).failed == 1
    assert dict(Message.objects.values_list("key", "last_error")) == {
        "fails": "ValueError: no\ufffdsuch mailbox",
        "waits": "452 \ufffd full",
    }


@pytest.mark.django_db
def test_row_that_came_too_late_is_set_aside_at_once():
    put("a", set_aside_why="of an earlier time, since tried again")

    def too_late(item):
        raise TooLate("It was of use until noon.")

    assert drain(Message.objects.all(), too_late).stopped == 1
    assert list(stopped(Message.objects.all())) == []
    item = set_aside(Message.objects.all()).get()
    assert (item.attempts, item.last_error) == (ATTEMPTS, "It was of use until noon.")
    assert (item.set_aside_by, item.set_aside_why) == (None, "")


@pytest.mark.django_db
def test_two_machines_that_all_need_are_each_believed_the_second_time_in_a_row():
    for key in "abcde":
        put(key)
    met = iter([Machine.PDF, Machine.STORAGE, Machine.PDF, Machine.PDF])

    def find_one_away(item):
        raise Away(next(met), "away")

    result = drain(Message.objects.all(), find_one_away, needs=[Machine.PDF, Machine.STORAGE])
    assert (result.away, result.put_off) == (Machine.PDF, 4)
    assert [outage.machine for outage in open_outages()] == [Machine.PDF]
    assert drain(Message.objects.all(), pytest.fail, needs=[Machine.STORAGE, Machine.PDF]).away == Machine.PDF
    with clock.at(clock.now() + timedelta(minutes=1)):
        assert drain(Message.objects.all(), lambda item: None, needs=[Machine.STORAGE, Machine.PDF]).done == 5
    assert list(open_outages()) == []
