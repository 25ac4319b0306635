"""Long work: what it promises to whoever asked for it, when all goes well and when it does not."""

import contextvars
import threading
from datetime import timedelta
from hashlib import sha256
from itertools import product

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy

from audit.models import Entry
from tests.databases import at_once
from tests.mutants import proves
from tests.work.conftest import At, Count, Counting
from work import clock, jobs, nudges
from work.jobs import acts, kinds, results, runs
from work.models import Job, JobFailure, JobKeys, Outage
from work.outages import Away, Later, open_outages
from work.querysets import ATTEMPTS
from work.states import JobAct, JobKind, JobPhase, JobState, Machine
from work.tasks import run_jobs

WHOLE = b"head\n0\n1\n2\n3\n4\n5\n"


def read(job):
    with jobs.open_result(job) as file:
        return file.read()


def verbs(job):
    return list(Entry.objects.of("job", job.pk).values_list("verb", flat=True))


def stored(job):
    try:
        return default_storage.listdir(f"jobs/{job.token[:2]}/{job.token}")[1]
    except FileNotFoundError:
        return []


def elsewhere(act):
    """What this gives in another connection, as in another request or worker. It must not wait for the step."""
    given, failed = [], []

    def do():
        try:
            given.append(act())
        except Exception as problem:
            failed.append(problem)
        finally:
            connection.close()

    thread = threading.Thread(target=contextvars.copy_context().run, args=(do,))
    thread.start()
    thread.join(timeout=5)
    assert not thread.is_alive(), "the act waits for the step"
    assert failed == []
    return given[0]


# ------------------------------------------------------------------ what a kind says


@pytest.mark.parametrize("wrong", [{"total": "6"}, {"total": True}, {"size": None}, {"odd_fail": 1}, {"more": 1}])
def test_what_is_asked_is_typed_when_it_is_made_and_when_it_is_read_back(wrong):
    assert Count.read(Count(total=3).packed()) == Count(total=3)
    with pytest.raises(TypeError):
        Count(**wrong)
    with pytest.raises(TypeError):
        Count.read(Count().packed() | wrong)


def test_start_fails_on_a_kind_without_a_handler(monkeypatch):
    kinds.check_handlers()
    monkeypatch.delitem(kinds._HANDLERS, JobKind.FILE_LIST)
    with pytest.raises(ImproperlyConfigured, match="file_list"):
        kinds.check_handlers()


def test_a_kind_has_one_handler():
    with pytest.raises(ImproperlyConfigured, match="two handlers"):
        jobs.handles(JobKind.FILE_LIST)(Counting)


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["kind", "state", "phase"])
def test_the_database_refuses_a_word_that_no_list_knows(start, column):
    job = start()
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(**{column: "unheard"})


# ------------------------------------------------------------------ asking


@proves(jobs.start_job)
@pytest.mark.django_db
def test_the_same_question_is_the_same_job_while_it_is_under_way(start):
    first = start()
    assert start() == first
    assert start(total=7) != first
    run_jobs()
    assert start() != first
    assert verbs(first) == ["job.start", "job.finish"]


@proves(jobs.start_job, jobs.visible_to)
@pytest.mark.django_db
def test_each_person_has_their_own_jobs_and_their_own_ten(start, camille, sam):
    hers = [start(total=n) for n in range(10)]
    with translation.override("en-ca"):
        his = jobs.start_job(JobKind.FILE_LIST, Count(total=0), by=sam)
    assert (his in hers, his.language) == (False, "en")
    assert set(jobs.visible_to(camille)) == set(hers)
    assert list(jobs.visible_to(sam)) == [his]


def test_two_presses_at_once_start_one_job(committed_db, start):
    one, other = at_once(start, start)
    assert one == other
    assert Job.objects.count() == 1


@proves(jobs.start_job)
@pytest.mark.django_db
def test_a_person_has_at_most_ten_under_way(start):
    for n in range(10):
        start(total=n)
    with pytest.raises(jobs.NotNow), translation.override("en"):
        start(total=10)
    run_jobs()
    assert start(total=10).state == JobState.QUEUED


