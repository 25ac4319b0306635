"""Requests for changes: who and when, what is frozen, and the arithmetic of the clock that pauses."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.translation import override

from accounts.models import ClusterAppointment
from applications.constants import TITLE
from applications.models import Application, ChangeItem, ChangeRequest, Document
from applications.querysets import ChangeRequestQuerySet
from applications.rules import Change
from applications.selectors import work_for
from applications.selectors.turns import file_turns, late_requests, stuck_among
from applications.selectors.waiting import _late_first, _work_of_staff
from applications.services.changes import (
    cancel_request,
    chase_requests,
    extend_request,
    request_changes,
    resubmit_application,
)
from applications.services.drafts import _tell, attach_document, remove_document, save_answer
from applications.services.requests import _put_back
from applications.services.screening import mark_finding
from applications.states import ChangeWhy, FileTurn
from audit.actors import CLOCK
from demo import papers
from desk.selectors.file import awaited
from documents.models import Upload
from moves.machine import allowed
from moves.refusals import Forbidden, WrongMoment
from moves.services import declare_standing
from notifications.models import Message
from programs.models import Appointment
from tests.files import AT, another, submitted_file
from tests.mutants import proves
from work import clock

ASKED = AT + timedelta(days=2)
DUE = ASKED + timedelta(days=10)
ITEM = Change("method", ChangeWhy.INCOMPLETE, "Nommez la personne qui mène chaque étape.")
MOVES = ("request_changes", "extend", "cancel", "resubmit")
PEOPLE = ("officer", "screener", "ana", "chair", "approver", "auditor", "sophie", "olivier", "michel", "analyst")


@pytest.fixture
def file(cast, programme):
    return submitted_file(cast, programme)


@pytest.fixture
def asked(file, cast):
    """The file, asked two days after its submission to change one answer within ten days."""
    with clock.at(ASKED):
        request_changes(file, by=cast.officer, items=[ITEM], due=DUE)
    return fresh(file)


def fresh(file):
    return Application.objects.get(pk=file.pk)


def answer(file, by, value="Chaque étape est menée par la directrice des opérations, mesures à l’appui."):
    version = file.answers.get(question="method").version
    return save_answer(file, "method", value, by=by, version=version)


def test_request_pauses_the_clock_with_what_is_left(file, asked):
    assert file.due == datetime(2026, 9, 29, 3, 59, 59, tzinfo=UTC)  # ten business days after Monday 14 September
    assert (asked.state, asked.due) == ("changes_requested", None)
    assert asked.due_left == timedelta(days=8)  # from Wednesday 16 September


def test_resubmission_resumes_the_clock_with_what_was_left(file, asked, cast):
    back = ASKED + timedelta(days=4)  # a Sunday
    with clock.at(back):
        answer(asked, cast.sophie)
        sent = resubmit_application(asked, by=cast.sophie)
    assert (sent.state, sent.due_left) == ("submitted", None)
    assert sent.due == clock.end_of(date(2026, 9, 30))  # the eighth business day after it


def test_a_late_file_is_still_as_late_after_its_pause(file, cast):
    late = file.due + timedelta(days=1)
    with clock.at(late):
        request_changes(file, by=cast.officer, items=[ITEM], due=late + timedelta(days=5))
        assert fresh(file).due_left == timedelta(days=-1)
    with clock.at(late + timedelta(days=3)):
        assert cancel_request(fresh(file), by=cast.officer, reason="Ce n’est plus utile.").due == late + timedelta(
            days=2
        )


def test_request_keeps_what_the_answer_was_and_tells_the_signatory(asked, cast):
    item = ChangeItem.objects.get(request__application=asked)
    assert (item.why, item.after, item.answered_at) == ("incomplete", None, None)
    assert item.before == asked.answers.get(question="method").value
    told = Message.objects.filter(kind="changes_requested")
    assert [(m.recipient, m.url_name, m.context["count"]) for m in told] == [(cast.sophie, "application-changes", 1)]


def test_resubmission_shows_the_organisation_as_it_seals_it(asked, cast):
    """Its lists and its receipt say the name that the fingerprint on the receipt is of."""
    organisation = asked.organisation
    organisation.legal_name, organisation.region = "Usinage Gauthier et filles inc.", "outaouais"
    organisation.save()
    with clock.at(ASKED + timedelta(days=1)):
        answer(asked, cast.sophie)
        sent = resubmit_application(asked, by=cast.sophie)
    sealed = sent.snapshots.current().get()
    organisation = json.loads(sealed.canonical)["organisation"]
    assert organisation["legal_name"] == sent.organisation_name == "Usinage Gauthier et filles inc."
    assert organisation["region"] == sent.region == "outaouais"
    assert "Usinage Gauthier et filles inc. (NEQ" in sealed.receipt.html


def test_resubmission_freezes_a_new_snapshot_and_keeps_both_texts(asked, cast):
    text = "Chaque étape a sa responsable."
    with clock.at(ASKED + timedelta(days=1)):
        answer(asked, cast.olivier, text)
        resubmit_application(asked, by=cast.sophie)
    first, second = asked.snapshots.order_by("number")
    assert (first.superseded_at, second.superseded_at) == (ASKED + timedelta(days=1), None)
    assert text in second.canonical
    assert text not in first.canonical
    item = ChangeItem.objects.get(request__application=asked)
    assert item.after == text
    assert second.receipt is not None
    assert Message.objects.filter(kind="changes_answered", recipient=cast.officer).count() == 1


def test_resubmission_waits_for_every_item(asked, cast):
    with clock.at(ASKED), pytest.raises(WrongMoment) as refused:
        resubmit_application(asked, by=cast.sophie)
    assert [r.code for r in refused.value.refusals] == ["unanswered"]


def test_resubmission_refuses_an_answer_that_no_longer_holds(asked, cast):
    with clock.at(ASKED):
        answer(asked, cast.sophie, "mot " * 900)
        with pytest.raises(WrongMoment) as refused:
            resubmit_application(asked, by=cast.sophie)
    assert [r.code for r in refused.value.refusals] == ["missing"]
    assert fresh(asked).state == "changes_requested"


@proves(_put_back)
def test_cancelling_puts_back_the_answers_and_the_documents_that_were_submitted(file, cast):
    """What was joined since is taken off; what was taken off before stays so; another question's is left alone."""
    plan = file.documents.order_by("pk").first()
    upload = Upload.objects.create(uploader=cast.sophie, key="former", name="plan.pdf", size=3, sha256="0" * 64)
    former = Document.objects.create(
        application=file, question=plan.question, upload=upload, by=cast.sophie, at=AT, removed_at=AT
    )
    answers = dict(file.answers.values_list("question", "value"))
    before = dict(file.documents.values_list("pk", "removed_at"))
    with clock.at(ASKED):
        request_changes(file, by=cast.officer, items=[ITEM, replace(ITEM, question=plan.question)], due=DUE)
    with clock.at(ASKED + timedelta(hours=1)):
        answer(fresh(file), cast.sophie)
        remove_document(plan, by=cast.sophie)
        joined = attach_document(file, plan.question, papers.pdf("Plan", name="autre.pdf"), by=cast.sophie)
        cancel_request(fresh(file), by=cast.officer, reason="La réponse suffit.")
    assert dict(file.answers.values_list("question", "value")) == answers
    assert before[former.pk] == AT
    assert dict(file.documents.values_list("pk", "removed_at")) == {
        **before, joined.pk: ASKED + timedelta(hours=1)
    }  # fmt: skip


