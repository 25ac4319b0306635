"""The claim loop, on the outbox's rows: real rows of a real table of work."""

from datetime import timedelta

import pytest

from notifications.models import Message
from tests.databases import at_once
from work import clock
from work.querysets import ATTEMPTS, stopped
from work.services import claim, complete, drain, fail, retry


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