@pytest.mark.django_db
def test_what_is_asked_is_of_the_kind(camille, counting):
    with pytest.raises(TypeError):
        jobs.start_job(JobKind.FILE_LIST, At(), by=camille)


# ------------------------------------------------------------------ going well


@proves(results.put_together)
@pytest.mark.django_db
def test_a_job_is_done_whole_and_keeps_its_result(start):
    with translation.override("en"):
        job = start()
    assert (job.state, job.language, job.total) == ("queued", "en", None)
    run_jobs()
    job.refresh_from_db()
    assert (job.state, job.total, job.done, job.failed) == ("done", 6, 6, 0)
    assert (job.result_name, job.result_type, job.result_size) == ("count.txt", "text/plain", len(WHOLE))
    assert job.result_sha256 == sha256(WHOLE).hexdigest()
    assert read(job) == WHOLE
    assert (job.attempts, job.claimed_until, job.last_error) == (0, None, "")
    assert job.done_at == job.ended_at
    entry = Entry.objects.of("job", job.pk).last()
    assert (entry.actor_kind, entry.given["done"], entry.given["sha256"]) == ("clock", 6, job.result_sha256)


def test_the_pieces_are_gone_once_the_result_is_whole(committed_db, start):
    job = start()
    run_jobs()
    job.refresh_from_db()
    assert [f"jobs/{job.token[:2]}/{job.token}/{name}" for name in stored(job)] == [job.result_path]
    assert job.parts.count() == 0


def test_job_whose_piece_was_lost_begins_again_when_it_is_tried_again(committed_db, start, camille):
    """A storage restored from an earlier copy lacks what was written since."""
    job = start()
    now = clock.now()
    assert runs.run_waiting(0) == 0
    while not job.parts.exists():
        runs.run_waiting(0.01)
        job.refresh_from_db()
    default_storage.delete(job.parts.first().path)
    for hour in range(6):
        with clock.at(now + timedelta(hours=hour)):
            run_jobs()
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    with clock.at(now + timedelta(hours=7)):
        jobs.act_on_job(job, JobAct.RETRY, by=camille)
        run_jobs()
        job.refresh_from_db()
        assert (job.state, read(job)) == (JobState.DONE, WHOLE)


@pytest.mark.django_db
def test_jobs_take_turns(start, counting, monkeypatch):
    monkeypatch.setattr(runs, "TURN", 0)
    seen = []
    counting.meanwhile = lambda job, cursor: seen.append((job.asked["total"], cursor.number))
    start(total=4)
    start(total=6)
    run_jobs()
    assert seen == [(4, 0), (6, 0), (4, 2), (6, 2), (6, 4)]


def test_a_run_ends_in_time_and_asks_for_another(committed_db, start, monkeypatch):
    asked = []
    monkeypatch.setattr(nudges, "ask", lambda table, publish: asked.append(table))
    job = start()
    asked.clear()
    assert runs.run_waiting(0) == 0
    monkeypatch.setattr(runs, "monotonic", iter([0.0, 0.0, 0.0, *range(100, 200)]).__next__)
    assert runs.run_waiting(20) == 1
    job.refresh_from_db()
    assert (job.state, job.phase, job.attempts, job.claimed_until) == ("running", JobPhase.STEP, 0, None)
    assert asked == ["jobs"]


@proves(runs.run_waiting)
@pytest.mark.django_db
def test_no_turn_begins_once_the_time_is_over(start, monkeypatch):
    start()
    monkeypatch.setattr(runs, "monotonic", lambda: 100.0)
    assert runs.run_waiting(0) == 0


@proves(runs._take)
@pytest.mark.django_db
def test_a_worker_takes_a_job_when_fewer_than_two_are_held(start):
    first, second, _third = (start(total=n) for n in (1, 2, 3))
    assert [runs._take(), runs._take(), runs._take()] == [first, second, None]
    with clock.at(clock.now() + timedelta(minutes=2)):
        assert runs._take() == first  # its worker is gone, and so is the other