@proves(_tell)
def test_change_is_kept_beside_its_own_item_alone(file, cast):
    """Not beside another question's, an earlier request's, nor another file's."""
    with clock.at(ASKED):
        request_changes(file, by=cast.officer, items=[ITEM], due=DUE)
        cancel_request(fresh(file), by=cast.officer, reason="La réponse suffit.")
        items = [ITEM, replace(ITEM, question="activities")]
        request_changes(fresh(file), by=cast.officer, items=items, due=DUE)
        other = another(fresh(file)).change_requests.create(by=cast.officer, due=DUE)
        other.items.create(question="method", why="incomplete", message="?")
        answer(fresh(file), cast.sophie, "Chaque étape a sa responsable.")
    kept = ChangeItem.objects.order_by("pk").values_list("question", "after", "answered_at")
    changed = ("method", "Chaque étape a sa responsable.", ASKED)
    assert list(kept) == [("method", None, None), changed, ("activities", None, None), ("method", None, None)]


def test_cancelling_puts_back_what_was_submitted(asked, cast):
    before = asked.answers.get(question="method").value
    with clock.at(ASKED + timedelta(hours=1)):
        answer(asked, cast.sophie)
        cancel_request(asked, by=cast.officer, reason="La réponse suffit.")
    assert asked.answers.get(question="method").value == before
    assert not asked.change_requests.waiting().exists()
    assert asked.snapshots.count() == 1


