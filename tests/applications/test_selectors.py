"""What was submitted, read again from its snapshot; and what waits for each person, in order."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils.translation import override

from accounts.models import ClusterAppointment, Membership, Organisation
from accounts.roles import Ownership
from applications.figures import aid_of
from applications.models import Application, Snapshot
from applications.selectors import (
    Sponsor,
    Submitted,
    calls_of,
    current_snapshot,
    read_snapshot,
    submitted,
    work_for,
)
from applications.selectors.answers import answers_of, form_of
from applications.selectors.deadlines import service_due
from applications.selectors.progress import bridge, timeline
from applications.selectors.shown import shown_sections
from applications.selectors.waiting import _can_still_be_sent, _soonest_first, _work_of_company, _work_of_staff
from applications.services.submission import freeze
from applications.states import ApplicationState
from documents.models import Rendering, Upload
from moves.services import declare_standing
from programs.models import Appointment, Call
from programs.policy import Standard
from questions.schema.answers import visible_questions
from tests.decisions.files import submitted_row
from tests.files import AT, another, another_call, another_cluster, decision_promised, submitted_file, with_rules
from tests.mutants import proves
from work import clock
from work.models import new_public_id
from work.querysets import ATTEMPTS

NOW = AT + timedelta(days=3)
DAY = timedelta(days=1)


def read(**content):
    return read_snapshot(Snapshot(canonical=json.dumps(content)))


def test_each_part_of_a_snapshot_is_read_and_nothing_where_it_has_none():
    documents = [{"id": "0190-a", "question": "plan", "name": "plan.pdf", "size": 3, "sha256": "…"}]
    sponsor = {"organisation": "Boréal", "name": "H. Savard", "improvement": "Lighter.", "confirmed_at": "2027-01-01"}
    assert read(
        answers={"title": "Wing"},
        eligibility={"staff": 12},
        organisation={"neq": "1164879526"},
        documents=documents,
        signed={"name": "Sophie Gauthier", "attestations": ["true"]},
        sponsor=sponsor,
    ) == Submitted(
        answers={"title": "Wing"},
        eligibility={"staff": 12},
        organisation={"neq": "1164879526"},
        documents=("0190-a",),
        signed_name="Sophie Gauthier",
        sponsor=Sponsor("Boréal", "H. Savard", "Lighter."),
    )
    assert read(sponsor=None) == Submitted()


def test_what_stands_is_the_latest_submission_that_was_not_taken_back(cast, programme):
    file = submitted_file(cast, programme)
    own = file.snapshots.get()
    assert submitted(file) == read_snapshot(own)
    assert submitted(file).answers["project_title"] == file.title
    file.snapshots.update(superseded_at=AT)
    assert (current_snapshot(file), submitted(file)) == (None, Submitted())
    later = Snapshot.objects.create(
        application=file, number=own.number + 1, canonical='{"answers": {"project_title": "Later"}}', digest="",
        form_version=1, signed_name="", by=own.by,
    )  # fmt: skip
    assert (current_snapshot(file), submitted(file).answers) == (later, {"project_title": "Later"})


# ------------------------------------------------------------------ what waits, and in which order

FEWER = {"without the limit": "`first_lines` shows as many: it only asks of fewer"}
ONE = {"without the limit": "a file has at most one request that waits"}
WIDER = ONE | {
    "without .of_member()": "drafts of others are nobody's here: it only asks of more calls",
    "without `state=ApplicationState.DRAFT`": "the same",
    "sorted the other way": "sides of one condition",
}


@pytest.fixture
def row(cast, programme, clock_at):
    """A file of Usinage Gauthier as a row, in the call of the cast."""
    clock_at(NOW)
    return submitted_row(cast, programme)


@pytest.fixture
def foreign(row):
    """The same file in a call of another cluster, of an organisation that nobody of the cast acts for."""
    return another(row, call=another_call(row.call, cluster=another_cluster()))


def told(user, **more):
    """What waits for a person: the act, the file that it is about, and until when."""
    with override("en"):
        lines = [(str(line.what), line.label.split(" · ")[0], line.due) for line in work_for(user, **more)]
    return lines


def end_roles(user):
    yesterday = clock.today() - DAY
    Appointment.objects.filter(user=user).update(ends_on=yesterday)
    ClusterAppointment.objects.filter(user=user).update(ends_on=yesterday)


def by_due(row, state, **columns):
    """Four files in this state, made out of order, two due at one instant, and one without a clock: (reference, due),
    by when they are due."""
    made = (another(row, state=state, due=NOW + days * DAY if days else None, **columns) for days in (9, 1, 4, 4, None))
    last, first, second, third, none = made
    return [(one.reference, one.due) for one in (first, second, third, last, none)]


@proves(_work_of_staff, _soonest_first, moot=FEWER)
def test_home_of_a_screener_has_the_files_to_screen(cast, row, foreign):
    Application.objects.filter(pk=row.pk).update(state="draft")
    for state in ApplicationState.values:
        if state != "submitted":
            another(row, state=state)
    declare_standing(another(row).pk, user=cast.screener, standing="unsure")
    lines = [("Screen", *one) for one in by_due(row, "submitted")]
    assert told(cast.screener) == lines
    assert told(cast.screener, limit=1) == lines[:1]
    end_roles(cast.screener)
    assert told(cast.screener) == []


@proves(_work_of_staff, moot=FEWER)
def test_home_of_an_officer_has_the_files_in_screening_which_wait_for_others(cast, row, foreign):
    Application.objects.filter(pk=row.pk).update(state="changes_requested", due=NOW + 2 * DAY)
    for state in ApplicationState.values:
        if state not in ("submitted", "changes_requested"):
            another(row, state=state)
    declare_standing(another(row).pk, user=cast.officer, standing="conflict")
    first, *others = (("To be screened", *one) for one in by_due(row, "submitted"))
    lines = [first, ("Changes requested", row.reference, NOW + 2 * DAY), *others]
    assert told(cast.officer) == lines
    assert told(cast.officer, limit=1) == lines[:1]
    with override("en"):
        waits = [line.waits_for for line in work_for(cast.officer)]
    assert waits == ["the screening officer", "the applicant", *["the screening officer"] * 4]
    end_roles(cast.officer)
    assert told(cast.officer) == []


# What a company's person has before them of a file in each state: before any letter, and after one that declined it.
BEFORE_AND_AFTER = {
    "draft": ("Finish and submit", "Finish and submit"),
    "changes_requested": ("Answer the request for changes", "Answer the request for changes"),
    "in_reconsideration": ("Being assessed", "Being assessed"),
    "withdrawn": ("", ""),
    "cancelled": ("", ""),
}


@proves(_work_of_company, moot=ONE)
@pytest.mark.parametrize("state", ApplicationState.values)
def test_home_of_a_company_has_its_file_until_its_letter(cast, row, precision, state):
    before, after = BEFORE_AND_AFTER.get(state, ("Being assessed", ""))
    for last_told, what in (("", before), ("declined", after)):
        Application.objects.filter(pk=row.pk).update(state=state, last_told=last_told)
        assert [act for act, *_more in told(cast.sophie)] == ([what] if what else [])
        assert told(cast.michel) == []


@proves(_work_of_company, moot=ONE)
def test_home_of_a_company_has_its_drafts_then_its_own_files_as_they_were_sent(cast, row, precision):
    """Whatever their clocks: one starts when a file is found eligible or not, and none runs once it is decided."""
    another(row, organisation=precision)
    Application.objects.filter(pk=row.pk).update(state="withdrawn")
    sent = [
        another(row, state=state, submitted_at=NOW - days * DAY, due=due)
        for state, days, due in (("approved", 1, None), ("submitted", 3, NOW + DAY), ("eligible", 2, NOW + 9 * DAY))
    ]
    begun = another(row, state="draft", submitted_at=None, reference=None)
    later = another(row, state="draft", submitted_at=None, reference=None, title="Un autre projet")
    last, first, second = (("Being assessed", file.reference, None) for file in sent)
    closing = datetime(2026, 9, 30, 21, tzinfo=UTC)  # of its cohort
    drafts = [("Finish and submit", draft.title, closing) for draft in (begun, later)]
    lines = [*drafts, first, second, last]
    assert told(cast.sophie) == told(cast.olivier) == lines
    assert told(cast.sophie, limit=1) == lines[:1]


@proves(_can_still_be_sent, _work_of_company, moot=WIDER)
def test_drafts_of_calls_that_closed_take_the_place_of_none_that_can_still_be_sent(cast, row, precision):
    """Of two calls that closed, one gave more time to another organisation; a file that was sent there is assessed."""
    closed = row.call.closes_at
    open_still = another_call(row.call, closes_at=closed + 9 * DAY, cohorts=[])
    given = another_call(row.call)
    given.accommodations.create(organisation=precision, closes_at=closed + 9 * DAY)
    for call in (row.call, given, row.call):
        another(row, call=call, state="draft", submitted_at=None, reference=None)
    sent = row.reference
    theirs = another(row, call=given, organisation=precision, state="draft", submitted_at=None, reference=None)
    live = another(row, call=open_still, state="draft", submitted_at=None, reference=None, title="Le seul")
    with clock.at(closed + timedelta(hours=1)):
        assert told(cast.sophie, limit=1) == [("Finish and submit", "Le seul", closed + 9 * DAY)]
        assert [one for _act, one, _due in told(cast.sophie)] == [live.title, sent]
        assert [one for _act, one, _due in told(cast.michel)] == [theirs.title]
        both = Membership.objects.create(user=cast.sophie, organisation=precision, role="member")
        assert [one for _act, one, _due in told(cast.sophie)] == [theirs.title, live.title, sent]
        both.delete()
        Application.objects.filter(state="draft").exclude(call=given).update(call=row.call)
        Application.objects.exclude(state="draft").update(organisation=precision)
        assert told(cast.sophie) == []


@pytest.mark.parametrize(
    ("state", "after", "is_to_finish"),
    [
        ("published", -timedelta(seconds=1), True),
        ("published", timedelta(0), False),
        ("published", timedelta(minutes=14), False),
        ("cancelled", timedelta(0), False),
        ("archived", timedelta(minutes=15), False),
    ],
)
def test_draft_is_to_finish_while_its_call_takes_what_begins_now(cast, row, state, after, is_to_finish):
    Application.objects.filter(pk=row.pk).update(state="draft")
    Call.objects.update(state=state)
    with clock.at(row.call.closes_at + after):
        assert [act for act, *_more in told(cast.sophie)] == ["Finish and submit"] * is_to_finish


def test_draft_is_to_finish_until_the_later_closing_of_its_applicant(cast, row, precision):
    Application.objects.filter(pk=row.pk).update(state="draft")
    closed = row.call.closes_at
    row.call.accommodations.create(organisation=precision, closes_at=closed + DAY)
    with clock.at(closed + timedelta(hours=1)):
        assert told(cast.sophie) == []
        row.call.accommodations.create(organisation=row.organisation, closes_at=closed + 2 * DAY)
        assert [(act, due) for act, _label, due in told(cast.sophie)] == [("Finish and submit", closed + 2 * DAY)]
    with clock.at(closed + 2 * DAY):
        assert told(cast.sophie) == []


def test_home_of_a_company_counts_the_same_queries_at_one_draft_and_at_many(
    cast, row, django_assert_num_queries, django_assert_max_num_queries
):
    Application.objects.filter(pk=row.pk).update(state="draft")
    row.call.accommodations.create(organisation=row.organisation, closes_at=row.call.closes_at + DAY)
    with clock.at(row.call.closes_at + timedelta(hours=1)):
        with django_assert_max_num_queries(99) as one:
            assert len(work_for(cast.sophie)) == 1
        for _n in range(3):
            another(row, state="draft")
        with django_assert_num_queries(len(one)):
            assert len(work_for(cast.sophie)) == 4


@proves(_work_of_company, moot=ONE)
def test_answers_come_first_by_what_the_request_that_waits_says(cast, row):
    theirs = another(row, state="draft", due=NOW + 30 * DAY)
    theirs.change_requests.create(by=cast.officer, due=NOW + 20 * DAY)
    Application.objects.filter(pk=theirs.pk).update(state="cancelled")
    Application.objects.filter(pk=row.pk).update(state="changes_requested")
    for days, ended in ((1, {"answered_at": NOW}), (9, {"cancelled_at": NOW}), (5, {})):
        row.change_requests.create(by=cast.officer, due=NOW + days * DAY, **ended)
    another(row, state="draft", submitted_at=None, reference=None)
    later, sooner = (another(row, state="changes_requested") for _n in range(2))
    for file, days in ((later, 7), (sooner, 2)):
        file.change_requests.create(by=cast.officer, due=NOW + days * DAY)
    answer = "Answer the request for changes"
    *asked, (draft, _title, _due) = told(cast.sophie)
    assert asked == [(answer, file.reference, NOW + days * DAY) for file, days in ((sooner, 2), (row, 5), (later, 7))]
    assert draft == "Finish and submit"


def test_draft_is_due_when_its_cohort_closes(cast, row):
    Application.objects.filter(pk=row.pk).update(state="draft")
    assert [due for _act, _label, due in told(cast.sophie)] == [row.call.cohort_at(NOW)]


@proves(calls_of)
def test_calls_that_one_lists_are_those_of_ones_role_the_latest_first(cast, row, foreign):
    own = row.call
    middle = another_call(own, opens_at=own.opens_at + DAY)
    latest = another_call(own, opens_at=own.opens_at + 2 * DAY, state="archived")
    undated = another_call(own, opens_at=None, state="draft")
    for name in ("officer", "chair", "auditor"):
        assert calls_of(getattr(cast, name)) == [undated, latest, middle, own]
        end_roles(getattr(cast, name))
        assert calls_of(getattr(cast, name)) == []
    assert calls_of(cast.ana) == calls_of(cast.sophie) == []


# ------------------------------------------------------------------ one file's lists


@proves(timeline)
def test_timeline_has_what_the_applicant_did_and_was_told_the_latest_first(cast, row):
    def instant(days):
        return AT + days * DAY

    Application.objects.filter(pk=row.pk).update(
        state="withdrawn", created_at=instant(-9), since=instant(8), outcome_at=instant(9)
    )
    row.snapshots.update(at=instant(0))
    row.snapshots.create(
        number=2, canonical="{}", digest="", form_version=1, signed_name="", by=cast.sophie, at=instant(5)
    )
    for day, ended in ((2, "confirmed_at"), (3, "declined_at"), (4, "cancelled_at")):
        row.sponsorships.create(
            email="h@boreal.example", token_digest=str(day), invited_by=cast.sophie, expires_at=instant(30),
            confirmed_name="H. Savard", organisation_name="Boréal", **{ended: instant(day)},
        )  # fmt: skip
    for at, ended in ((1, {"answered_at": 5}), (6, {"cancelled_at": 7}), (7.5, {"cancelled_at": 8}), (7.6, {})):
        ended = {column: instant(day) for column, day in ended.items()}
        row.change_requests.create(by=cast.officer, at=instant(at), due=instant(9), **ended)
    with override("en"):
        lines = [(line.what, line.at) for line in timeline(Application.objects.get(pk=row.pk))]
    assert lines == [
        ("Decision letter sent", instant(9)),
        ("Withdrawn", instant(8)),
        ("Changes requested", instant(7.6)),
        ("Changes requested", instant(7.5)),
        ("Request for changes cancelled", instant(7)),
        ("Changes requested", instant(6)),
        ("Application sent again", instant(5)),
        ("Sponsorship confirmed", instant(2)),
        ("Changes requested", instant(1)),
        ("Application submitted", instant(0)),
        ("Draft started", instant(-9)),
    ]
    Application.objects.filter(pk=row.pk).update(state="submitted")
    with override("en"):
        found = [(line.at, line.who) for line in timeline(Application.objects.get(pk=row.pk)) if "cancel" in line.what]
    assert found == [(instant(8), "Aérofil Cluster"), (instant(7), "Aérofil Cluster")]


def test_road_of_a_file_that_left_ends_there_after_the_steps_that_were_told(row):
    """Withdrawn from the waiting list, after its letter; and before any."""
    since = datetime(2026, 11, 20, 17, tzinfo=UTC)

    def road(state, **columns):
        Application.objects.filter(pk=row.pk).update(state=state, since=since, **columns)
        with override("fr"):
            return [(step.label, step.state, step.note) for step in bridge(Application.objects.get(pk=row.pk))]

    submitted = ("Déposée", "done", "14\u00a0septembre\u00a02026")
    left = ("Retirée", "now", "depuis le 20\u00a0novembre\u00a02026")
    assert road("withdrawn") == [submitted, ("À l’étude", "done", ""), left]
    complete, sent = datetime(2026, 10, 7, 17, tzinfo=UTC), datetime(2026, 11, 10, 17, tzinfo=UTC)
    told = {"complete_at": complete, "last_told": "waitlisted", "last_told_at": sent, "outcome_at": sent}
    assessed = ("À l’étude", "done", "complète le 7\u00a0octobre\u00a02026")
    decision = "10\u00a0novembre\u00a02026"
    assert road("waitlisted", **told) == [submitted, assessed, ("Décision", "now", decision)]
    assert road("withdrawn") == [submitted, assessed, ("Décision", "done", decision), left]
    assert road("cancelled")[2:] == [("Décision", "done", decision), ("Annulée", "now", left[2])]


@proves(timeline)
def test_of_two_things_at_one_instant_the_timeline_has_the_later_one_first(cast, row):
    Application.objects.filter(pk=row.pk).update(created_at=AT)
    row.snapshots.create(number=2, canonical="{}", digest="", form_version=1, signed_name="", by=cast.sophie, at=AT)
    row.snapshots.filter(number=1).update(at=AT)  # the last of its table: the order is not that of the rows
    with override("en"):
        found = [line.what for line in timeline(Application.objects.get(pk=row.pk))]
    assert found == ["Application sent again", "Application submitted", "Draft started"]


@proves(shown_sections)
def test_document_that_was_taken_off_is_not_shown(cast, programme):
    file = submitted_file(cast, programme)

    def shown():
        return [one for part in shown_sections(file) for answer in part.answers for one in answer.documents]

    copy = file.documents.order_by("pk").first()
    upload = Upload.objects.create(uploader=cast.sophie, key="more", name="plan.pdf", size=3, sha256="0" * 64)
    copy.pk, copy.public_id, copy._state.adding, copy.upload = None, new_public_id(), True, upload
    copy.save()
    before = list(file.documents.order_by("pk"))
    assert set(shown()) == set(before)
    assert [one for one in shown() if one.question == copy.question][-1] == copy
    form, answers = form_of(file), answers_of(file)
    wanted = [one.key for one in visible_questions(form, answers) if one.is_answerable]
    assert [answer.key for part in shown_sections(file) for answer in part.answers] == wanted
    assert len(wanted) < len([one for part in form.sections for one in part.questions if one.is_answerable])
    taken = file.documents.filter(question=before[0].question).first()
    file.documents.filter(pk=taken.pk).update(removed_at=AT)
    assert taken not in shown()
    assert set(shown()) == {*before} - {taken}
    before[1].save()  # the last of its table
    later = freeze(file, answers, signed_name="Sophie", by=cast.sophie, now=AT)
    sealed = json.loads(later.canonical)["documents"]
    assert [one["id"] for one in sealed] == [str(one.public_id) for one in before if one != taken]
    assert (later.number, list(file.snapshots.current())) == (2, [later])


@proves(_work_of_staff, moot=FEWER)
def test_receipts_that_could_not_be_made_wait_for_the_officer_the_soonest_due_first(cast, row, foreign):
    """Those of the submission that counts, that somebody must look at."""

    def lost(file, *, replaced=None, **fields):
        known = {
            "attempts": ATTEMPTS,
            "last_error": "RenderingFailed: no",
            "key": f"receipt-{Rendering.objects.count()}",
        }
        receipt = Rendering.objects.create(kind="receipt", title="Reçu", language="fr", html="<p>", **known | fields)
        number = file.snapshots.count() + 1
        file.snapshots.create(
            number=number, canonical="{}", digest="", form_version=1, signed_name="", by=cast.sophie,
            superseded_at=replaced, receipt=receipt,
        )  # fmt: skip
        return file

    def file(days):
        return another(row, state="eligible", due=NOW + days * DAY)

    last, first, second, third = (lost(file(days)) for days in (9, 1, 4, 4))
    for out in ({"replaced": NOW}, {"attempts": 0}, {"set_aside_at": NOW}, {"done_at": NOW}):
        lost(file(0), **out)
    barred = lost(file(0))
    declare_standing(barred.pk, user=cast.officer, standing="conflict")
    lost(foreign)
    Application.objects.filter(pk=row.pk).update(state="draft")
    lines = [("A receipt could not be made", one.reference, one.due) for one in (first, second, third, last)]
    assert told(cast.officer) == lines
    assert told(cast.officer, limit=1) == lines[:1]
    assert told(cast.screener) == []


# ------------------------------------------------------------- what is promised


def last_day(due):
    return clock.day_of(due)


@pytest.mark.parametrize(
    ("days", "kind", "day"),
    [
        (2, "business", date(2026, 9, 16)),
        (6, "business", date(2026, 9, 22)),
        (6, "calendar", date(2026, 9, 20)),
    ],
)
def test_clock_ends_the_days_that_the_rules_say(cast, programme, days, kind, day):
    """From Monday 14 September 2026."""
    call = with_rules(programme.calls.get(), service={"complete": {"days": days, "kind": kind, "from": "submission"}})
    assert last_day(service_due(call, Standard.COMPLETE, AT)) == day
    assert service_due(with_rules(call, service={"complete": None}), Standard.COMPLETE, AT) is None


@pytest.mark.parametrize(
    ("start", "day"),
    [
        ("submission", date(2026, 9, 24)),
        ("closing", date(2026, 10, 10)),
        ("complete", date(2026, 10, 19)),
        ("closing_or_complete", date(2026, 10, 19)),
    ],
)
def test_decision_is_counted_from_what_the_rules_say(cast, programme, start, day):
    """Ten days from the submission of 14 September, from the closing of 30 September, or from 9 October, when it
    was first found complete."""
    file = submitted_row(cast, programme)
    with_rules(file.call, service={"decide": {"days": 10, "kind": "calendar", "from": start}})
    found = datetime(2026, 10, 9, 15, tzinfo=UTC)
    rows = Application.objects.filter(pk=file.pk)
    rows.update(submitted_at=AT, cohort_closes_at=datetime(2026, 9, 30, 21, tzinfo=UTC))
    known = start in ("submission", "closing")  # before it is found complete
    assert (decision_promised(rows.get()) is not None) == known
    rows.update(first_complete_at=found, complete_at=found + DAY)
    assert last_day(decision_promised(rows.get())) == day
    rows.update(first_complete_at=None)  # by a process of the release before
    assert last_day(decision_promised(rows.get())) == day + (not known) * DAY
    rows.update(first_complete_at=AT)
    if start == "closing_or_complete":
        assert last_day(decision_promised(Application.objects.get(pk=file.pk))) == date(2026, 10, 10)


RATES = {"enterprise": "40", "sme": "50", "research": "80"}


def test_rate_is_that_of_the_applicant_as_its_record_was_submitted(cast, programme):
    file = submitted_file(cast, programme)  # 12 employees
    with_rules(file.call, aid={"rate": RATES})

    def rate(**record):
        """The rate at which the aid is computed, when the record is this one now."""
        Organisation.objects.filter(pk=file.organisation_id).update(**record)
        aid = aid_of(Application.objects.select_related("call__rules", "call__form").get(pk=file.pk))
        return aid.aid_at_rate * 100 / aid.eligible

    assert rate(employees=900) == Decimal(50)
    assert rate(ownership=Ownership.ACADEMIC) == Decimal(50)
    Application.objects.filter(pk=file.pk).update(state="draft")
    assert rate() == Decimal(80)
    assert [rate(ownership="", employees=n) for n in (None, 250, 249)] == [Decimal(40), Decimal(40), Decimal(50)]