@proves(runs._held)
@pytest.mark.django_db
def test_a_job_is_held_by_who_claimed_it_as_long_as_it_runs_and_nobody_has_taken_it_since(start, camille):
    now = clock.now()
    with clock.at(now):
        start(total=1), start(total=2)
        other, mine = runs._take(), runs._take()
    assert other.claimed_until == mine.claimed_until
    assert runs._held(mine) == mine
    with clock.at(now + timedelta(minutes=2)):
        runs._take(), runs._take()
    assert runs._held(mine) is None
    mine.refresh_from_db()
    jobs.act_on_job(mine, JobAct.PAUSE, by=camille)
    assert runs._held(mine) is None


def test_at_most_two_jobs_are_worked_on_at_once(committed_db, start, counting):
    turns = {}

    def another_worker(job, cursor):
        turns.setdefault(job.asked["total"], None)
        if turns[job.asked["total"]] is None:
            turns[job.asked["total"]] = elsewhere(runs.run_waiting)

    counting.meanwhile = another_worker
    for total in (1, 2, 3):
        start(total=total)
    runs.run_waiting()
    assert turns == {1: 2, 2: 0, 3: 0}  # while 1 was in hand: 2, then 3; while 1 and 2 were: nothing
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}


# ------------------------------------------------------------------ what failed


@pytest.mark.django_db
def test_what_failed_is_kept_in_both_languages_and_counted(start):
    job = start(odd_fail=True)
    run_jobs()
    job.refresh_from_db()
    assert (job.state, job.done, job.failed) == ("done", 6, 3)
    assert list(job.failures.order_by("pk").values_list("label", "reason_fr", "reason_en")) == [
        ("number 1", "Oui", "Yes"),
        ("number 3", "Oui", "Yes"),
        ("number 5", "Oui", "Yes"),
    ]


@pytest.mark.django_db
def test_a_thousand_failures_are_kept_and_all_are_counted(start):
    job = start(total=2400, size=600, odd_fail=True)
    run_jobs()
    job.refresh_from_db()
    assert (job.failed, JobFailure.objects.count()) == (1200, 1000)


@pytest.mark.django_db
def test_a_refusal_fails_the_job_at_once_with_its_sentence(start, counting):
    def refuse(job, cursor):
        raise jobs.Refused(gettext_lazy("Yes"))

    counting.meanwhile = refuse
    job = start()
    run_jobs()
    job.refresh_from_db()
    assert (job.state, job.reason_fr, job.reason_en) == ("failed", "Oui", "Yes")
    assert verbs(job) == ["job.start", "job.fail"]


@pytest.mark.django_db
def test_a_step_that_raises_is_tried_three_times_and_nothing_of_it_is_kept(start, counting):
    def write_and_break(job, cursor):
        if cursor.number == 2:
            JobFailure.objects.create(job=job, label="half", reason_fr="", reason_en="")
            raise ValueError("row 2")

    counting.meanwhile = write_and_break
    job, now = start(), clock.now()
    for attempt, hour in enumerate(range(5), start=1):
        with clock.at(now + timedelta(hours=hour)):
            run_jobs()
        job.refresh_from_db()
        assert job.state == ("running" if attempt < ATTEMPTS else "failed")
        assert (job.done, job.cursor) == (2, {"number": 2})
    assert job.last_error == "ValueError: row 2"
    assert JobFailure.objects.count() == 0
    with translation.override("en"):
        assert job.reason == (
            "The same part of the work failed three times in a row. Nothing of that part was kept. "
            "Try again; if it fails again, tell an administrator of your cluster."
        )


@pytest.mark.django_db
def test_progress_begins_the_count_of_attempts_again(start, counting):
    broken = {0: 2, 2: 2, 4: 2}

    def break_twice(job, cursor):
        if broken[cursor.number]:
            broken[cursor.number] -= 1
            raise OSError("for a moment")

    counting.meanwhile = break_twice
    job, now = start(), clock.now()
    for hour in range(7):
        with clock.at(now + timedelta(hours=hour)):
            run_jobs()
    job.refresh_from_db()
    assert (job.state, read(job)) == ("done", WHOLE)