def test_request_that_was_cancelled_no_longer_waits_for_its_answers(asked, cast):
    with clock.at(ASKED):
        cancel_request(asked, by=cast.officer, reason="La réponse suffit.")
        request_changes(fresh(asked), by=cast.officer, items=[replace(ITEM, question="activities")], due=DUE)
        with pytest.raises(WrongMoment) as refused:
            resubmit_application(fresh(asked), by=cast.sophie)
        assert [r.code for r in refused.value.refusals] == ["unanswered"]
        version = asked.answers.get(question="activities").version
        save_answer(asked, "activities", "Pièces usinées pour trains d’atterrissage.", by=cast.sophie, version=version)
        assert resubmit_application(fresh(asked), by=cast.sophie).state == "submitted"


def test_who_closed_their_account_is_told_nothing_of_the_file(file, cast):
    cast.sophie.is_active = False
    cast.sophie.save(update_fields=["is_active"])
    file.organisation.memberships.filter(user=cast.olivier).update(role="signatory")
    with clock.at(ASKED):
        request_changes(file, by=cast.officer, items=[ITEM], due=DUE)
    told = Message.objects.filter(kind="changes_requested")
    assert [message.recipient for message in told] == [cast.olivier]


@pytest.mark.parametrize(
    ("items", "days", "code"),
    [
        ([], 5, "items"),
        ([replace(ITEM, message="")], 5, "message"),
        ([replace(ITEM, question="nothing")], 5, "question"),
        ([replace(ITEM, question="attest_rena")], 5, "question"),
        ([ITEM], -1, "due"),
        ([ITEM], 0, "due"),
    ],
)
def test_request_refuses_what_is_not_whole(file, cast, items, days, code):
    with clock.at(ASKED), pytest.raises(WrongMoment) as refused:
        request_changes(file, by=cast.officer, items=items, due=ASKED + timedelta(days=days))
    assert [r.code for r in refused.value.refusals] == [code]
    assert fresh(file).state == "submitted"


def test_extension_goes_later_only_with_a_reason(asked, cast):
    with clock.at(ASKED):
        for due, reason, code in (
            (DUE - timedelta(days=1), "Vacances", "due"),
            (DUE, "Vacances", "due"),
            (DUE + timedelta(days=1), " ", "reason"),
        ):
            with pytest.raises(WrongMoment) as refused:
                extend_request(asked, by=cast.officer, due=due, reason=reason)
            assert [r.code for r in refused.value.refusals] == [code]
        extend_request(asked, by=cast.officer, due=DUE + timedelta(days=5), reason="Fermeture annuelle")
    assert asked.change_requests.waiting().get().due == DUE + timedelta(days=5)
    assert Message.objects.filter(kind="changes_requested").count() == 2


@pytest.mark.parametrize("move", MOVES)
def test_only_the_named_people_move_a_request(file, cast, move):
    """Who: the officer asks, extends and cancels; the signatory answers."""
    with clock.at(ASKED):
        if move != "request_changes":
            request_changes(file, by=cast.officer, items=[ITEM], due=DUE)
            answer(fresh(file), cast.sophie)
        allowed = {"resubmit": {"sophie"}}.get(move, {"officer"})
        for person in PEOPLE:
            if person in allowed:
                continue
            with pytest.raises(Forbidden):
                act(fresh(file), move, by=getattr(cast, person))
        for person in allowed:
            act(fresh(file), move, by=getattr(cast, person))


