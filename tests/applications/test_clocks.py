"""The one clock of a file: the row of the staff, the page of the applicant and what a finding sets say one day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils.translation import override
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from applications.findings import checklist_of
from applications.models import Application
from applications.rules import Change
from applications.selectors import work_for
from applications.selectors.deadlines import clock_of, due_in_words
from applications.selectors.progress import next_steps
from applications.services.changes import cancel_request, extend_request, request_changes, resubmit_application
from applications.services.cohorts import move_incomplete_files
from applications.services.drafts import save_answer
from applications.services.screening import find_complete, find_eligible, find_ineligible, mark_finding
from applications.services.submission import take_back_application, withdraw_application
from applications.states import ChangeWhy
from audit.actors import CLOCK
from moves.services import declare_standing
from programs.models import Call
from programs.services.calls import extend_call
from tests.files import AT, another, decision_promised, submit, submitted_file, with_rules
from work import clock

ITEM = Change("method", ChangeWhy.INCOMPLETE, "Nommez la personne qui mène chaque étape.")
FIRST = datetime(2026, 9, 30, 21, tzinfo=UTC)
SECOND = datetime(2027, 1, 31, 22, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def file(cast, programme):
    """Submitted on 14 September, for the cohort that closes on the 30th: decided 45 days after it closes, or after the
    day when the file is complete."""
    made = submitted_file(cast, programme)
    declare_standing(made.pk, user=cast.screener, standing="clear")
    return made


def fresh(file):
    return Application.objects.get(pk=file.pk)


def complete(file, cast, at):
    with clock.at(at):
        return find_complete(fresh(file), by=cast.screener)


def ask(file, cast, at, days=90):
    with clock.at(at):
        request_changes(fresh(file), by=cast.officer, items=[ITEM], due=at + days * DAY)
    return fresh(file)


def cancel(file, cast, at):
    with clock.at(at):
        return cancel_request(fresh(file), by=cast.officer, reason="Erreur.")


def send_again(file, cast, at):
    with clock.at(at):
        version = file.answers.get(question="method").version
        save_answer(
            fresh(file),
            "method",
            f"Chaque étape a son nom ({file.snapshots.count()}).",
            by=cast.sophie,
            version=version,
        )
        return resubmit_application(fresh(file), by=cast.sophie)


def said(file, at=AT):
    """What the applicant reads of its decision, on its page."""
    with override("en"), clock.at(at):
        return [step for step in next_steps(fresh(file)) if "The decision" in step]


def days(file):
    """The day of the row, which the staff and their lists show, and that of the applicant: one or the other."""
    row, applicant = fresh(file).due, decision_promised(fresh(file))
    assert row == applicant
    told = f"The decision is sent to you by letter by {clock.format_day(row, 'en')}."
    assert said(file) == [told]
    return clock.day_of(row)


def pass_all(file, cast, at):
    with clock.at(at):
        for item in checklist_of(fresh(file)):
            mark_finding(fresh(file), item.key, by=cast.screener, passed=True)
        return find_eligible(fresh(file), by=cast.screener)


def test_a_day_says_what_is_to_be_done_by_it(file, cast, client):
    """It jumps as the file is found complete: it is no longer that of the same thing. On the page, in the list and in
    the work of who screens."""

    def said():
        client.force_login(cast.screener)
        cast.screener.language = "en"
        cast.screener.save(update_fields=["language"])
        words = due_in_words(fresh(file))
        head = client.get(reverse("file-screening", args=[file.reference])).content.decode()
        (line,) = [one for one in work_for(cast.screener) if file.reference in one.label]
        listed = client.get(reverse("file-list")).content.decode()
        return words, words in head, line.note.endswith(f" · {words}"), words.partition(" by ")[0] in listed

    with override("en"), clock.at(AT + DAY):
        assert said() == ("Say whether the file is complete by September\u00a028, 2026", True, True, True)
    complete(file, cast, AT + 2 * DAY)
    with override("en"), clock.at(AT + 3 * DAY):
        assert said() == ("Decide by November\u00a014, 2026", True, True, True)
    with override("fr"):
        assert due_in_words(fresh(file)) == "Décider au plus tard le 14\u00a0novembre\u00a02026"
    contested = another(fresh(file), state="in_reconsideration", last_told="in_reconsideration", last_told_at=AT)
    with override("en"):
        assert due_in_words(contested) == "Answer a reconsideration by November\u00a014, 2026"
        assert due_in_words(another(fresh(file), state="waitlisted", due=None)) == ""


# ------------------------------------------------------------ changes asked


def test_pause_before_the_closing_takes_nothing_from_days_that_begin_there(file, cast):
    """Twelve days of September: the 45 days of the decision begin on the 30th."""
    complete(file, cast, AT + 2 * DAY)
    assert days(file) == date(2026, 11, 14)
    asked = ask(file, cast, AT + 2 * DAY)
    assert (asked.due, asked.due_left, decision_promised(asked), said(file)) == (None, 45 * DAY, None, [])
    cancel(file, cast, AT + 14 * DAY)
    assert days(file) == date(2026, 11, 14)
    pass_all(file, cast, AT + 14 * DAY)
    assert days(file) == date(2026, 11, 14)


def test_pause_after_the_closing_is_kept_by_every_finding(file, cast):
    """The clocks go back on 1 November: sixteen days all the same."""
    complete(file, cast, AT + 2 * DAY)
    asked = ask(file, cast, datetime(2026, 10, 20, 14, tzinfo=UTC))
    assert (asked.due, asked.due_left) == (None, 25 * DAY)
    cancel(file, cast, datetime(2026, 11, 5, 15, tzinfo=UTC))
    assert days(file) == date(2026, 11, 30)
    pass_all(file, cast, datetime(2026, 11, 6, 15, tzinfo=UTC))
    assert days(file) == date(2026, 11, 30)


def test_pause_over_the_closing_counts_from_it_and_the_clock_goes_on_when_found_complete_again(file, cast):
    complete(file, cast, AT + 2 * DAY)
    ask(file, cast, AT + 2 * DAY)
    sent = send_again(file, cast, AT + 32 * DAY)
    assert (sent.complete_at, sent.first_complete_at) == (None, AT + 2 * DAY)
    assert days(file) == date(2026, 11, 30)  # sixteen days after the closing
    again = complete(file, cast, AT + 39 * DAY)
    assert (again.complete_at, again.first_complete_at) == (AT + 39 * DAY, AT + 2 * DAY)
    assert days(file) == date(2026, 11, 30)


def test_second_pause_is_counted_in_the_days_of_the_same_clock(file, cast):
    """All days, not those of business, though the file was not found complete again in between."""
    complete(file, cast, AT + DAY)
    ask(file, cast, AT + DAY)
    send_again(file, cast, AT + 4 * DAY)
    assert days(file) == date(2026, 11, 14)
    assert ask(file, cast, FIRST + 5 * DAY).due_left == 40 * DAY
    send_again(file, cast, FIRST + 28 * DAY)
    assert days(file) == date(2026, 12, 7)


def test_late_decision_is_still_as_late_after_a_pause(file, cast):
    complete(file, cast, AT + DAY)
    late = datetime(2026, 11, 17, 15, tzinfo=UTC)
    assert ask(file, cast, late).due_left == -3 * DAY
    back = cancel(file, cast, late + 10 * DAY)
    assert clock.day_of(back.due) == clock.day_of(decision_promised(fresh(back))) == date(2026, 11, 24)
    assert said(file, late + 10 * DAY) == [
        "The decision was due by November\u00a024, 2026. It is late; it will still reach you by letter."
    ]


def test_more_time_to_answer_moves_no_clock(file, cast):
    complete(file, cast, AT + DAY)
    asked = ask(file, cast, FIRST + DAY, days=5)
    with clock.at(FIRST + 2 * DAY):
        extend_request(fresh(file), by=cast.officer, due=FIRST + 30 * DAY, reason="Vacances.")
    assert (fresh(file).due, fresh(file).due_left) == (None, asked.due_left)


# -------------------------------------------------- the closing and the cohort


def test_closing_that_is_extended_moves_every_clock_that_counts_from_it(file, cast):
    """The file in screening that was found complete, the eligible one, the paused one; not that of completeness."""
    Call.objects.filter(pk=file.call_id).update(closes_at=FIRST, cohorts=[])
    complete(file, cast, AT + 2 * DAY)
    eligible = another(fresh(file), state="eligible")
    new = another(file, complete_at=None, first_complete_at=None, due=file.due)
    paused = another(fresh(file), state="changes_requested", due=None, due_left=20 * DAY)
    paused.change_requests.create(by=cast.officer, at=FIRST + 10 * DAY, due=FIRST + 90 * DAY)
    stopped = another(fresh(file), state="waitlisted", due=None)
    with clock.at(AT + 3 * DAY):
        extend_call(Call.objects.get(pk=file.call_id), by=cast.officer, closes_at=FIRST + 30 * DAY, reason="Panne.")
    assert [days(one) for one in (file, eligible)] == [date(2026, 12, 14)] * 2
    assert clock.day_of(fresh(new).due) == date(2026, 9, 28)
    assert [(fresh(one).due, fresh(one).due_left) for one in (paused, stopped)] == [(None, 45 * DAY), (None, None)]


def test_file_moved_to_the_next_cohort_counts_from_its_closing(file, cast):
    """Four months of pause are not added to it: they came before."""
    complete(file, cast, AT + DAY)
    ask(file, cast, FIRST + 5 * DAY, days=200)
    assert fresh(file).due_left == 40 * DAY
    with clock.at(FIRST + 21 * DAY):
        assert move_incomplete_files(by=CLOCK) == 1
    assert (fresh(file).cohort_closes_at, fresh(file).due, fresh(file).due_left) == (SECOND, None, 45 * DAY)
    send_again(file, cast, SECOND - 10 * DAY)
    assert days(file) == clock.day_of(SECOND) + 45 * DAY


# ------------------------------------------------------------------- complete


@pytest.mark.parametrize(
    ("many", "kind", "day"),
    [
        (2, "business", date(2026, 9, 16)),
        (6, "business", date(2026, 9, 22)),
        (6, "calendar", date(2026, 9, 20)),
        (13, "business", date(2026, 10, 1)),
        (13, "federal_business", date(2026, 10, 2)),  # 30 September is a holiday of the federal government alone
    ],
)
def test_each_clock_counts_the_days_that_the_rules_say(file, cast, many, kind, day):
    """Of completeness until the file is found complete, then of the decision; from Monday 14 September 2026."""
    promised = {"days": many, "kind": kind, "from": "submission"}
    other = {"days": 90, "kind": "calendar", "from": "submission"}

    def row(**service):
        with_rules(file.call, service=service)
        return clock.day_of(clock_of(fresh(file)).due)

    assert row(complete=promised, decide=other) == day
    complete(file, cast, AT + DAY)
    assert row(complete=other, decide=promised) == day


@pytest.mark.parametrize(
    ("start", "before", "day"),
    [
        ("submission", ["by October\u00a029, 2026."], date(2026, 10, 29)),
        ("closing", ["by November\u00a014, 2026."], date(2026, 11, 14)),
        ("complete", ["within 45 calendar days of the day your application is confirmed complete."], date(2026, 11, 9)),
        (
            "closing_or_complete",
            [
                "by November\u00a014, 2026, if your application is confirmed complete before its cohort closes; "
                "otherwise, "
                "within 45 calendar days of the day it is confirmed complete."
            ],
            date(2026, 11, 14),
        ),
    ],
)
def test_complete_is_the_day_that_the_applicant_is_told(file, cast, start, before, day):
    """Sent on 14 September, found complete on the 25th: no day is promised of what is not found yet."""
    with_rules(file.call, service={"decide": {"days": 45, "kind": "calendar", "from": start}})
    assert said(file) == [f"The decision is sent to you by letter {words}" for words in before]
    complete(file, cast, AT + 11 * DAY)
    assert days(file) == day


def test_after_the_closing_the_decision_waits_for_the_day_the_file_is_complete(file, cast):
    sentence = (
        "The decision is sent to you by letter within 45 calendar days of the day your application is confirmed "
        "complete."
    )
    assert said(file, FIRST) == [sentence]
    complete(file, cast, FIRST + 10 * DAY)
    assert days(file) == date(2026, 11, 24)


def test_nothing_is_said_of_a_decision_that_is_not_promised(file, cast):
    with_rules(file.call, service={"decide": None})
    assert said(file) == []
    assert complete(file, cast, AT + DAY).due is None


def test_file_taken_back_begins_its_clock_again(file, cast):
    with clock.at(AT + DAY):
        back = take_back_application(fresh(file), by=cast.sophie)
    assert (back.due, back.due_left) == (None, None)
    sent = submit(back, by=cast.sophie, at=AT + 3 * DAY)
    assert clock.day_of(sent.due) == date(2026, 10, 1)


def test_clock_that_is_stopped_stays_so(file, cast):
    complete(file, cast, AT + DAY)
    with clock.at(AT + 2 * DAY):
        gone = withdraw_application(fresh(file), by=cast.sophie, reason="Reporté.")
    assert (gone.due, gone.due_left) == (None, None)


# ----------------------------------------------------------------- what is told


def test_request_that_is_cancelled_reads_like_one_that_made_the_file_ineligible(file, cast):
    """Never found complete, its request overdue: the staff has a day for the decision, its applicant reads the same as
    if the request had been a mistake."""
    with clock.at(AT + DAY):
        for item in checklist_of(fresh(file)):
            mark_finding(fresh(file), item.key, by=cast.screener, passed=False, reason="Non conforme.")
    ask(file, cast, FIRST + DAY, days=5)
    read = {}
    for name, act in {
        "cancelled": lambda: cancel_request(fresh(file), by=cast.officer, reason="Erreur."),
        "ineligible": lambda: find_ineligible(fresh(file), by=cast.screener),
    }.items():
        with clock.at(FIRST + 8 * DAY), override("en"), transaction.atomic():
            now = act()
            read[name] = now.state, clock.day_of(now.due), next_steps(fresh(file))
            transaction.set_rollback(True)
    assert read["cancelled"][:2] == ("submitted", date(2026, 10, 5))  # of completeness, as late as it was
    assert read["ineligible"][:2] == ("ineligible", date(2026, 11, 22))  # 45 days after the finding
    assert read["cancelled"][2] == read["ineligible"][2]
    assert len(read["cancelled"][2]) == 3


def test_decision_that_waits_for_its_letter_reads_as_before(file, cast):
    complete(file, cast, AT + DAY)
    before = said(file)
    Application.objects.filter(pk=file.pk).update(state="approved", due=None, since=FIRST, updated_at=FIRST)
    assert said(file) == before == ["The decision is sent to you by letter by November\u00a014, 2026."]


# --------------------------------------------------------- whatever the order


class Life(RuleBasedStateMachine):
    """Random acts on one file. Its clock is that of a person who writes what happened on a wall calendar."""

    @initialize(cohorts=st.booleans())
    def begin(self, cohorts):
        """Without cohorts its files wait for the closing of the call alone, which can be extended."""
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.extends = not cohorts
        if not cohorts:
            Call.objects.filter(pk=self.file.call_id).update(closes_at=FIRST, cohorts=[])
        self.now, self.closing, self.first, self.pauses = AT, FIRST, None, []
        self.incomplete, self.sent = False, 0

    def teardown(self):
        if hasattr(self, "transaction"):
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    @property
    def paused(self):
        return bool(self.pauses) and self.pauses[-1][1] is None

    @rule(days=st.integers(1, 25))
    def wait(self, days):
        self.now += days * DAY

    @precondition(lambda self: not self.paused and not self.first)
    @rule()
    def complete(self):
        complete(self.file, self.cast, self.now)
        self.first, self.incomplete = self.now, False

    @precondition(lambda self: not self.paused and self.first and self.incomplete)
    @rule()
    def complete_again(self):
        complete(self.file, self.cast, self.now)
        self.incomplete = False

    @precondition(lambda self: not self.paused)
    @rule()
    def ask(self):
        ask(self.file, self.cast, self.now)
        self.pauses.append((self.now, None))

    @precondition(lambda self: self.paused)
    @rule(sends=st.booleans())
    def end(self, sends):
        (send_again if sends else cancel)(self.file, self.cast, self.now)
        self.pauses[-1] = (self.pauses[-1][0], self.now)
        self.incomplete = self.incomplete or sends

    @precondition(lambda self: self.extends and self.now < self.closing)
    @rule(days=st.integers(1, 40))
    def extend(self, days):
        with clock.at(self.now):
            self.closing += days * DAY
            extend_call(
                Call.objects.get(pk=self.file.call_id), by=self.cast.officer, closes_at=self.closing, reason="Panne."
            )

    @precondition(lambda self: self.paused)
    @rule()
    def move(self):
        with clock.at(self.now):
            if move_incomplete_files(by=CLOCK):
                self.closing = fresh(self.file).cohort_closes_at

    @invariant()
    def answers_agree(self):
        if not hasattr(self, "closing"):
            return
        row = fresh(self.file)
        counted = clock_of(row)
        assert (row.due, row.due_left) == (counted.due, None if counted.left is None else counted.left * DAY)
        assert (row.due is None) == self.paused
        if not self.first:
            return
        assert row.due == decision_promised(row)
        start = max(clock.day_of(self.first), clock.day_of(self.closing))
        due = start + 45 * DAY
        for since, until in self.pauses:
            if until is not None:
                due += max(timedelta(0), clock.day_of(until) - max(clock.day_of(since), start))
        if self.paused:
            left = due - max(clock.day_of(self.pauses[-1][0]), start)
            assert row.due_left == left
        else:
            assert clock.day_of(row.due) == due


@pytest.mark.parametrize("examples", [3, pytest.param(40, marks=pytest.mark.slow)])
def test_clock_is_one_whatever_happens_to_the_file(file, cast, examples):
    Life.file, Life.cast = file, cast
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=examples, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