@pytest.mark.django_db
def test_a_worker_that_dies_three_times_at_a_step_fails_the_job(start):
    job, now = start(), clock.now()
    for minute in range(3):
        with clock.at(now + timedelta(minutes=2 * minute)):
            assert runs._take()  # and nothing more: the worker is gone
    with clock.at(now + timedelta(minutes=10)):
        run_jobs()
    job.refresh_from_db()
    assert (job.state, job.last_error) == ("failed", "the worker died")


@pytest.mark.django_db
def test_a_storage_that_is_away_costs_no_attempt(start, counting, monkeypatch):
    def away(*_args):
        raise OSError("no space left on device")

    job, now = start(), clock.now()
    with monkeypatch.context() as patched:
        patched.setattr(default_storage, "save", away)
        for minute in range(6):
            with clock.at(now + timedelta(minutes=2 * minute)):
                run_jobs()
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("running", 0)
    assert job.last_error == "OSError: no space left on device"
    with clock.at(now + timedelta(minutes=20)):
        run_jobs()
    job.refresh_from_db()
    assert (job.state, job.last_error, read(job)) == ("done", "", WHOLE)


# ------------------------------------------------------------------ what people do

# state: the state after pause, resume, cancel and try again; "no" where it is refused.
ACTS = {
    "queued": ("paused", "queued", "cancelled", "queued"),
    "running": ("paused", "running", "cancelled", "running"),
    "paused": ("paused", "queued", "cancelled", "no"),
    "done": ("no", "no", "no", "no"),
    "failed": ("no", "no", "no", "queued"),
    "cancelled": ("no", "no", "cancelled", "no"),
}
FOUR = (JobAct.PAUSE, JobAct.RESUME, JobAct.CANCEL, JobAct.RETRY)


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "act"), list(product(ACTS, FOUR)))
def test_each_act_by_each_person_in_each_state(cast, counting, state, act):
    """Its owner and an administrator of the cluster may, and nobody else even sees it."""
    expected = ACTS[state][FOUR.index(act)]
    for person in ("officer", "administrator", "screener", "auditor", "sophie"):
        by = getattr(cast, person)
        job = jobs.start_job(JobKind.FILE_LIST, Count(), by=cast.officer)
        Job.objects.filter(pk=job.pk).update(state=state)
        with transaction.atomic():
            if person not in ("officer", "administrator"):
                with pytest.raises(jobs.NotYours):
                    jobs.act_on_job(job, act, by=by)
            elif expected == "no":
                with pytest.raises(jobs.NotNow):
                    jobs.act_on_job(job, act, by=by)
            else:
                assert jobs.act_on_job(job, act, by=by).state == expected
        told = [] if expected in ("no", state) or person not in ("officer", "administrator") else [f"job.{act}"]
        assert verbs(job) == ["job.start", *told]
        Job.objects.filter(pk=job.pk).update(state="cancelled")


def test_every_state_is_in_the_matrix():
    assert list(ACTS) == JobState.values


@pytest.mark.parametrize("state", JobState.values)
def test_what_is_offered_is_what_changes_something(state):
    offered = jobs.acts_for(Job(state=state))
    assert offered == [act for act, after in zip(FOUR, ACTS[state], strict=True) if after not in ("no", state)]


@pytest.mark.parametrize(("act", "state"), [(JobAct.PAUSE, "paused"), (JobAct.CANCEL, "cancelled")])
def test_an_act_during_a_step_takes_effect_at_its_end_and_is_not_written_over(
    committed_db, start, counting, camille, act, state
):
    counting.meanwhile = lambda job, cursor: (
        cursor.number == 2 and elsewhere(lambda: jobs.act_on_job(job, act, by=camille))
    )
    job = start()
    run_jobs()
    job.refresh_from_db()
    assert (job.state, job.done, job.cursor, job.claimed_until) == (state, 4, {"number": 4}, None)
    run_jobs()
    job.refresh_from_db()
    assert (job.state, job.done) == (state, 4)