@pytest.mark.parametrize("move", MOVES[:3])
def test_an_officer_with_a_conflict_asks_for_nothing(file, cast, move):
    with clock.at(ASKED):
        if move != "request_changes":
            request_changes(file, by=cast.officer, items=[ITEM], due=DUE)
        declare_standing(file.pk, user=cast.officer, standing="conflict")
        with pytest.raises(Forbidden) as refused:
            act(fresh(file), move, by=cast.officer)
    assert refused.value.code == "conflict"


def test_changes_that_break_another_answer_are_not_sent(asked, cast):
    """What is sent is whole: the answer that was asked is given, and another no longer holds."""
    with clock.at(ASKED):
        answer(asked, cast.sophie)
        asked.answers.filter(question=TITLE).delete()
        with pytest.raises(WrongMoment) as refused:
            resubmit_application(fresh(asked), by=cast.sophie)
    assert [r.code for r in refused.value.refusals] == ["missing"]
    assert (fresh(asked).state, asked.snapshots.count()) == ("changes_requested", 1)


@pytest.mark.parametrize(
    ("move", "state"), [("request_changes", "changes_requested"), *((m, "submitted") for m in MOVES[1:])]
)
def test_a_request_moves_only_from_its_own_state(file, cast, move, state):
    with clock.at(ASKED):
        if state == "changes_requested":
            request_changes(file, by=cast.officer, items=[ITEM], due=DUE)
        with pytest.raises(WrongMoment) as refused:
            act(fresh(file), move, by=cast.sophie if move == "resubmit" else cast.officer)
    assert [r.code for r in refused.value.refusals] == ["state"]


def act(file, move, *, by):
    if move == "request_changes":
        return request_changes(file, by=by, items=[ITEM], due=DUE)
    if move == "extend":
        return extend_request(file, by=by, due=DUE + timedelta(days=5), reason="Fermeture annuelle")
    if move == "cancel":
        return cancel_request(file, by=by, reason="La réponse suffit.")
    return resubmit_application(file, by=by)


@pytest.mark.parametrize("ends", ["cancel", "resubmit"])
def test_each_message_leads_to_where_its_reader_goes_on(asked, cast, ends):
    for at in (DUE - timedelta(days=1), DUE + timedelta(hours=1)):
        with clock.at(at):
            chase_requests(by=CLOCK)
    with clock.at(ASKED):
        if ends == "resubmit":
            answer(asked, cast.sophie)
        act(fresh(asked), ends, by=cast.officer if ends == "cancel" else cast.sophie)
    told = Message.objects.filter(kind__startswith="changes_").values_list("kind", "url_name", "url_args")
    last = {
        "cancel": ("changes_cancelled", "application-detail", [str(asked.public_id)]),
        "resubmit": ("changes_answered", "file-changes", [asked.reference]),
    }
    assert sorted(told) == sorted(
        [
            ("changes_requested", "application-changes", [str(asked.public_id)]),
            ("changes_reminder", "application-changes", [str(asked.public_id)]),
            ("changes_overdue", "file-changes", [asked.reference]),
            ("changes_unanswered", "file-screening", [asked.reference]),
            last[ends],
        ]
    )


def test_the_sweep_reminds_then_escalates_once_for_each_deadline(asked, cast):
    Message.objects.all().delete()

    def sweep(at):
        with clock.at(at):
            chase_requests(by=CLOCK)
        return sorted(Message.objects.values_list("kind", "recipient__email"))

    reminder = ("changes_reminder", cast.sophie.email)
    late = [("changes_overdue", cast.officer.email), ("changes_unanswered", cast.screener.email)]
    assert sweep(DUE - timedelta(days=3, seconds=1)) == []
    assert sweep(DUE - timedelta(days=3)) == [reminder]
    assert sweep(DUE - timedelta(days=1)) == [reminder]
    assert sweep(DUE + timedelta(hours=1)) == sorted([*late, reminder])
    assert sweep(DUE + timedelta(days=1)) == sorted([*late, reminder])
    assert fresh(asked).state == "changes_requested"