def test_a_paused_job_goes_on_from_where_it_stopped(committed_db, start, counting, camille):
    seen = []
    counting.meanwhile = lambda job, cursor: (
        seen.append(cursor.number),
        cursor.number == 2 and elsewhere(lambda: jobs.act_on_job(job, JobAct.PAUSE, by=camille)),
    )
    job = start()
    run_jobs()
    jobs.act_on_job(job, JobAct.RESUME, by=camille)
    run_jobs()
    job.refresh_from_db()
    assert (job.state, seen, read(job)) == ("done", [0, 2, 4], WHOLE)
    assert verbs(job) == ["job.start", "job.pause", "job.resume", "job.finish"]


@pytest.mark.parametrize(("act", "state"), [(JobAct.PAUSE, "paused"), (JobAct.CANCEL, "cancelled")])
def test_an_act_while_the_result_is_put_together_leaves_none(committed_db, start, counting, camille, act, state):
    counting.at_the_end = lambda job: elsewhere(lambda: jobs.act_on_job(job, act, by=camille))
    job = start()
    run_jobs()
    job.refresh_from_db()
    assert (job.state, job.result_path, job.claimed_until) == (state, "", None)
    assert not job.has_result
    if state == "paused":
        counting.at_the_end = lambda job: None
        jobs.act_on_job(job, JobAct.RESUME, by=camille)
        run_jobs()
        job.refresh_from_db()
        assert read(job) == WHOLE


def test_paused_and_resumed_during_one_step_nothing_is_done_twice(committed_db, start, counting, camille):
    seen = []

    def both(job, cursor):
        seen.append(cursor.number)
        if cursor.number == 2:
            elsewhere(lambda: jobs.act_on_job(job, JobAct.PAUSE, by=camille))
            elsewhere(lambda: jobs.act_on_job(job, JobAct.RESUME, by=camille))
            assert elsewhere(runs.run_waiting) == 0  # it is still held by the worker in its step

    counting.meanwhile = both
    job = start()
    run_jobs()
    job.refresh_from_db()
    assert (job.state, seen, read(job)) == ("done", [0, 2, 4], WHOLE)


def test_a_worker_that_was_overtaken_keeps_nothing(committed_db, start, counting):
    def take_over(job, cursor):
        if cursor.number == 2:
            counting.meanwhile = lambda job, cursor: None
            with clock.at(clock.now() + timedelta(minutes=2)):
                assert elsewhere(runs.run_waiting) == 1

    counting.meanwhile = take_over
    job = start()
    run_jobs()
    job.refresh_from_db()
    assert (job.state, job.done, read(job)) == ("done", 6, WHOLE)


@pytest.mark.django_db
def test_a_job_that_failed_goes_on_from_where_it_stopped_when_tried_again(start, counting, camille):
    def refuse(job, cursor):
        if cursor.number == 2:
            raise jobs.Refused("no")

    counting.meanwhile = refuse
    job = start()
    run_jobs()
    counting.meanwhile = lambda job, cursor: None
    job = jobs.act_on_job(job, JobAct.RETRY, by=camille)
    assert (job.state, job.reason_fr, job.ended_at, job.keep_until) == ("queued", "", None, None)
    run_jobs()
    job.refresh_from_db()
    assert (job.state, job.done, read(job)) == ("done", 6, WHOLE)


@pytest.mark.django_db
def test_a_failed_job_is_not_tried_again_beside_the_same_one(start, counting, camille):
    def refuse(job, cursor):
        raise jobs.Refused("no")

    counting.meanwhile = refuse
    failed = start()
    run_jobs()
    start()
    with pytest.raises(jobs.NotNow):
        jobs.act_on_job(failed, JobAct.RETRY, by=camille)


# ------------------------------------------------------------------ what is kept


@pytest.mark.django_db
def test_a_result_is_kept_seven_days_and_the_row_says_when_it_went(start):
    job = start()
    run_jobs()
    job.refresh_from_db()
    with clock.at(job.ended_at + timedelta(days=6, hours=23)):
        run_jobs()
        assert read(job) == WHOLE
    with clock.at(job.ended_at + timedelta(days=7, minutes=1)) as later:
        with pytest.raises(jobs.ResultGone):  # before any sweep
            read(job)
        run_jobs()
    job.refresh_from_db()
    assert (job.removed_at, job.keep_until, job.result_path, job.has_result) == (later, None, "", False)
    assert job.result_sha256 == sha256(WHOLE).hexdigest()
    assert stored(job) == []


@pytest.mark.django_db
def test_the_pieces_of_a_cancelled_job_are_removed(start, counting, camille):
    counting.meanwhile = lambda job, cursor: jobs.act_on_job(job, JobAct.CANCEL, by=camille)
    job = start()
    run_jobs()
    assert len(stored(job)) == 2
    with clock.at(clock.now() + timedelta(minutes=2)):
        run_jobs()
    assert stored(job) == []


@proves(acts._go_on, results._remove_result)
@pytest.mark.django_db
def test_what_is_removed_or_forgotten_of_a_job_is_its_own(start, counting, camille):
    """One that was tried again keeps what it has; what begins anew forgets what it froze; others keep theirs."""

    def refuse(job, cursor):
        raise jobs.Refused("no")

    counting.meanwhile = refuse
    other, job = start(total=1), start(total=2)
    run_jobs()
    for one in (other, job):
        JobKeys.objects.create(job=one, keys=[1, 2])
        one.refresh_from_db()
    with clock.at(job.keep_until - timedelta(seconds=1)):
        assert not results._remove_result(job.pk)
    with clock.at(job.keep_until):
        jobs.act_on_job(other, JobAct.RETRY, by=camille)
        assert not results._remove_result(other.pk)
        assert JobKeys.objects.count() == 2
        assert results._remove_result(job.pk)
        assert list(JobKeys.objects.values_list("job", flat=True)) == [other.pk]
    JobKeys.objects.create(job=job, keys=[1, 2])
    jobs.act_on_job(job, JobAct.RETRY, by=camille)
    assert list(JobKeys.objects.values_list("job", flat=True)) == [other.pk]


@pytest.mark.django_db
def test_a_job_tried_again_after_its_pieces_went_begins_anew(start, counting, camille):
    def refuse(job, cursor):
        if cursor.number == 2:
            raise jobs.Refused("no")

    counting.meanwhile = refuse
    job = start(odd_fail=True)
    run_jobs()
    with clock.at(clock.now() + timedelta(days=8)):
        run_jobs()
        counting.meanwhile = lambda job, cursor: None
        jobs.act_on_job(job, JobAct.RETRY, by=camille)
        run_jobs()
        job.refresh_from_db()
        assert (job.state, job.done, job.failed, job.failures.count()) == ("done", 6, 3, 3)
        assert read(job) == WHOLE


@pytest.mark.django_db
def test_a_file_lost_from_the_storage_is_gone(start):
    job = start()
    run_jobs()
    job.refresh_from_db()
    default_storage.delete(job.result_path)
    with pytest.raises(jobs.ResultGone):
        read(job)


@pytest.mark.django_db
def test_a_step_that_is_put_off_costs_no_attempt(start, counting, monkeypatch):
    job = start()

    def later(*_args):
        raise Later("not now", after=timedelta(minutes=3))

    now = clock.now()
    with clock.at(now), monkeypatch.context() as patched:
        patched.setattr(Counting, "begin", later)
        run_jobs()
    job.refresh_from_db()
    assert (job.attempts, job.last_error, job.due) == (0, "not now", now + timedelta(minutes=3))


@pytest.mark.django_db
def test_a_machine_that_a_job_finds_away_is_told(start, counting, monkeypatch):
    start()

    def away(*_args):
        raise Away(Machine.STORAGE, "full")

    monkeypatch.setattr(Counting, "begin", away)
    run_jobs()
    assert [outage.machine for outage in open_outages()] == [Machine.STORAGE]