@proves(chase_requests, late_requests, ChangeRequestQuerySet.in_time, ChangeRequestQuerySet.overdue)
def test_requests_are_chased_the_earliest_first_while_their_file_waits_for_them(file, cast):
    now, day, tick = ASKED, timedelta(days=1), timedelta(seconds=1)

    def request(due, *, at=now - 9 * day, state="changes_requested", **ended):
        row = another(file, state=state)
        return row.change_requests.create(by=cast.officer, due=due, at=at, **ended)

    soon = request(now + 3 * day, at=now - day)
    late, same = (request(now, at=now - tick) for _n in range(2))
    instant = request(now)  # late from the very instant, and no longer soon
    later, put_off = request(now - day), request(now + day, extended_at=now - day)
    request(now + 3 * day + tick), request(now + day, at=now - day + tick)
    request(now + day, extended_at=now - day + tick)
    request(now - day, answered_at=now), request(now - day, cancelled_at=now), request(now - day, state="withdrawn")
    request(now + day, state="withdrawn")
    late.save()  # the last of its table
    Message.objects.all().delete()
    with clock.at(now):
        assert chase_requests(by=CLOCK) == 6
    told = Message.objects.exclude(kind="changes_unanswered").order_by("pk").values_list("kind", "application_id")
    assert list(told) == [
        *(("changes_overdue", one.application_id) for one in (later, late, same, instant)),
        *(("changes_reminder", one.application_id) for one in (put_off, soon)),
    ]


def test_request_put_off_today_is_reminded_tomorrow(asked, cast):
    """To a day that is near already: the message of the new day is the reminder of today."""
    put_off = DUE - timedelta(hours=60)
    with clock.at(put_off):
        chase_requests(by=CLOCK)
        Message.objects.all().delete()
        extend_request(asked, by=cast.officer, due=DUE + timedelta(hours=6), reason="Fermeture annuelle.")
    reminders = Message.objects.filter(kind="changes_reminder")
    for hours, told in ((0, 0), (23, 0), (24, 1), (25, 1)):
        with clock.at(put_off + timedelta(hours=hours)):
            chase_requests(by=CLOCK)
        assert (hours, reminders.count()) == (hours, told)


def test_changes_that_are_late_are_whose_turn_the_pages_the_mail_and_the_moves_say(asked, cast):
    """From the very instant that was given, and not a moment before: an officer gives more time or cancels; a screener
    who screens it may find it ineligible."""
    with clock.at(ASKED):
        declare_standing(asked.pk, user=cast.screener, standing="clear")
        mark_finding(asked, "costs", by=cast.screener, passed=False, reason="Temps du parrain.")
    late = ("Give more time or cancel the request: the changes are late", DUE, "")
    ineligible = ("See whether the file is ineligible: the changes are late", DUE, "")

    def seen(person):
        return [(str(line.what), line.due, line.waits_for) for line in work_for(person)]

    for at, is_late in ((DUE - timedelta(seconds=1), False), (DUE, True), (DUE + timedelta(days=2), True)):
        Message.objects.all().delete()
        with clock.at(at), override("en"):
            assert seen(cast.officer) == [late if is_late else ("Changes requested", None, "the applicant")]
            assert seen(cast.screener) == ([ineligible] if is_late else [])
            whose = "the programme officer or the screening officer" if is_late else "the applicant"
            assert awaited(fresh(asked)).who == whose
            assert can_be_found_ineligible(asked, cast.screener) is is_late
            chase_requests(by=CLOCK)
        told = {one.recipient for one in Message.objects.exclude(kind="changes_reminder")}
        assert told == ({cast.officer, cast.screener} if is_late else set())


def can_be_found_ineligible(file, person):
    (move,) = allowed(fresh(file), person, Application.find_ineligible)
    return not move.refusals