@pytest.mark.parametrize("told_as", [None, ValueError], ids=["as it is", "as an error of another kind"])
def test_a_database_that_goes_away_under_a_step_costs_no_attempt(committed_db, start, counting, monkeypatch, told_as):
    """A restart of PostgreSQL ends every connection: the step is given back by the next one, and done."""
    job, restarts = start(), []
    step = Counting.step

    def lose_the_database(*asked):
        if len(restarts) < ATTEMPTS + 1:
            restarts.append(1)
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            except OperationalError as error:
                raise (told_as("while telling of it") if told_as else error) from error.__cause__
        return step(*asked)

    monkeypatch.setattr(Counting, "step", lose_the_database)
    for _restart in range(ATTEMPTS + 2):
        run_jobs()
    job.refresh_from_db()
    assert len(restarts) == ATTEMPTS + 1
    assert (job.state, read(job)) == ("done", WHOLE)
    assert {outage.machine for outage in Outage.objects.all()} == {Machine.DATABASE}


@pytest.mark.django_db
def test_a_result_whose_storage_has_gone_is_not_told_as_no_longer_kept(start, counting, monkeypatch):
    job = start()
    run_jobs()
    job.refresh_from_db()
    with monkeypatch.context() as patched:
        patched.setattr("work.storage.why_away", lambda: "the volume is not there")
        patched.setattr(default_storage, "open", lambda *a: (_ for _ in ()).throw(FileNotFoundError(job.result_path)))
        with pytest.raises(Away):
            jobs.open_result(job)
    default_storage.delete(job.result_path)
    with pytest.raises(jobs.ResultGone):
        jobs.open_result(job)


def test_a_result_has_five_minutes_to_be_put_together_where_a_step_has_one(start, counting):
    now, held = clock.now(), []
    counting.meanwhile = lambda job, cursor: held.append(job.claimed_until - now)
    counting.at_the_end = lambda job: held.append(job.claimed_until - now)
    with clock.at(now):
        start(total=2)
        run_jobs()
    assert held == [timedelta(minutes=1), timedelta(minutes=5)]


@pytest.mark.django_db
def test_a_job_that_found_the_storage_away_says_so_and_waits_a_minute(start, monkeypatch):
    def away(*_args):
        raise OSError("no space left on device")

    now = clock.now()
    with clock.at(now), monkeypatch.context() as patched:
        patched.setattr(default_storage, "save", away)
        job = start()
        run_jobs()
    outage = open_outages().get()
    assert (outage.machine, outage.reason) == (Machine.STORAGE, "OSError: no space left on device")
    for seconds, state in ((59, "running"), (60, "done")):
        with clock.at(now + timedelta(seconds=seconds)):
            run_jobs()
        job.refresh_from_db()
        assert job.state == state


@pytest.mark.django_db
def test_what_a_job_worked_through_is_forgotten_with_its_result(start):
    job = start()
    run_jobs()
    job.refresh_from_db()
    JobKeys.objects.create(job=job, keys=[1, 2])
    with clock.at(job.ended_at + timedelta(days=6, hours=23)):
        run_jobs()
        assert JobKeys.objects.exists()
    with clock.at(job.ended_at + timedelta(days=7, minutes=1)):
        run_jobs()
        assert not JobKeys.objects.exists()


def test_a_job_cancelled_while_its_result_is_put_together_leaves_nothing_once_its_time_is_over(
    committed_db, start, counting, camille
):
    """What is being written is not removed from under its worker, and is removed once it is whole."""
    now = clock.now()

    def cancel_and_clean_up(job):
        elsewhere(lambda: jobs.act_on_job(job, JobAct.CANCEL, by=camille))
        with clock.at(now + timedelta(minutes=2)):
            assert elsewhere(jobs.remove_results) == 0

    counting.at_the_end = cancel_and_clean_up
    with clock.at(now):
        job = start()
        run_jobs()
    job.refresh_from_db()
    assert (job.state, job.keep_until) == ("cancelled", now + timedelta(minutes=5))
    assert stored(job) != []
    with clock.at(now + timedelta(minutes=5)):
        run_jobs()
    assert stored(job) == []