@proves(
    _late_first, _work_of_staff, late_requests, file_turns,
    moot={
        "without `application__in=asked`": "those of other files are none of these",
        "without the limit": "a file has one request at a time",
    },
)  # fmt: skip
def test_late_changes_are_on_the_homes_of_both_the_latest_first(asked, cast):
    def late(days, **fields):
        row = another(fresh(asked), state=fields.pop("state", "changes_requested"))
        row.change_requests.create(by=cast.officer, due=DUE + timedelta(days=days), at=ASKED, **fields)
        return row

    second, first, third, same = late(-1), late(-2), late(0), late(0)
    waiting = late(1)
    answered, gone = late(-1, answered_at=ASKED), late(-1, state="withdrawn")
    first.save(), third.save()  # the last of their table
    expected = [one.reference for one in (first, second, asked, third, same)]
    with clock.at(DUE):
        for person, act in ((cast.officer, FileTurn.MORE_TIME), (cast.screener, FileTurn.GIVE_UP)):
            lines = [line for line in work_for(person) if line.what == str(act.row.act)]
            assert [line.label.split(" · ")[0] for line in lines] == expected
            assert [line.due for line in lines] == [DUE + timedelta(days=days) for days in (-2, -1, 0, 0, 0)]
        others = {line.label.split(" · ")[0] for line in work_for(cast.officer) if line.waits_for}
        assert others == {waiting.reference, answered.reference}
        found = file_turns([first, second, fresh(asked), third, same, waiting, answered, gone])
        assert set(found) == {one.pk for one in (first, second, asked, third, same)}
        assert set(found.values()) == {(FileTurn.MORE_TIME, FileTurn.GIVE_UP)}
        assert set(file_turns([second])) == {second.pk}
        submitted = another(fresh(asked), state="submitted")
        assert file_turns([submitted, waiting]) == {submitted.pk: (FileTurn.SCREEN,)}


def test_late_changes_that_nobody_can_take_further_are_stuck(asked, cast):
    """Each of the two people may; once neither can, those who appoint are told."""
    for role, still in (("screener", True), ("officer", False)):
        with clock.at(DUE):
            assert stuck_among([fresh(asked)]) == {}
            for held in (Appointment, ClusterAppointment):
                held.objects.filter(role=role).update(ends_on=clock.today() - timedelta(days=1))
            assert (stuck_among([fresh(asked)]) == {}) is still


def test_title_that_is_being_changed_is_told_once_it_is_sent(file, cast):
    submitted = file.title
    with clock.at(ASKED):
        item = Change(TITLE, ChangeWhy.INCORRECT, "Nommez la pièce.")
        request_changes(file, by=cast.officer, items=[item], due=DUE)
        version = file.answers.get(question=TITLE).version
        save_answer(file, TITLE, "Une cellule pour les longerons", by=cast.sophie, version=version)
        assert fresh(file).title == submitted
        sent = resubmit_application(fresh(file), by=cast.sophie)
    assert fresh(sent).title == "Une cellule pour les longerons"


def test_what_was_asked_today_is_reminded_tomorrow_and_the_overdue_keep_no_reminder_from_another(file, cast):
    """Two days were given; and more requests than one read takes are overdue, none of them answered."""
    with clock.at(ASKED):
        request_changes(file, by=cast.officer, items=[ITEM], due=ASKED + timedelta(days=2))
    rows = [another(fresh(file)) for _ in range(3)]
    ChangeRequest.objects.bulk_create(
        ChangeRequest(application=row, by=cast.officer, at=ASKED - timedelta(days=9), due=ASKED) for row in rows
    )
    Message.objects.all().delete()
    for hours, reminders in ((1, 0), (23, 0), (24, 1), (25, 1)):
        with clock.at(ASKED + timedelta(hours=hours)):
            assert chase_requests(by=CLOCK) == 3 + reminders  # those told before are asked again, and told nothing
        assert Message.objects.filter(kind="changes_reminder").count() == reminders
    assert Message.objects.filter(kind="changes_overdue").count() == 3