@pytest.mark.django_db
def test_files_that_cannot_be_removed_keep_no_others_and_are_left_for_an_hour(start, camille, monkeypatch, caplog):
    """A folder that holds what is not ours, in a storage that stands."""
    now = clock.now()
    with clock.at(now):
        first, second = start(total=1), start(total=2)
        run_jobs()
    foreign = f"jobs/{first.token[:2]}/{first.token}/foreign/file"
    default_storage.save(foreign, ContentFile(b"not ours"))
    with clock.at(now + timedelta(days=8)):
        assert jobs.remove_results() == 1
        assert jobs.remove_results() == 0
    assert caplog.text.count("could not be removed") == 1
    assert (stored(first), stored(second)) == ([], [])  # the folder stays, for what it holds
    for job, removed in ((first, False), (second, True)):
        job.refresh_from_db()
        assert (job.removed_at is not None) == removed
    default_storage.delete(foreign)
    default_storage.delete(foreign.rpartition("/")[0])
    with clock.at(now + timedelta(days=8, hours=1)):
        assert jobs.remove_results() == 1


@proves(
    jobs.remove_results, moot={"without `keep_until__lte=now`": "each is asked again under its lock, those over first"}
)
@pytest.mark.django_db
def test_results_are_removed_the_longest_over_first_and_so_many_at_once(start, monkeypatch):
    """One that cannot be removed is left for an hour, and no other is."""
    now, removed = clock.now(), []

    def remove(job):
        removed.append(job.digest)
        if job.digest == "third":
            raise ValueError("what is not ours")

    monkeypatch.setattr(results, "MOST", 3)
    monkeypatch.setattr(results, "remove_pieces", remove)
    hour = timedelta(hours=1)
    over = {"second": hour, "third": hour, "first": 2 * hour, "just over": 0 * hour, "later": -hour, "left": 9 * hour}
    for n, (name, since) in enumerate(over.items()):
        due = now + hour if name == "left" else now
        Job.objects.filter(pk=start(total=n).pk).update(digest=name, keep_until=now - since, due=due)
    start(total=9)  # of which nothing is to be removed
    with clock.at(now):
        assert jobs.remove_results() == 2
        assert removed == ["first", "second", "third"]
        assert jobs.remove_results() == 1
        assert removed[3:] == ["just over"]
    assert Job.objects.get(digest="third").due == now + results.LEFT_FOR


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["give_up_dead", "remove_results"])
@pytest.mark.parametrize("error", [RuntimeError("NoSuchBucket"), Away(Machine.STORAGE, "full")])
def test_nothing_that_goes_wrong_in_the_clean_up_keeps_the_jobs_from_running(start, monkeypatch, part, error):
    def broken():
        raise error

    monkeypatch.setattr(jobs, part, broken)
    job = start()
    run_jobs()
    job.refresh_from_db()
    assert (job.state, read(job)) == ("done", WHOLE)


@pytest.mark.django_db
def test_a_piece_at_fault_in_a_storage_that_stands_fails_its_job_after_three_tries(start, counting, monkeypatch):
    """A piece that a folder has taken the place of: no machine is away, and the job says so instead of waiting."""

    def replace_the_first(job):
        counting.at_the_end = lambda job: None
        path = job.parts.order_by("pk").first().path
        default_storage.delete(path)
        default_storage.save(f"{path}/in", ContentFile(b"x"))

    counting.at_the_end = replace_the_first
    job, now, seen = start(), clock.now(), []
    for hour in range(3):
        with clock.at(now + timedelta(hours=hour)):
            run_jobs()
        job.refresh_from_db()
        seen.append((job.state, job.attempts))
    assert seen == [("running", 1), ("running", 2), ("failed", 3)]
    assert job.last_error.startswith("IsADirectoryError")
    assert not open_outages().exists()


@proves(runs._runnable)
@pytest.mark.django_db
@pytest.mark.parametrize("state", JobState.values)
def test_a_job_is_given_up_for_its_dead_worker_in_no_state_but_those_that_run(start, state):
    job = start()
    Job.objects.filter(pk=job.pk).update(state=state, attempts=ATTEMPTS)
    assert jobs.give_up_dead() == (1 if state in ("queued", "running") else 0)
    job.refresh_from_db()
    assert job.state == ("failed" if state in ("queued", "running") else state)
